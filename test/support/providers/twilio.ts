/**
 * Twilio's Messages resource of an account, as its documentation describes it:
 * https://www.twilio.com/docs/messaging/api/message-resource (create, list), https://www.twilio.com/docs/api/errors (codes),
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security (signatures of call-backs),
 * https://www.twilio.com/docs/iam/api/account (state of the account).
 */

import { createHmac } from 'node:crypto';
import { type Answer, type ReceivedRequest, startReceiver } from '../receiver.ts';
import { type FaultOf, type ProviderFault, underFaults } from './fault.ts';

export const ACCOUNT = `AC${'0'.repeat(31)}1`;
export const TOKEN = 'the-auth-token-of-the-account';

export interface TwilioMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly statusCallback: string | null;
  status: string;
  /** Unix time in milliseconds. */
  readonly createdAt: number;
}

interface TwilioAccount {
  readonly messages: TwilioMessage[];
  /** Numbers and the error that they meet. */
  readonly refused: Map<string, number>;
  status: string;
}

export async function startTwilio(now: () => number, faultOf: FaultOf = () => null) {
  const account: TwilioAccount = { messages: [], refused: new Map(), status: 'active' };
  /** Answers before anything is looked at. `acts`: the message is taken all the same. */
  const faults: ProviderFault[] = [];
  const receiver = await startReceiver({
    script: underFaults(
      (request) => answerOf(request, account, now()),
      (request) => faults.shift() ?? faultOf(request),
    ),
  });
  return { url: receiver.url.replace(/\/hook$/, ''), account, faults, receiver };
}

const MESSAGES: Readonly<Record<number, string>> = {
  21211: "The 'To' number is not a valid phone number.",
  21610: 'Attempt to send to unsubscribed recipient',
  21611: 'This From number has exceeded the maximum number of queued messages',
  30003: 'Unreachable destination handset',
};

export function twilioFault(status: number, code: number, message = MESSAGES[code] ?? 'error'): Answer {
  return json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

/** What Twilio's signature of a form would be. */
export function signed(url: string, form: Readonly<Record<string, string>>): string {
  const fields = Object.keys(form)
    .sort()
    .map((name) => `${name}${form[name]}`)
    .join('');
  return createHmac('sha1', TOKEN).update(`${url}${fields}`).digest('base64');
}

function answerOf(request: ReceivedRequest, account: TwilioAccount, now: number): Answer {
  const url = new URL(request.path, 'http://twilio');
  const known = Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64');
  if (request.headers.authorization !== `Basic ${known}`) return twilioFault(401, 20003, 'Authenticate');
  const base = `/2010-04-01/Accounts/${ACCOUNT}`;
  if (url.pathname === `${base}.json`) return json(200, { sid: ACCOUNT, status: account.status, type: 'Full' });
  if (url.pathname !== `${base}/Messages.json`) return twilioFault(404, 20404, 'The requested resource was not found');
  return request.method === 'POST' ? create(request, account, now) : list(url, account);
}

function create(request: ReceivedRequest, account: TwilioAccount, now: number): Answer {
  const form = new URLSearchParams(request.body);
  const [to, body] = [form.get('To') ?? '', form.get('Body') ?? ''];
  const from = form.get('From') ?? form.get('MessagingServiceSid');
  if (to === '') return twilioFault(400, 21604, "A 'To' phone number is required.");
  if (from === null) return twilioFault(400, 21603, "A 'From' phone number is required.");
  if (body === '') return twilioFault(400, 21619, 'A text message body or media urls must be specified.');
  if ([...body].length > 1600)
    return twilioFault(400, 21617, 'The concatenated message body exceeds the 1600 character limit');
  const error = account.refused.get(to);
  if (error !== undefined) return twilioFault(400, error);
  const message: TwilioMessage = {
    sid: `SM${String(account.messages.length).padStart(32, '0')}`,
    ...{ to, from, body, statusCallback: form.get('StatusCallback'), status: 'queued', createdAt: now },
  };
  account.messages.push(message);
  return json(201, shown(message));
}

/** The newest first. What waits has no date_sent, so that no filter by that date finds it. */
function list(url: URL, { messages }: TwilioAccount): Answer {
  const since = url.searchParams.get('DateSent>');
  const size = Number(url.searchParams.get('PageSize') ?? 50);
  const found = messages.filter(
    (one) =>
      one.to === url.searchParams.get('To') &&
      (since === null || (!WAITING.has(one.status) && one.createdAt >= Date.parse(since))),
  );
  const page = found.toReversed().slice(0, size);
  return json(200, { messages: page.map(shown), page: 0, page_size: size, next_page_uri: null });
}

const WAITING: ReadonlySet<string> = new Set(['accepted', 'scheduled', 'queued', 'sending']);

function shown({ sid, to, from, body, status, createdAt }: TwilioMessage) {
  const date = new Date(createdAt).toUTCString().replace('GMT', '+0000');
  return {
    ...{ sid, to, from, body, status, account_sid: ACCOUNT, direction: 'outbound-api' },
    ...{ date_created: date, date_sent: WAITING.has(status) ? null : date },
    ...{ num_segments: '1', error_code: null, error_message: null },
  };
}

function json(status: number, body: unknown): Answer {
  return { kind: 'reply', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
