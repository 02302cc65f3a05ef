/**
 * Slack as its documentation describes it: the web API (docs.slack.dev/reference/methods/chat.postMessage, chat.update, auth.test),
 * incoming webhooks (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks), the limits of Block Kit
 * (docs.slack.dev/reference/block-kit/blocks) and rate limits (docs.slack.dev/apis/web-api/rate-limits).
 *
 * It has the conversations C1 (#ops), C2 (archived), C3 (without the app), and a direct message D1 for the user U1.
 */

import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from '../receiver.ts';
import { type FaultOf, underFaults } from './fault.ts';

export const TOKEN = 'xoxb-1-test';
export const WEBHOOK_PATH = '/services/T1/B1/secret';

type Json = Record<string, unknown>;

export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly broadcast: boolean;
  /** As it was posted or last updated. */
  body: Json;
  updates: number;
}

export interface SlackServer {
  readonly receiver: Receiver;
  /** For spec.apiUrl. */
  readonly apiUrl: string;
  readonly webhookUrl: string;
  readonly messages: readonly PostedMessage[];
  /** The next calls of the method (or `webhook`) are answered so. */
  next(method: string, ...answers: readonly Answer[]): void;
  /** Removes a message, as a person would. */
  remove(ts: string): void;
}

const CONVERSATIONS: Readonly<Record<string, string>> = {
  C1: 'C1',
  '#ops': 'C1',
  ops: 'C1',
  C2: 'C2',
  C3: 'C3',
  U1: 'D1',
  D1: 'D1',
};

export function slackError(error: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { kind: 'reply', status, headers, body: JSON.stringify({ ok: false, error }) };
}

export async function startSlack(faultOf: FaultOf = () => null): Promise<SlackServer> {
  const messages: PostedMessage[] = [];
  const scripted = new Map<string, Answer[]>();
  const answer = (request: ReceivedRequest): Answer => {
    const method = request.path === WEBHOOK_PATH ? 'webhook' : request.path.replace('/api/', '');
    const planned = scripted.get(method)?.shift();
    if (planned !== undefined) return planned;
    if (method === 'webhook') return webhook(request, messages);
    return { kind: 'reply', status: 200, body: JSON.stringify(call(method, request, messages)) };
  };
  const receiver = await startReceiver({ script: underFaults(answer, faultOf) });
  const origin = new URL(receiver.url).origin;
  return {
    receiver,
    apiUrl: `${origin}/api`,
    webhookUrl: `${origin}${WEBHOOK_PATH}`,
    messages,
    next: (method, ...answers) => void scripted.set(method, [...(scripted.get(method) ?? []), ...answers]),
    remove: (ts) =>
      void messages.splice(
        messages.findIndex((message) => message.ts === ts),
        1,
      ),
  };
}

function call(method: string, { headers, body }: ReceivedRequest, messages: PostedMessage[]): Json {
  if (headers.authorization === undefined) return { ok: false, error: 'not_authed' };
  if (headers.authorization !== `Bearer ${TOKEN}`) return { ok: false, error: 'invalid_auth' };
  if (headers['content-type'] !== 'application/json; charset=utf-8') return { ok: false, error: 'invalid_post_type' };
  const fields = JSON.parse(body) as Json;
  switch (method) {
    case 'auth.test':
      return {
        ok: true,
        url: 'https://t.slack.com/',
        team: 'Test team',
        user: 'herald',
        team_id: 'T1',
        user_id: 'U0',
        bot_id: 'B1',
      };
    case 'chat.postMessage':
      return post(fields, messages);
    case 'chat.update':
      return update(fields, messages);
    default:
      return { ok: false, error: 'unknown_method' };
  }
}

function post(fields: Json, messages: PostedMessage[]): Json {
  const channel = CONVERSATIONS[String(fields.channel)];
  if (channel === undefined) return { ok: false, error: 'channel_not_found' };
  if (channel === 'C2') return { ok: false, error: 'is_archived' };
  if (channel === 'C3') return { ok: false, error: 'not_in_channel' };
  const wrong = refusal(fields);
  if (wrong !== null) return { ok: false, ...wrong };
  const ts = `1700000000.${String(messages.length + 1).padStart(6, '0')}`;
  const threadTs = fields.thread_ts === undefined ? null : String(fields.thread_ts);
  messages.push({ channel, ts, threadTs, broadcast: fields.reply_broadcast === true, body: fields, updates: 0 });
  return { ok: true, channel, ts, message: { type: 'message', user: 'U0', bot_id: 'B1', ts, ...fields } };
}

