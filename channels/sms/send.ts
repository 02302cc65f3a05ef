/**
 * SMS by Twilio's Messages resource. It takes no idempotency key: a message whose answer was lost may be on its way. Before a second
 * attempt Twilio is therefore asked for what it has sent to the number since the notification was made.
 *
 * A channel may name several numbers. Those that have theirs are remembered while the others are tried again.
 */

import type { Notification } from '../../alert/notification.ts';
import { type Api, type ApiFailure, createApi, fieldOf, probeOfFailure, textOf } from '../api-call.ts';
import { outboundFor } from '../http-options.ts';
import { failureOf, type Outcome } from '../outcome.ts';
import type { Probe, Sender, SenderContext } from '../sender.ts';
import type { Templates } from '../template/templates.ts';
import { fitted } from './fit.ts';
import { E164, type SmsOptions, type SmsSettings, smsSettings } from './options.ts';
import { Sent } from './sent.ts';
import { SMS_PARTS } from './template.ts';
import { twilioError } from './twilio-error.ts';

interface Ports {
  readonly api: Api;
  readonly settings: SmsSettings;
  readonly sent: Sent;
  readonly templates: Templates;
}

export function createSmsSender(options: SmsOptions, context: SenderContext): Sender {
  const { clock, templates } = context;
  const settings = smsSettings(options);
  const http = outboundFor(settings, context);
  const authorization = { kind: 'basic', user: settings.user, secret: settings.secret } as const;
  const api = createApi({ http, clock, timeout: settings.timeout, authorization, explain });
  const ports = { api, settings, sent: new Sent(), templates };
  return {
    send: (notification, attempt, signal) => send(ports, notification, attempt, signal),
    probe: (signal) => probe(ports, signal),
    close: () => http.close(),
  };
}

async function send(ports: Ports, notification: Notification, attempt: number, signal: AbortSignal): Promise<Outcome> {
  const { settings, sent } = ports;
  const numbers = notification.recipient === undefined ? settings.to : [notification.recipient.address];
  if (numbers.length === 0) return { kind: 'rejected', detail: 'no number: neither a recipient nor spec.to' };
  const { body, failures } = await textsOf(ports.templates, notification, settings.maxSegments);
  const outcomes: Outcome[] = [];
  for (const number of numbers) {
    const known = sent.find(notification.id, number);
    const outcome = known ?? (await sendTo(ports, { number, body, since: notification.createdAt, attempt }, signal));
    if (outcome.kind === 'delivered') sent.note(notification.id, number, outcome);
    outcomes.push(outcome);
  }
  const outcome = numbers.length === 1 ? outcomes[0]! : together(numbers, outcomes);
  return failures.length === 0 ? outcome : { ...outcome, detail: [outcome.detail, ...failures].join('; ') };
}

/** The essential words first: what is cut off is the end of what the alert says of itself. */
async function textsOf(templates: Templates, notification: Notification, maxSegments: number) {
  const { channel } = notification;
  const request = { type: 'sms', channel, defaults: SMS_PARTS, notification, escape: 'none' } as const;
  const { parts, failures } = await templates.render(request);
  return { body: fitted(parts.headline!, parts.text!, maxSegments), failures };
}

interface Message {
  readonly number: string;
  readonly body: string;
  /** Unix time in milliseconds. */
  readonly since: number;
  readonly attempt: number;
}

async function sendTo(ports: Ports, message: Message, signal: AbortSignal): Promise<Outcome> {
  const { api, settings } = ports;
  if (!new RegExp(E164).test(message.number)) {
    return { kind: 'rejected', detail: `${message.number} is no number such as +4915112345678 (E.164)` };
  }
  if (message.attempt > 1) {
    const earlier = await findEarlier(ports, message, signal);
    if (earlier !== null) return earlier;
  }
  const form = new URLSearchParams({ To: message.number, ...settings.sender, Body: message.body });
  if (settings.statusCallback !== null) form.set('StatusCallback', settings.statusCallback);
  const url = new URL('Messages.json', settings.account);
  const answer = await api.call({ method: 'POST', url, body: form.toString(), lost: 'uncertain' }, signal);
  if (!answer.ok) return outcomeOf(answer);
  const sid = textOf(answer.body, 'sid');
  // Accepted, but by what it says of itself we would not know it again.
  if (sid === '') return { kind: 'delivered', detail: `HTTP ${answer.status} without a sid` };
  const segments = textOf(answer.body, 'num_segments');
  const detail = `${textOf(answer.body, 'status') || 'accepted'}${segments === '' || segments === '0' ? '' : `, ${segments} segments`}`;
  return { kind: 'delivered', detail, receiptId: sid };
}

