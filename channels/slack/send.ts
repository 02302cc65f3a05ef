/**
 * Notifications in Slack. By a bot token a group has one message, which is kept up to date, and a thread below it that says what
 * changed; when all was resolved, the next time begins with a new message. An incoming webhook can only post, so there each
 * notification is a message.
 */

import { type Notification, tellsOfTaking } from '../../alert/notification.ts';
import type { Bounds } from '../http-attempt.ts';
import { outboundFor } from '../http-options.ts';
import { jsonObject } from '../json-object.ts';
import type { Outbound } from '../outbound.ts';
import { type Outcome, withFailures } from '../outcome.ts';
import type { Probe, Sender, SenderContext } from '../sender.ts';
import { callSlack, postToWebhook, type SlackAnswer, type SlackApi } from './call.ts';
import { plainMessage, type SlackMessage, slackMessage } from './message.ts';
import { type SlackOptions, type SlackReplies, type SlackSettings, slackSettings } from './options.ts';
import { type SlackTexts, slackTexts } from './template.ts';

/** What a group's conversation is known by. */
interface Reference {
  /** Slack's id of the conversation, also where the operator gave a name or a user. */
  readonly channel: string;
  readonly ts: string;
  readonly status: Notification['status'];
}

export const SAMPLE_REFERENCE = JSON.stringify({
  channel: 'C0PREVIEW',
  ts: '1.0',
  status: 'firing',
} satisfies Reference);

/** A link is no reason for Slack to fetch it and show a picture of the page. */
const QUIET = { unfurl_links: false, unfurl_media: false } as const;

export function createSlackSender(options: SlackOptions, context: SenderContext, outbound?: Outbound): Sender {
  const settings = slackSettings(options);
  const http = outbound ?? outboundFor(settings, context);
  const { via } = settings;
  return {
    async send(notification, _attempt, signal, earlier) {
      const texts = await slackTexts(notification, context);
      const bounds = { clock: context.clock, timeout: settings.timeout, signal };
      const look = { ...settings, externalURL: context.externalURL };
      const plain = plainMessage(notification, texts);
      const full = notification.recipient?.format === 'plain' ? plain : slackMessage(notification, texts, look);
      const outcome =
        via.kind === 'webhook'
          ? await postOnce(http, via.url, full, plain, bounds)
          : await converse(new Conversation(settings, via, http, bounds), notification, texts, full, plain, earlier);
      return withFailures(outcome, texts.failures);
    },
    probe: (signal) => probe(settings, http, { clock: context.clock, timeout: settings.timeout, signal }),
    close: () => http.close(),
  };
}

async function postOnce(
  http: Outbound,
  url: URL,
  full: SlackMessage,
  plain: SlackMessage,
  bounds: Bounds,
): Promise<Outcome> {
  const answer = await withoutForm(full, plain, (message) =>
    postToWebhook(http, url, { ...QUIET, ...message }, bounds),
  );
  return answer.kind === 'ok' ? { kind: 'delivered', detail: 'posted by the incoming webhook' } : answer.outcome;
}

async function converse(
  slack: Conversation,
  notification: Notification,
  texts: SlackTexts,
  full: SlackMessage,
  plain: SlackMessage,
  earlier: string | null,
): Promise<Outcome> {
  const to = notification.recipient?.address ?? slack.channel;
  if (to === null) return { kind: 'rejected', detail: 'neither the recipient nor spec.channel names a conversation' };
  const { status } = notification;
  const reference = referenceIn(earlier);
  if (reference === null || reference.status === 'resolved') return slack.post(to, status, full, plain);
  const updated = await slack.update(reference, full, plain);
  // The message was deleted, say, or is too old for this workspace: the alert is told all the same.
  if (updated.kind === 'error' && updated.means === 'message-gone') return slack.post(to, status, full, plain);
  if (updated.kind !== 'ok') return updated.outcome;
  return slack.reply({ ...reference, status }, texts.reply, tellsOfTaking(notification));
}

