/**
 * Every path that changes something leaves who, what, when and what came of it in the audit chain. The paths are those of the route table:
 * one that is not named below fails here, and one that leaves nothing fails as well.
 */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  type AuditedHerald,
  auditedHerald,
  type Expected,
  everyRoute,
  namesOf,
  ROUTING_KEY,
} from './audited-herald.ts';
import { inAnHour, madeBy, OVERRIDES, override, SHIFT, SUBSCRIPTION, subscribe } from './audited-run-time.ts';

let herald: AuditedHerald;

before(async () => {
  herald = await auditedHerald();
});

const ALERT = '/v1/alerts/{tenant}/{fingerprint}';
const PROMOTIONS = '/v1/namespaces/{tenant}/{namespace}/promotions';
const OF_ALERT = /^default\/[0-9a-f]{16}$/;
const MATCHERS = [{ name: 'severity', value: 'critical', isRegex: false }];

/** What stands in the audit, and how to ask for it. */
interface Audited extends Omit<Expected, 'by'> {
  readonly by?: string;
  ask(): Promise<Response>;
}

const alertCommand = (action: string, body: object = {}): Audited => ({
  what: `alert.${action}`,
  subject: OF_ALERT,
  ask: () => herald.ask('POST', `/v1/alerts/default/${herald.fingerprint}/${action}`, body),
});
const promotion = (action: string, path: string, body: object = {}): Audited => ({
  what: `promotion.${action}`,
  subject: /^default\/shop-prod$/,
  ask: () => herald.ask('POST', `/v1/namespaces/default/shop-prod/promotions${path}`, body),
});
const onKey = (method: string, what: string, path: string, body?: object): Audited => ({
  what: `api-key.${what}`,
  subject: /^robot$/,
  ask: () => herald.ask(method, `/v1/api-keys${path}`, body),
});
const onSecret = (method: string, what: string, body?: object): Audited => ({
  what: `secret.${what}`,
  subject: /^default\/smtp$/,
  ask: () => herald.ask(method, '/v1/secrets/default/smtp', body),
});
const silence = { matchers: ['severity="critical"'], comment: 'audited' };
const newSilence = async () => {
  const answer = await herald.ask('POST', '/v1/silences', { ...silence, endsAt: inAnHour() });
  return ((await answer.json()) as { id: string }).id;
};