/** The clocks of Twilio and of this machine differ by as much. Milliseconds. */
const CLOCK_SKEW = 60_000;

/**
 * null: there is none, or a key that may only send cannot see it. Not asked by DateSent: a message that waits at Twilio has no such date
 * yet, and it is just those that are looked for.
 */
async function findEarlier({ api, settings }: Ports, message: Message, signal: AbortSignal): Promise<Outcome | null> {
  const url = new URL('Messages.json', settings.account);
  url.searchParams.set('To', message.number);
  url.searchParams.set('PageSize', '100');
  const answer = await api.call({ method: 'GET', url }, signal);
  if (!answer.ok) return answer.status === 401 || answer.status === 403 ? null : answer.outcome;
  const messages = fieldOf(answer.body, 'messages');
  const found = (Array.isArray(messages) ? messages : []).find(
    (one: unknown) =>
      textOf(one, 'body').endsWith(message.body) &&
      Date.parse(textOf(one, 'date_created')) >= message.since - CLOCK_SKEW &&
      !['failed', 'undelivered', 'canceled'].includes(textOf(one, 'status')),
  );
  if (found === undefined) return null;
  const detail = `an earlier attempt had sent it: ${textOf(found, 'status')}`;
  return { kind: 'delivered', detail, receiptId: textOf(found, 'sid') };
}

function outcomeOf({ outcome, body }: ApiFailure): Outcome {
  const code = fieldOf(body, 'code');
  const error = typeof code === 'number' ? twilioError(code) : null;
  if (error !== null) {
    const detail = `error ${String(code)}, ${error.meaning} (${outcome.detail})`;
    const of = 'failure' in outcome ? { failure: outcome.failure } : {};
    if (!error.passing) return { kind: 'rejected', detail, ...of };
    return outcome.kind === 'retry' ? { ...outcome, detail } : { kind: 'retry', detail, notBefore: null, ...of };
  }
  return outcome;
}

/** `{"code":21211,"message":"The 'To' number +1 is not a valid phone number.","more_info":"...","status":400}` */
function explain(body: unknown): string | null {
  return textOf(body, 'message') || null;
}

/** Who has it is remembered, so another attempt concerns the others alone. */
function together(numbers: readonly string[], outcomes: readonly Outcome[]): Outcome {
  const of = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind);
  const told = outcomes.flatMap((outcome, i) =>
    outcome.kind === 'delivered' ? [] : [`${numbers[i]}: ${outcome.detail}`],
  );
  const detail = [`sent to ${of('delivered').length} of ${numbers.length} numbers`, ...told].join('; ');
  const waiting = outcomes.flatMap((outcome) => (outcome.kind === 'retry' ? [outcome.notBefore ?? 0] : []));
  const failed = outcomes.filter((outcome) => outcome.kind !== 'delivered').map(failureOf);
  const why = { failure: failed.find((failure) => failure !== null) ?? null };
  if (waiting.length > 0) return { kind: 'retry', detail, notBefore: Math.max(...waiting) || null, ...why };
  if (of('uncertain').length > 0) return { kind: 'uncertain', detail, ...why };
  return of('delivered').length > 0 ? { kind: 'delivered', detail } : { kind: 'rejected', detail, ...why };
}

/** https://www.twilio.com/docs/iam/api/account: active, suspended or closed. */
async function probe({ api, settings }: Ports, signal: AbortSignal): Promise<Probe> {
  const url = new URL(settings.account.href.replace(/\/$/, '.json'));
  const answer = await api.call({ method: 'GET', url }, signal);
  if (!answer.ok) return probeOfFailure(answer);
  const status = textOf(answer.body, 'status');
  return {
    kind: status === 'active' ? 'healthy' : 'failed',
    detail: `the account is ${status || 'in no known state'}`,
  };
}