function update(fields: Json, messages: PostedMessage[]): Json {
  // By the documentation the id of the conversation: names and users are not looked up.
  const found = messages.find(({ channel, ts }) => channel === fields.channel && ts === fields.ts);
  if (found === undefined) return { ok: false, error: 'message_not_found' };
  const wrong = refusal(fields);
  if (wrong !== null) return { ok: false, ...wrong };
  found.body = fields;
  found.updates += 1;
  return { ok: true, channel: fields.channel, ts: fields.ts, text: fields.text };
}

function webhook({ headers, body, method }: ReceivedRequest, messages: PostedMessage[]): Answer {
  if (method !== 'POST' || !String(headers['content-type']).startsWith('application/json'))
    return words(400, 'invalid_payload');
  const fields = JSON.parse(body) as Json;
  if (refusal(fields) !== null) return words(400, 'invalid_payload');
  const ts = `1700000000.${String(messages.length + 1).padStart(6, '0')}`;
  messages.push({ channel: 'C1', ts, threadTs: null, broadcast: false, body: fields, updates: 0 });
  return words(200, 'ok');
}

export function words(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { kind: 'reply', status, headers: { 'content-type': 'text/html', ...headers }, body };
}

/** By the limits of the documentation. */
function refusal(fields: Json): { error: string; response_metadata?: unknown } | null {
  const text = String(fields.text ?? '');
  const attachments = (fields.attachments ?? []) as Json[];
  if (text.length > 40_000) return { error: 'msg_too_long' };
  if (attachments.length > 100) return { error: 'too_many_attachments' };
  const blocks = [...((fields.blocks ?? []) as Json[]), ...attachments.flatMap((one) => (one.blocks ?? []) as Json[])];
  if (text === '' && blocks.length === 0) return { error: 'no_text' };
  for (const { color } of attachments) {
    if (!/^(good|warning|danger|#[0-9a-f]{6})$/i.test(String(color))) return { error: 'invalid_attachments' };
  }
  const messages = blockProblems(blocks);
  return messages.length === 0 ? null : { error: 'invalid_blocks', response_metadata: { messages } };
}

export function blockProblems(blocks: readonly Json[]): string[] {
  const problems: string[] = [];
  if (blocks.length > 50) problems.push('no more than 50 items allowed');
  const ids = new Set<string>();
  for (const block of blocks) {
    switch (block.type) {
      case 'section': {
        const { text, fields } = block as { text?: Json; fields?: Json[] };
        if (text === undefined && fields === undefined) problems.push('a section needs text or fields');
        if (text !== undefined) problems.push(...textProblems(text, 3000));
        if (fields !== undefined && (fields.length < 1 || fields.length > 10)) problems.push('1 to 10 fields');
        for (const field of fields ?? []) problems.push(...textProblems(field, 2000));
        break;
      }
      case 'context': {
        const elements = block.elements as Json[];
        if (elements.length < 1 || elements.length > 10) problems.push('1 to 10 elements of a context');
        for (const element of elements) problems.push(...textProblems(element, 3000));
        break;
      }
      case 'actions': {
        const elements = block.elements as Json[];
        if (elements.length < 1 || elements.length > 25) problems.push('1 to 25 elements of actions');
        for (const element of elements) problems.push(...buttonProblems(element, ids));
        break;
      }
      default:
        problems.push(`unsupported type: ${String(block.type)}`);
    }
  }
  return problems;
}

function textProblems(text: Json, most: number): string[] {
  const length = String(text.text ?? '').length;
  if (text.type !== 'mrkdwn' && text.type !== 'plain_text') return [`no such text: ${String(text.type)}`];
  return length >= 1 && length <= most ? [] : [`must be 1 to ${most} characters, not ${length}`];
}

function buttonProblems(element: Json, ids: Set<string>): string[] {
  const id = String(element.action_id ?? '');
  const problems = textProblems(element.text as Json, 75);
  if ((element.text as Json).type !== 'plain_text') problems.push('a button has plain text');
  if (id === '' || id.length > 255 || ids.has(id)) problems.push(`action_id ${id} is missing, too long or there twice`);
  ids.add(id);
  if (String(element.value ?? '').length > 2000) problems.push('a value has at most 2000 characters');
  if (element.style !== undefined && !['primary', 'danger'].includes(String(element.style)))
    problems.push('no such style');
  if (element.url !== undefined && String(element.url).length > 3000)
    problems.push('a url has at most 3000 characters');
  return problems;
}