/** By method and path, in the order in which they are asked. A text says why nothing is audited. */
const PATHS: Readonly<Record<string, Audited | string>> = {
  'POST /v1/webhooks/{source}': 'takes alerts in: each has its receipt',
  'PUT /v1/webhooks/{source}': 'takes alerts in: each has its receipt',
  'POST /api/v2/alerts': 'takes alerts in: each has its receipt',
  'POST /v1/preview': 'sends and keeps nothing',
  'POST /v1/callbacks/{tenant}/{channel}': 'a report of a provider, kept with the delivery',
  'POST /v1/interactions/slack/{tenant}/{channel}': 'commands are those of alerts; see the test of what is refused',
  'POST /v2/enqueue': {
    what: 'alert.acknowledge',
    subject: OF_ALERT,
    by: 'source/pager',
    ask: () =>
      herald.ask('POST', '/v2/enqueue', { routing_key: ROUTING_KEY, event_action: 'acknowledge', dedup_key: 'disk' }),
  },
  [`POST ${ALERT}/acknowledge`]: alertCommand('acknowledge'),
  get [`POST ${ALERT}/snooze`]() {
    return alertCommand('snooze', { until: inAnHour() });
  },
  [`POST ${ALERT}/comment`]: alertCommand('comment', { comment: 'seen' }),
  [`POST ${ALERT}/approve`]: alertCommand('approve'),
  [`POST ${ALERT}/reject`]: alertCommand('reject'),
  [`POST ${PROMOTIONS}`]: promotion('request', '', { to: 'staging' }),
  [`POST ${PROMOTIONS}/{id}/approve`]: promotion('approve', '/unknown/approve'),
  [`POST ${PROMOTIONS}/{id}/reject`]: promotion('reject', '/unknown/reject'),
  'POST /v1/deliveries/{id}/resend': {
    what: 'notification.resent',
    subject: /^default\/console$/,
    ask: async () => herald.ask('POST', `/v1/deliveries/${await herald.idOf('deliveries', 'delivered')}/resend`, {}),
  },
  'POST /v1/channels/{tenant}/{name}/test': {
    what: 'notification.test',
    subject: /^default\/console$/,
    ask: () => herald.ask('POST', '/v1/channels/default/console/test', {}),
  },
  'POST /v1/silences': {
    what: 'silence.set',
    subject: /^default\/.+/,
    ask: () => herald.ask('POST', '/v1/silences', { ...silence, endsAt: inAnHour() }),
  },
  'DELETE /v1/silences/{id}': {
    what: 'silence.end',
    subject: /^default\/.+/,
    ask: async () => herald.ask('DELETE', `/v1/silences/${await newSilence()}?tenant=default`, {}),
  },
  'POST /api/v2/silences': {
    what: 'silence.set',
    subject: /^default\/.+/,
    ask: () => {
      const times = { startsAt: new Date().toISOString(), endsAt: inAnHour() };
      return herald.ask('POST', '/api/v2/silences', {
        matchers: MATCHERS,
        ...times,
        createdBy: 'mallory',
        comment: 'x',
      });
    },
  },
  'DELETE /api/v2/silence/{silenceID}': {
    what: 'silence.end',
    subject: /^default\/.+/,
    ask: async () => herald.ask('DELETE', `/api/v2/silence/${await newSilence()}`),
  },
  'POST /v1/schedules/{tenant}/{name}/overrides': { ...SHIFT, ask: () => override(herald) },
  'DELETE /v1/schedules/{tenant}/{name}/overrides/{id}': {
    ...SHIFT,
    what: 'shift.end',
    ask: async () => herald.ask('DELETE', `${OVERRIDES}/${await madeBy(override(herald))}`, {}),
  },
  'POST /v1/subscriptions': { ...SUBSCRIPTION, ask: () => subscribe(herald, 'a') },
  'DELETE /v1/subscriptions/{id}': {
    ...SUBSCRIPTION,
    what: 'subscription.end',
    ask: async () => herald.ask('DELETE', `/v1/subscriptions/${await madeBy(subscribe(herald, 'b'))}`, {}),
  },
  'POST /v1/dead-letters/{id}/replay': {
    what: 'dead-letter.replay',
    subject: /.+/,
    ask: async () => herald.ask('POST', `/v1/dead-letters/${await herald.idOf('dead-letters', 'open')}/replay`, {}),
  },
  'POST /v1/dead-letters/replay': {
    what: 'dead-letter.replay',
    subject: /.+/,
    ask: async () => {
      await herald.idOf('dead-letters', 'open');
      return herald.ask('POST', '/v1/dead-letters/replay', { all: true });
    },
  },
  'POST /v1/api-keys': onKey('POST', 'create', '', { name: 'robot', roles: ['viewer'] }),
  'POST /v1/api-keys/{name}/rotate': onKey('POST', 'rotate', '/robot/rotate', {}),
  'DELETE /v1/api-keys/{name}': onKey('DELETE', 'revoke', '/robot'),
  'PUT /v1/secrets/{tenant}/{name}': onSecret('PUT', 'set', { value: 'hunter2' }),
  'POST /v1/secrets/rotate': {
    what: 'secret.rotate',
    subject: /^1 secrets$/,
    ask: () => herald.ask('POST', '/v1/secrets/rotate', {}),
  },
  'DELETE /v1/secrets/{tenant}/{name}': onSecret('DELETE', 'delete'),
  // Last: it ends the alert.
  [`POST ${ALERT}/close`]: alertCommand('close'),
};

test('[BR-SEC-015] every path that changes something leaves who, what, when and what came of it', async () => {
  const served = everyRoute()
    .flatMap(namesOf)
    .filter(({ method }) => !['GET', 'OPTIONS'].includes(method))
    .map(({ method, pattern }) => `${method} ${pattern}`);
  assert.deepEqual(served.sort(), Object.keys(PATHS).sort());
  for (const [where, expected] of Object.entries(PATHS)) {
    if (typeof expected === 'string') continue;
    await herald.audits({ by: 'root', ...expected }, where, expected.ask);
  }
});
