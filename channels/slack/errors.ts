/**
 * What the errors mean that Slack documents, for the web API (`ok: false`, docs.slack.dev, chat.postMessage and chat.update) and
 * for incoming webhooks (a word as the body, docs.slack.dev, "Sending messages using incoming webhooks").
 */

export type SlackErrorClass =
  /** May pass by itself. */
  | 'transient'
  /** An error inside Slack, which says that some of it may have been done all the same. */
  | 'perhaps-done'
  /** Too many messages; the answer may say for how long. */
  | 'rate-limited'
  /** The message that was to be updated cannot be: a new one has to be posted. */
  | 'message-gone'
  /** Slack does not take the form of the message; its words it may take. */
  | 'form-refused'
  /** Token, scopes, conversation: a person has to act. */
  | 'final';

const CLASSES: Readonly<Record<Exclude<SlackErrorClass, 'final'>, readonly string[]>> = {
  'perhaps-done': ['internal_error', 'fatal_error'],
  transient: [
    'service_unavailable',
    'request_timeout',
    'update_failed',
    'team_added_to_org',
    'org_login_required',
    'external_channel_migrating',
    'rollup_error',
  ],
  'rate-limited': ['ratelimited', 'rate_limited', 'message_limit_exceeded'],
  'message-gone': ['message_not_found', 'cant_update_message', 'edit_window_closed', 'is_inactive', 'block_mismatch'],
  'form-refused': [
    'msg_too_long',
    'msg_blocks_too_long',
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_attachments',
    'attachment_payload_limit_exceeded',
    'too_many_attachments',
    'invalid_payload',
  ],
};

/** For those that operators meet: what to do. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_auth: 'the token is not valid',
  not_authed: 'the token is not valid',
  token_revoked: 'the token was revoked, or the app removed',
  token_expired: 'the token has expired',
  account_inactive: 'the token belongs to a deleted user or workspace',
  missing_scope: 'the app needs the scope chat:write',
  not_in_channel: 'invite the app to the conversation, or give it the scope chat:write.public',
  channel_not_found: 'no such conversation, or the app may not see it',
  is_archived: 'the conversation is archived',
  channel_is_archived: 'the conversation is archived',
  no_service: 'the incoming webhook was removed or disabled',
  no_service_id: 'the address of the incoming webhook is incomplete',
  invalid_token: 'the address of the incoming webhook is not valid',
};

export function slackErrorClass(error: string): SlackErrorClass {
  for (const [name, errors] of Object.entries(CLASSES)) if (errors.includes(error)) return name as SlackErrorClass;
  return 'final';
}

/** `channel_not_found: no such conversation, or the app may not see it` */
export function describeSlackError(error: string): string {
  return Object.hasOwn(ADVICE, error) ? `${error}: ${ADVICE[error]}` : error;
}