/** The calls about one message. */
class Conversation {
  readonly channel: string | null;
  readonly #api: SlackApi;
  readonly #replies: SlackReplies;
  readonly #bounds: Bounds;

  constructor(settings: SlackSettings, via: SlackSettings['via'] & { kind: 'api' }, http: Outbound, bounds: Bounds) {
    this.channel = via.channel;
    this.#api = { http, base: via.base, token: via.token };
    this.#replies = settings.replies;
    this.#bounds = bounds;
  }

  async post(channel: string, status: Reference['status'], full: SlackMessage, plain: SlackMessage): Promise<Outcome> {
    const answer = await withoutForm(full, plain, (message) =>
      callSlack(this.#api, 'chat.postMessage', { channel, ...QUIET, ...message }, 'uncertain', this.#bounds),
    );
    if (answer.kind !== 'ok') return answer.outcome;
    const { channel: id, ts } = answer.fields;
    if (typeof id !== 'string' || typeof ts !== 'string') return { kind: 'delivered', detail: 'posted' };
    return this.#delivered({ channel: id, ts, status }, `posted as ${ts}`);
  }

  /** Doing it twice changes nothing more. */
  update({ channel, ts }: Reference, full: SlackMessage, plain: SlackMessage): Promise<SlackAnswer> {
    return withoutForm(full, plain, (message) =>
      callSlack(this.#api, 'chat.update', { channel, ts, ...message }, 'retry', this.#bounds),
    );
  }

  /** An update alone notifies nobody, so what fires is said in the conversation as well; not that somebody has it in hand. */
  async reply(reference: Reference, text: string, isTaken: boolean): Promise<Outcome> {
    const { channel, ts, status } = reference;
    if (this.#replies === 'none') return this.#delivered(reference, `updated ${ts}`);
    const broadcast = this.#replies === 'broadcast' && status === 'firing' && !isTaken;
    const body = { channel, thread_ts: ts, reply_broadcast: broadcast, ...QUIET, text };
    const answer = await callSlack(this.#api, 'chat.postMessage', body, 'uncertain', this.#bounds);
    if (answer.kind === 'ok') return this.#delivered(reference, `updated ${ts} and replied`);
    // The message itself says it all; a thread that is locked, say, must not send it to the dead letters.
    if (answer.outcome.kind === 'rejected') {
      return this.#delivered(reference, `updated ${ts}; no reply: ${answer.outcome.detail}`);
    }
    return answer.outcome;
  }

  #delivered(reference: Reference, detail: string): Outcome {
    return { kind: 'delivered', detail, reference: JSON.stringify(reference), receiptId: reference.ts };
  }
}

/** Once more by its words alone, when Slack does not take the form. */
async function withoutForm(
  full: SlackMessage,
  plain: SlackMessage,
  send: (message: SlackMessage) => Promise<SlackAnswer>,
): Promise<SlackAnswer> {
  const answer = await send(full);
  return answer.kind === 'error' && answer.means === 'form-refused' ? await send(plain) : answer;
}

async function probe(settings: SlackSettings, http: Outbound, bounds: Bounds): Promise<Probe> {
  const { via } = settings;
  // Slack offers no way to ask an incoming webhook without posting.
  if (via.kind === 'webhook') return { kind: 'healthy', detail: 'an incoming webhook cannot be asked without posting' };
  const answer = await callSlack({ http, ...via }, 'auth.test', {}, 'retry', bounds);
  if (answer.kind === 'ok') {
    return { kind: 'healthy', detail: `auth.test: ${String(answer.fields.user)} in ${String(answer.fields.team)}` };
  }
  const kind = answer.outcome.kind === 'retry' ? 'degraded' : 'failed';
  return { kind, detail: `auth.test: ${answer.outcome.detail}` };
}

/** What an older version left, or another kind of channel under this name, counts as none. */
function referenceIn(text: string | null): Reference | null {
  const { channel, ts, status } = jsonObject(text) ?? {};
  const whole = typeof channel === 'string' && typeof ts === 'string' && (status === 'firing' || status === 'resolved');
  return whole ? { channel, ts, status } : null;
}
