/**
 * What a channel would send about a notification: its real sender is asked, with connections that only record. Nothing leaves this
 * process, and no secret is in what is shown.
 */

import { PassThrough } from 'node:stream';
import type { Notification } from '../alert/notification.ts';
import type { Outbound, OutboundRequest, OutboundResult } from './outbound.ts';
import { CHANNEL_TYPES } from './registry.ts';
import type { PreviewMessage, SenderContext } from './sender.ts';
import type { RenderRequest } from './template/templates.ts';

export interface PreviewedChannel {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Values of the options that are not shown. */
  readonly secrets: readonly string[];
}

export interface Preview {
  readonly messages: readonly PreviewMessage[];
  /** Texts that could not be rendered as declared. */
  readonly failures: readonly string[];
  /** What the sender makes of the recorded answer; where there is no message, why it would send nothing. */
  readonly detail: string;
}

const never = new AbortController().signal;

export async function previewOf(
  { type, options, secrets }: PreviewedChannel,
  context: SenderContext,
  notification: Notification,
): Promise<Preview> {
  const kind = CHANNEL_TYPES[type]!;
  const hide = hider(secrets);
  const recorder = new Recorder();
  const stdout = new PassThrough();
  const failures: string[] = [];
  const templates = {
    async render(request: RenderRequest) {
      const rendered = await context.templates.render(request);
      failures.push(...rendered.failures);
      return rendered;
    },
  };
  const recording = { ...context, http: recorder, stdout, templates };
  const shown = await kind.preview?.(options, recording, notification);
  if (shown !== undefined)
    return { messages: shown.map((one) => hidden(one, hide)), failures: failures.map(hide), detail: '' };
  const sender = kind.create(options, recording);
  try {
    // An end is the end of something: of a message or ticket that is there.
    const earlier = notification.status === 'resolved' ? (kind.sampleReference ?? null) : null;
    const { detail } = await sender.send(notification, 1, never, earlier);
    const printed = String(stdout.read() ?? '');
    const messages = [
      ...recorder.requests.map(messageOf),
      ...(printed === '' ? [] : [{ what: 'standard output', contentType: 'text/plain', body: printed }]),
    ];
    return { messages: messages.map((one) => hidden(one, hide)), failures: failures.map(hide), detail: hide(detail) };
  } finally {
    await sender.close();
  }
}

function hidden({ what, contentType, body }: PreviewMessage, hide: (text: string) => string): PreviewMessage {
  return { what: hide(what), contentType, body: hide(body) };
}

function messageOf({ method, url, headers, body }: OutboundRequest): PreviewMessage {
  const [, contentType = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  const text = body === null ? '' : typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  return { what: `${method} ${url.href}`, contentType: contentType.split(';')[0]!, body: text };
}

/** Takes every request, and answers as a provider does that is content, as far as one answer can suit them all. */
class Recorder implements Outbound {
  readonly requests: OutboundRequest[] = [];

  async request(request: OutboundRequest): Promise<OutboundResult> {
    this.requests.push(request);
    const looksUp = request.method === 'GET';
    const text = JSON.stringify(looksUp ? NOTHING_FOUND : TAKEN);
    return { kind: 'answer', status: 200, location: null, retryAfter: null, headers: JSON_TYPE, text, complete: true };
  }

  async close(): Promise<void> {}
}

const JSON_TYPE = { 'content-type': 'application/json' };

const DONE = { id: '1', name: 'Done', to: { name: 'Done', statusCategory: { key: 'done' } } };
const NOTHING_FOUND = { ok: true, issues: [], result: [], total: 0, transitions: [DONE] };

/** What each provider's sender looks for in an answer: Slack, Twilio, Jira, ServiceNow, PagerDuty, an OAuth server. */
const TAKEN = {
  ok: true,
  channel: 'C0PREVIEW',
  ts: '1.0',
  sid: 'SM00000000000000000000000000000000',
  status: 'success',
  id: '1',
  key: 'PREVIEW-1',
  result: { sys_id: '00000000000000000000000000000000', number: 'INC0000001' },
  dedup_key: 'preview',
  access_token: 'preview',
  token_type: 'Bearer',
  expires_in: 3600,
};

/** Each secret in the forms in which it may stand in a URL or a body. */
function hider(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .map((secret) => secret.trim())
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      ...(URL.canParse(secret) ? [new URL(secret).href] : []),
    ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((shown, form) => shown.replaceAll(form, '[secret]'), text);
}
