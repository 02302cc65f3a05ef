/**
 * A provider of each kind under faults: behind a proxy that breaks connections, and itself refusing, breaking down, or losing its answer
 * after it has acted. What befalls the n-th request and the n-th connection of a kind follows from the seed.
 */

import { type Fate, type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import type { ProviderFault } from '../support/providers/fault.ts';
import { ROUTING_KEY, startPagerduty } from '../support/providers/pagerduty.ts';
import { PASSWORD, startServicenow, USER } from '../support/providers/servicenow.ts';
import { startSlack, TOKEN } from '../support/providers/slack.ts';
import { type Refusal, startSmtp } from '../support/providers/smtp.ts';
import { startTeams } from '../support/providers/teams.ts';
import { ACCOUNT, startTwilio, TOKEN as TWILIO_TOKEN } from '../support/providers/twilio.ts';
import { startReceiver } from '../support/receiver.ts';
import { seededRandom } from './random.ts';

export interface ProviderUnderFaults {
  /** Also the beginning of the names of the alerts that go there: `slack-0-17`. */
  readonly kind: string;
  /** Its provider knows a message again by its key, or is asked for it before it gets it again. */
  readonly idempotent: boolean;
  /**
   * It takes no key, and Herald looks before it sends again. A first request that the network holds back may come behind that look: each
   * further ticket must have a send before it that was not heard of.
   */
  readonly looksFirst?: true;
  /** onUncertain: dead-letter. */
  readonly asks?: true;
  /** The options of its channel. */
  readonly spec: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly proxy: FaultyProxy;
  /** What it took, by the name of the alert: a key for each message, the same for one that is known again. */
  accepted(): ReadonlyMap<string, readonly string[]>;
  /** How many it took, known again or not. */
  count(): number;
}

/** Milliseconds. */
const LONGEST_ANSWER = 2000;

export async function startProviders(seed: number): Promise<ProviderUnderFaults[]> {
  return Promise.all([hook(seed), pagerduty(seed), slack(seed), teams(seed), mail(seed), sms(seed), tickets(seed)]);
}

async function hook(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'hook';
  const faultOf = requestFaults(seed, kind);
  const took: { readonly text: string; readonly key: string }[] = [];
  const receiver = await startReceiver({
    script: (request) => {
      const fault = faultOf();
      if (fault === null || fault.acts === true)
        took.push({ text: request.body, key: String(request.headers['webhook-id']) });
      return fault?.answer ?? { kind: 'reply', status: 200 };
    },
  });
  const proxy = await behindProxy(seed, kind, receiver.port);
  return {
    ...{ kind, proxy, idempotent: true, count: () => took.length },
    spec: `type: webhook\n  url: http://127.0.0.1:${proxy.port}/hook`,
    accepted: () => byAlert(kind, took),
  };
}

async function pagerduty(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'pagerduty';
  const { incidents, receiver } = await startPagerduty(requestFaults(seed, kind));
  const proxy = await behindProxy(seed, kind, receiver.port);
  return {
    ...{ kind, proxy, idempotent: true },
    spec: `type: pagerduty\n  url: http://127.0.0.1:${proxy.port}/v2/enqueue\n  routingKey: { env: PAGERDUTY_KEY }`,
    env: { PAGERDUTY_KEY: ROUTING_KEY },
    count: () => incidents.length,
    accepted: () =>
      byAlert(
        kind,
        incidents.map(({ payload, dedupKey }) => ({ text: JSON.stringify(payload), key: dedupKey })),
      ),
  };
}

async function slack(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'slack';
  const { messages, receiver } = await startSlack(requestFaults(seed, kind));
  const proxy = await behindProxy(seed, kind, receiver.port);
  return {
    ...{ kind, proxy, idempotent: false },
    spec: `type: slack\n  apiUrl: http://127.0.0.1:${proxy.port}/api\n  token: { env: SLACK_TOKEN }\n  channel: C1`,
    env: { SLACK_TOKEN: TOKEN },
    count: () => messages.length,
    accepted: () =>
      byAlert(
        kind,
        messages.map(({ body, ts }) => ({ text: JSON.stringify(body), key: ts })),
      ),
  };
}

async function teams(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'teams';
  const { cards, receiver, url } = await startTeams('message', requestFaults(seed, kind));
  const proxy = await behindProxy(seed, kind, receiver.port);
  const address = new URL(url);
  address.port = String(proxy.port);
  return {
    ...{ kind, proxy, idempotent: false, asks: true },
    spec: 'type: teams\n  webhookUrl: { env: TEAMS_URL }\n  onUncertain: dead-letter',
    env: { TEAMS_URL: address.href },
    count: () => cards.length,
    accepted: () =>
      byAlert(
        kind,
        cards.map((card, i) => ({ text: JSON.stringify(card), key: String(i) })),
      ),
  };
}

async function mail(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'mail';
  const random = seededRandom(seed ^ hash(kind));
  /** What is tried again soon: a greylisting server's pause is in its words. */
  const pick = (most: number, ...answers: (Refusal | 'cut')[]) =>
    random() < most ? answers[Math.floor(random() * answers.length)]! : null;
  const words = { code: 451, text: '4.7.1 greylisted, try again in 1 s' };
  const smtp = await startSmtp({
    greeting: () => pick(0.05, { code: 421, text: 'too busy' }, 'cut'),
    recipient: () =>
      pick(0.06, words, { code: 452, text: '4.2.2 full' }, { code: 550, text: '5.1.1 no such user' }) as Refusal,
    content: () => pick(0.06, 'cut', { code: 452, text: '4.3.1 no room' }, { code: 554, text: '5.7.1 refused' }),
  });
  const proxy = await behindProxy(seed, kind, smtp.port);
  return {
    ...{ kind, proxy, idempotent: false },
    spec: `type: email
  host: 127.0.0.1
  port: ${proxy.port}
  security: none
  from: Herald <herald@example.com>
  to: [on-call@example.com]`,
    count: () => smtp.mails.length,
    accepted: () =>
      byAlert(
        kind,
        smtp.mails.map(({ parsed }) => ({ text: parsed.text ?? '', key: parsed.messageId ?? '' })),
      ),
  };
}

async function sms(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'sms';
  const { account, receiver } = await startTwilio(Date.now, requestFaults(seed, kind));
  const proxy = await behindProxy(seed, kind, receiver.port);
  return {
    ...{ kind, proxy, idempotent: false },
    spec: `type: sms
  url: http://127.0.0.1:${proxy.port}
  accountSid: ${ACCOUNT}
  authToken: { env: TWILIO_TOKEN }
  from: '+15005550006'
  to: ['+4915112345678']`,
    env: { TWILIO_TOKEN },
    count: () => account.messages.length,
    accepted: () =>
      byAlert(
        kind,
        account.messages.map(({ body, sid }) => ({ text: body, key: sid })),
      ),
  };
}

async function tickets(seed: number): Promise<ProviderUnderFaults> {
  const kind = 'tickets';
  const { incidents, receiver } = await startServicenow(requestFaults(seed, kind));
  const proxy = await behindProxy(seed, kind, receiver.port);
  return {
    ...{ kind, proxy, idempotent: false, looksFirst: true },
    spec: `type: servicenow
  url: http://127.0.0.1:${proxy.port}
  auth: { basic: { user: ${USER}, secret: { env: SERVICENOW_PASSWORD } } }`,
    env: { SERVICENOW_PASSWORD: PASSWORD },
    count: () => incidents.length,
    accepted: () =>
      byAlert(
        kind,
        incidents.map(({ short_description: text = '', number: key = '' }) => ({ text, key })),
      ),
  };
}

function byAlert(kind: string, messages: readonly { readonly text: string; readonly key: string }[]) {
  const found = new Map<string, string[]>();
  for (const { text, key } of messages) {
    const name = new RegExp(`${kind}-\\d+-\\d+`).exec(text)?.[0];
    if (name === undefined) throw new Error(`a message by ${kind} names no alert: ${text}`);
    found.set(name, [...(found.get(name) ?? []), key]);
  }
  return found;
}

/** What the provider does to its n-th request. */
function requestFaults(seed: number, kind: string): () => ProviderFault | null {
  const random = seededRandom(seed ^ hash(kind));
  let requests = 0;
  return () => {
    // Now and then it is down for a while.
    if (requests++ % 211 > 200) return { answer: { kind: 'reply', status: 503, headers: { 'retry-after': '1' } } };
    const roll = random();
    if (roll < 0.03) return { answer: { kind: 'reply', status: 500 }, acts: roll < 0.015 };
    if (roll < 0.05) return { answer: { kind: 'reply', status: 429, headers: { 'retry-after': '1' } } };
    if (roll < 0.07) return { answer: { kind: 'reply', status: 429 } };
    if (roll < 0.09) return { answer: { kind: 'reset' } };
    if (roll < 0.12) return { answer: { kind: 'reset' }, acts: true };
    if (roll < 0.14) return { answer: { kind: 'half', status: 200, rest: 'reset' }, acts: true };
    if (roll < 0.145) return { answer: { kind: 'hang' }, acts: true };
    if (roll < 0.155) return { answer: { kind: 'broken-head' } };
    if (roll < 0.175) return { answer: { kind: 'reply', status: 400, body: 'no' } };
    return null;
  };
}

function behindProxy(seed: number, kind: string, port: number): Promise<FaultyProxy> {
  return startFaultyProxy(port, (connection) => fateOf(seededRandom(seed ^ hash(`${kind} ${connection}`))));
}

/** No connection lives for long: also one that is kept is cut some day, in the middle of an exchange. */
function fateOf(random: () => number): Fate {
  const delay = random() < 0.1 ? Math.ceil(random() * 40) : 0;
  const roll = random();
  if (roll < 0.05) return { delay, cut: { at: 'begin', bytes: 0, by: 'reset' } };
  const at = roll < 0.5 ? 'request' : 'answer';
  const bytes = Math.ceil(random() ** 2 * (at === 'request' ? 60_000 : 8000));
  return { delay, cut: { at, bytes, by: random() < 0.3 ? 'half-close' : 'reset' } };
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619);
  return value >>> 0;
}

/** Its channels, and one that takes what they cannot deliver. */
export function channelResources(providers: readonly ProviderUnderFaults[], lastUrl: string): string {
  const patience = (spec: string, attempts: number) => `
spec:
  ${spec}
  allowPrivateAddresses: true
  timeout: ${LONGEST_ANSWER}ms
  bundle: 0
  breaker: { failures: 30, pause: 100ms, maxPause: 500ms }
  retry: { maxAttempts: ${attempts}, initial: 20ms, max: 500ms }`;
  const channels = providers.map(
    ({ kind, spec }) =>
      `kind: Channel\nmetadata: { name: ${kind} }${patience(`${spec}\n  fallback: channel/last`, 30)}`,
  );
  const last = `kind: Channel\nmetadata: { name: last }${patience(`type: webhook\n  url: ${lastUrl}`, 1000)}`;
  return [...channels, last].map((text) => `---\napiVersion: herald/v1\n${text}\n`).join('');
}
