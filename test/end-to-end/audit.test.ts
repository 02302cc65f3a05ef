/**
 * Whatever changes something leaves who, what, when and what came of it in the audit chain. The paths are those of the route table and the
 * commands those of bin/herald: one that is not named below fails here, and one that leaves nothing fails as well.
 */

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AuditRecord } from '../../access/audit-chain.ts';
import { ROLES } from '../../access/role.ts';
import { callbackRoute } from '../../api/callbacks.ts';
import { operatorRoutes } from '../../api/routes.ts';
import { slackInteractionRoute } from '../../api/slack-interactions.ts';
import { COMMANDS } from '../../bin/commands.ts';
import { freePort } from '../../gateway/free-port.ts';
import type { Route } from '../../ingress/route.ts';
import { ingressRoutes } from '../../ingress/routes.ts';
import { startHerald, temporaryFolder } from '../support/herald.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, post } from './alerts.ts';
import { consoleChannel, environments, route, source, webhookChannel } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const SECRET_KEY = Buffer.alloc(32, 's').toString('base64');
const ROUTING_KEY = 'R0123456789ABCDEF0123456789ABCDE';
const GUARDED = `---
apiVersion: herald/v1
kind: Source
metadata: { name: pager }
spec: { format: pagerduty, auth: { type: routing-key, key: { env: PD_KEY } } }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: slack }
spec: { type: slack, token: { env: SLACK_TOKEN }, channel: '#ops', signingSecret: { env: SLACK_TOKEN } }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: duty }
spec:
  type: sms
  accountSid: AC00000000000000000000000000000000
  authToken: { env: SLACK_TOKEN }
  from: "+15005550006"
  to: ["+4915112345678"]
  statusCallback: https://herald.example/v1/callbacks/default/duty
---
apiVersion: herald/v1
kind: User
metadata: { name: alice }
spec: { contacts: [{ channel: channel/console, address: alice@example.org }] }
---
apiVersion: herald/v1
kind: Schedule
metadata: { name: primary }
spec:
  timeZone: Europe/Berlin
  layers: [{ name: first, users: [user/alice], start: '2026-01-05T09:00', rotation: { every: day } }]
`;
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

let herald: RunningHerald;
let root = '';
let fingerprint = '';
const tls = temporaryFolder();

before(async () => {
  const refusing = await startReceiver({ script: { kind: 'reply', status: 400, body: 'no' } });
  useCertificate('server');
  herald = await runningHerald({
    config: {
      'herald.yaml':
        source('in', 'herald') +
        source('keyed', 'herald', 'auth: { type: api-key }') +
        environments() +
        route({ receivers: ['console', 'broken'] }) +
        consoleChannel() +
        webhookChannel(refusing.url, { name: 'broken' }) +
        GUARDED,
    },
    env: {
      PD_KEY: ROUTING_KEY,
      SLACK_TOKEN: 'xoxb-1-and-so-on',
      HERALD_SECRET_KEY: SECRET_KEY,
      HERALD_TLS_LISTEN: `127.0.0.1:${await freePort()}`,
      HERALD_TLS_CERT: join(tls, 'tls.crt'),
      HERALD_TLS_KEY: join(tls, 'tls.key'),
    },
  });
  const made = await herald.command('api-key', 'create', 'root', '--role', 'admin,sender', '--tenant', '*');
  assert.equal(made.code, 0, made.err);
  root = made.out.trim();
  const event = { routing_key: ROUTING_KEY, event_action: 'trigger', dedup_key: 'disk' };
  const payload = { summary: 'Disk is full', source: 'n1', severity: 'critical' };
  await post(`${herald.url}/v2/enqueue`, { ...event, payload });
  await post(`${herald.url}/v1/webhooks/in`, alertsOf({ alertname: 'Down', namespace: 'shop-prod' }));
  fingerprint = await until('the alert', async () => {
    const { alerts } = await json('/v1/alerts?namespace=shop-prod');
    return (alerts as { fingerprint: string }[])[0]?.fingerprint;
  });
});

function useCertificate(name: string): void {
  copyFileSync(fixture(`${name}.pem`), join(tls, 'tls.crt'));
  copyFileSync(fixture(`${name}.key`), join(tls, 'tls.key'));
}

async function ask(method: string, path: string, body?: unknown, key = root): Promise<Response> {
  return fetch(herald.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function json(path: string): Promise<Record<string, unknown>> {
  return (await (await ask('GET', path)).json()) as Record<string, unknown>;
}

/** A dead letter that can be replayed, or a delivery that can be resent: replayed ones die again. */
const idOf = (list: 'dead-letters' | 'deliveries', state: string) =>
  until(`one of ${list} that is ${state}`, async () => {
    const found = Object.values(await json(`/v1/${list}?limit=200`)).find(Array.isArray) as Record<string, unknown>[];
    const one = found.find((each) => each.state === state);
    return (one?.id ?? one?.notificationId) as string | undefined;
  });

async function after(position: number): Promise<AuditRecord[]> {
  const { records } = await json(`/v1/audit?limit=500&after=${position}`);
  return records as AuditRecord[];
}

const newest = async () => ((await json('/v1/audit?limit=1')).records as AuditRecord[])[0]?.position ?? 0;

interface Expected {
  readonly what: string;
  readonly subject: RegExp;
  readonly by: string;
}

/** Who, what, when, and what came of it. */
async function audits({ what, subject, by }: Expected, where: string, run: () => Promise<unknown>): Promise<void> {
  const from = await newest();
  const since = Date.now();
  await run();
  const found = await until(`${where} to be audited`, async () => {
    const records = (await after(from)).filter((one) => one.what === what);
    return records.some(({ event }) => event === 'command.answered') ? records : null;
  });
  const [asked, answered] = ['command.asked', 'command.answered'].map((one) =>
    found.find(({ event }) => event === one),
  );
  for (const record of [asked, answered]) {
    assert.ok(record !== undefined, where);
    assert.match(record.subject, subject, where);
    assert.equal(record.by, by, where);
    assert.ok(record.at >= since - 1000 && record.at <= Date.now() + 1000, where);
    assert.notEqual(record.process, '', where);
  }
  assert.match(answered!.detail, /^[2-5]\d\d( |$)/, `${where}: what came of it`);
}

const ALERT = '/v1/alerts/{tenant}/{fingerprint}';
const PROMOTIONS = '/v1/namespaces/{tenant}/{namespace}/promotions';
const OF_ALERT = /^default\/[0-9a-f]{16}$/;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const MATCHERS = [{ name: 'severity', value: 'critical', isRegex: false }];

/** What stands in the audit, and how to ask for it. */
interface Audited extends Omit<Expected, 'by'> {
  readonly by?: string;
  ask(): Promise<Response>;
}

const alertCommand = (action: string, body: object = {}): Audited => ({
  what: `alert.${action}`,
  subject: OF_ALERT,
  ask: () => ask('POST', `/v1/alerts/default/${fingerprint}/${action}`, body),
});
const promotion = (action: string, path: string, body: object = {}): Audited => ({
  what: `promotion.${action}`,
  subject: /^default\/shop-prod$/,
  ask: () => ask('POST', `/v1/namespaces/default/shop-prod/promotions${path}`, body),
});
const onKey = (method: string, what: string, path: string, body?: object): Audited => ({
  what: `api-key.${what}`,
  subject: /^robot$/,
  ask: () => ask(method, `/v1/api-keys${path}`, body),
});
const onSecret = (method: string, what: string, body?: object): Audited => ({
  what: `secret.${what}`,
  subject: /^default\/smtp$/,
  ask: () => ask(method, '/v1/secrets/default/smtp', body),
});
const silence = { matchers: ['severity="critical"'], comment: 'audited' };
const newSilence = async () => {
  const answer = await ask('POST', '/v1/silences', { ...silence, endsAt: inAnHour() });
  return ((await answer.json()) as { id: string }).id;
};

const SHIFT = { what: 'shift.change', subject: /^default\/primary$/ };
const SUBSCRIPTION = { what: 'subscription.make', subject: /^default\/user\/alice$/ };
const OVERRIDES = '/v1/schedules/default/primary/overrides';
const override = () => ask('POST', OVERRIDES, { user: 'user/alice', end: inAnHour() });
/** Equal ones are one: each is about another service. */
const subscribe = (service: string) =>
  ask('POST', '/v1/subscriptions', { subscriber: 'user/alice', matchers: [`service="${service}"`] });
const madeBy = async (answer: Promise<Response>) => ((await (await answer).json()) as { id: string }).id;

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
    ask: () => ask('POST', '/v2/enqueue', { routing_key: ROUTING_KEY, event_action: 'acknowledge', dedup_key: 'disk' }),
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
    ask: async () => ask('POST', `/v1/deliveries/${await idOf('deliveries', 'delivered')}/resend`, {}),
  },
  'POST /v1/channels/{tenant}/{name}/test': {
    what: 'notification.test',
    subject: /^default\/console$/,
    ask: () => ask('POST', '/v1/channels/default/console/test', {}),
  },
  'POST /v1/silences': {
    what: 'silence.set',
    subject: /^default\/.+/,
    ask: () => ask('POST', '/v1/silences', { ...silence, endsAt: inAnHour() }),
  },
  'DELETE /v1/silences/{id}': {
    what: 'silence.end',
    subject: /^default\/.+/,
    ask: async () => ask('DELETE', `/v1/silences/${await newSilence()}?tenant=default`, {}),
  },
  'POST /api/v2/silences': {
    what: 'silence.set',
    subject: /^default\/.+/,
    ask: () => {
      const times = { startsAt: new Date().toISOString(), endsAt: inAnHour() };
      return ask('POST', '/api/v2/silences', { matchers: MATCHERS, ...times, createdBy: 'mallory', comment: 'x' });
    },
  },
  'DELETE /api/v2/silence/{silenceID}': {
    what: 'silence.end',
    subject: /^default\/.+/,
    ask: async () => ask('DELETE', `/api/v2/silence/${await newSilence()}`),
  },
  'POST /v1/schedules/{tenant}/{name}/overrides': { ...SHIFT, ask: override },
  'DELETE /v1/schedules/{tenant}/{name}/overrides/{id}': {
    ...SHIFT,
    what: 'shift.end',
    ask: async () => ask('DELETE', `${OVERRIDES}/${await madeBy(override())}`, {}),
  },
  'POST /v1/subscriptions': { ...SUBSCRIPTION, ask: () => subscribe('a') },
  'DELETE /v1/subscriptions/{id}': {
    ...SUBSCRIPTION,
    what: 'subscription.end',
    ask: async () => ask('DELETE', `/v1/subscriptions/${await madeBy(subscribe('b'))}`, {}),
  },
  'POST /v1/dead-letters/{id}/replay': {
    what: 'dead-letter.replay',
    subject: /.+/,
    ask: async () => ask('POST', `/v1/dead-letters/${await idOf('dead-letters', 'open')}/replay`, {}),
  },
  'POST /v1/dead-letters/replay': {
    what: 'dead-letter.replay',
    subject: /.+/,
    ask: async () => {
      await idOf('dead-letters', 'open');
      return ask('POST', '/v1/dead-letters/replay', { all: true });
    },
  },
  'POST /v1/api-keys': onKey('POST', 'create', '', { name: 'robot', roles: ['viewer'] }),
  'POST /v1/api-keys/{name}/rotate': onKey('POST', 'rotate', '/robot/rotate', {}),
  'DELETE /v1/api-keys/{name}': onKey('DELETE', 'revoke', '/robot'),
  'PUT /v1/secrets/{tenant}/{name}': onSecret('PUT', 'set', { value: 'hunter2' }),
  'POST /v1/secrets/rotate': {
    what: 'secret.rotate',
    subject: /^1 secrets$/,
    ask: () => ask('POST', '/v1/secrets/rotate', {}),
  },
  'DELETE /v1/secrets/{tenant}/{name}': onSecret('DELETE', 'delete'),
  // Last: it ends the alert.
  [`POST ${ALERT}/close`]: alertCommand('close'),
};

function everyRoute(): readonly Route[] {
  const unused = {} as never;
  const own = ingressRoutes(unused, { ready: () => ({ ok: true, reasons: [] }), metrics: async () => '' });
  return [...operatorRoutes(unused, '0'), ...own, callbackRoute(unused), slackInteractionRoute(unused)];
}

const namesOf = ({ method, path }: Route) =>
  [method].flat().map((one) => ({ method: one, pattern: path.replace(/:(\w+)/g, '{$1}') }));

test('[BR-SEC-015] every path that changes something leaves who, what, when and what came of it', async () => {
  const served = everyRoute()
    .flatMap(namesOf)
    .filter(({ method }) => !['GET', 'OPTIONS'].includes(method))
    .map(({ method, pattern }) => `${method} ${pattern}`);
  assert.deepEqual(served.sort(), Object.keys(PATHS).sort());
  for (const [where, expected] of Object.entries(PATHS)) {
    if (typeof expected === 'string') continue;
    await audits({ by: 'root', ...expected }, where, expected.ask);
  }
});

const replayed = { what: 'dead-letter.replay', subject: /.+/ };
const keyOf = (what: string, ...words: string[]) => ({ what: `api-key.${what}`, subject: /^cli$/, words });
const secretOf = (what: string, ...words: string[]) => ({ what: `secret.${what}`, subject: /^default\/cli$/, words });

interface CliAudited extends Omit<Expected, 'by'> {
  readonly words: readonly string[] | (() => Promise<readonly string[]>);
}

/** By the line of the usage. A text says why nothing is audited. */
const USAGES: Readonly<Record<string, CliAudited | string>> = {
  start: 'process.started',
  'run ingress': 'process.started',
  'run actors': 'process.started',
  'run archive': 'process.started',
  'check [DIR]': 'reads files',
  'send FILE|- [--source NAME] [--timeout SECONDS]': 'takes alerts in: each has its receipt',
  'dry-run FILE|- [--source NAME]': 'sends and keeps nothing',
  'preview [TENANT/]CHANNEL [FILE|-|TENANT/FINGERPRINT]': 'sends and keeps nothing',
  status: 'reads',
  'explain TENANT/FINGERPRINT [--recipient ADDRESS]': 'reads',
  'on-call [NAME]': 'reads',
  'comment TENANT/FINGERPRINT TEXT': {
    what: 'alert.comment',
    subject: OF_ALERT,
    words: async () => ['comment', `default/${fingerprint}`, 'seen'],
  },
  'override [list] SCHEDULE': 'reads',
  'override add SCHEDULE --user NAME (--end TIME | --for DURATION) [--start TIME] [--comment TEXT]': {
    ...SHIFT,
    words: ['override', 'add', 'primary', '--user', 'alice', '--for', '2h'],
  },
  'override add SCHEDULE --user NAME --start TIME --end TIME --return-start TIME --return-end TIME [--return-user NAME]':
    'the same request as the line before',
  'override remove SCHEDULE ID': {
    ...SHIFT,
    what: 'shift.end',
    words: async () => ['override', 'remove', 'primary', await madeBy(override())],
  },
  'subscription [list]': 'reads',
  'subscription add [MATCHER]...': {
    ...SUBSCRIPTION,
    words: ['subscription', 'add', 'service="c"', '--subscriber', 'user/alice'],
  },
  'subscription remove ID': {
    ...SUBSCRIPTION,
    what: 'subscription.end',
    words: async () => ['subscription', 'remove', await madeBy(subscribe('d'))],
  },
  'dead-letters [list]': 'reads',
  'dead-letters replay ID': {
    ...replayed,
    words: async () => ['dead-letters', 'replay', await idOf('dead-letters', 'open')],
  },
  'dead-letters replay --all': {
    ...replayed,
    words: async () => {
      await idOf('dead-letters', 'open');
      return ['dead-letters', 'replay', '--all'];
    },
  },
  'dead-letters replay FILTERS': {
    ...replayed,
    words: async () => {
      await idOf('dead-letters', 'open');
      return ['dead-letters', 'replay', '--tenant', 'default'];
    },
  },
  'audit [list]': 'reads',
  'audit verify': 'reads',
  'channel [list]': 'reads',
  'channel test NAME': {
    what: 'notification.test',
    subject: /^default\/console$/,
    words: ['channel', 'test', 'console'],
  },
  'channel resend DELIVERY': {
    what: 'notification.resent',
    subject: /^default\/console$/,
    words: async () => ['channel', 'resend', await idOf('deliveries', 'delivered')],
  },
  'api-key [list]': 'reads',
  'api-key create NAME --role ROLE [--tenant TENANT] [--expires DURATION]': keyOf(
    'create',
    ...['api-key', 'create', 'cli', '--role', 'viewer'],
  ),
  'api-key rotate NAME [--overlap DURATION]': keyOf('rotate', 'api-key', 'rotate', 'cli'),
  'api-key revoke NAME': keyOf('revoke', 'api-key', 'revoke', 'cli'),
  'secret [list]': 'reads',
  'secret set NAME': secretOf('set', 'secret', 'set', 'cli'),
  'secret rotate': { what: 'secret.rotate', subject: /^1 secrets$/, words: ['secret', 'rotate'] },
  'secret delete NAME': secretOf('delete', 'secret', 'delete', 'cli'),
  'classify NAME…': 'reads files',
  'classify -': 'reads files',
  'backtest [DIR]': 'reads',
  'backtest [DIR] --names FILE|-': 'reads',
  'import ALERTMANAGER.YML|-': 'prints',
  bench: 'runs a Herald of its own',
  'bench NAME': 'runs a Herald of its own',
  'bench all': 'runs a Herald of its own',
};

const cli = (words: readonly string[], input = '') =>
  runCommand(words, { ...herald.env, HERALD_LISTEN: new URL(herald.url).host, HERALD_API_KEY: root }, input);

test('[BR-SEC-015] every command of bin/herald that changes something leaves the same', async () => {
  const usages = await Promise.all(COMMANDS.map(async (one) => (await one.load()).usage));
  assert.deepEqual(usages.flat().sort(), Object.keys(USAGES).sort());
  for (const [usage, expected] of Object.entries(USAGES)) {
    if (typeof expected === 'string') continue;
    const { words } = expected;
    const run = async () => cli(typeof words === 'function' ? await words() : words, 'hunter2');
    await audits({ ...expected, by: 'root' }, usage, run);
  }
  assert.doesNotMatch(JSON.stringify(await after(0)), /hunter2|herald_/, 'no secret stands in it');
});

const denials = async (position: number) => (await after(position)).filter(({ event }) => event === 'access.denied');

test('[BR-SEC-015, BR-SEC-008] who asks without a key, and who may not what the key may not, stands in it for every guarded path', async () => {
  const from = await newest();
  const key = (await cli(['api-key', 'create', 'looker', '--role', 'viewer'])).out.trim();
  const missing = new Set<string>();
  const denied = new Set<string>();
  for (const one of everyRoute()) {
    if (typeof one.access === 'string') continue;
    const [{ method, pattern } = assert.fail()] = namesOf(one);
    const path = pattern.replace(/\{tenant\}/g, 'default').replace(/\{\w+\}/g, 'x');
    assert.equal((await ask(method, path, undefined, '')).status, 401, pattern);
    missing.add(`${method} ${pattern}`);
    if ((ROLES.viewer as readonly string[]).includes(one.access.permission)) continue;
    assert.equal((await ask(method, path, undefined, key)).status, 403, pattern);
    denied.add(`${method} ${pattern}`);
  }
  const shown = async () => {
    const records = (await denials(from)).map(
      ({ what, subject, by }) => `${what} ${by} ${subject.replace(/:(\w+)/g, '{$1}')}`,
    );
    const of = (prefix: string) =>
      records.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
    return [of('access.missing 127.0.0.1 ').sort(), of('access.denied looker ').sort()];
  };
  const all = [[...missing].sort(), [...denied].sort()];
  await until('all of it', async () => (await shown()).flat().length >= missing.size + denied.size);
  assert.deepEqual(await shown(), all);
});

test('[BR-SEC-015] a key that is used after it was revoked, by who asks or who sends, is told by its name', async () => {
  const from = await newest();
  const [asking, sending] = await Promise.all(
    [['gone', 'viewer'] as const, ['gone-sender', 'sender'] as const].map(async ([name, role]) => {
      const made = (await cli(['api-key', 'create', name, '--role', role])).out.trim();
      assert.equal((await cli(['api-key', 'revoke', name])).code, 0);
      return made;
    }),
  );
  assert.equal((await ask('GET', '/v1/alerts', undefined, asking)).status, 401);
  assert.equal((await ask('POST', '/v1/webhooks/keyed', alertsOf({ alertname: 'X' }), sending)).status, 403);
  const shown = async () => (await denials(from)).map(({ what, subject, by }) => `${what} ${subject} ${by}`);
  await until('both', async () => (await shown()).length === 2, { seen: shown });
  assert.deepEqual((await shown()).sort(), ['access.revoked GET /v1/alerts gone', 'auth.revoked keyed gone-sender']);
});

test('[BR-SEC-015, BR-INT-008] what no provider signed stands in it', async () => {
  const from = await newest();
  const paths = ['/v1/callbacks/default/duty', '/v1/interactions/slack/default/slack'];
  for (const path of paths) assert.equal((await ask('POST', path, {}, '')).status, 401, path);
  const shown = async () => (await denials(from)).map(({ what, by, detail }) => `${what} ${by} ${detail}`);
  const expected = paths.map((path) => `provider.unproven 127.0.0.1 ${path}`);
  await until('both', async () => (await shown()).length === 2, { seen: shown });
  assert.deepEqual((await shown()).sort(), expected);
});

test('[BR-SEC-015] refused changes of the configuration and of the certificate stand in it, and accepted ones', async () => {
  const from = await newest();
  await herald.declare(
    'more.yaml',
    'apiVersion: herald/v1\nkind: Channel\nmetadata: { name: x }\nspec: { type: fax }\n',
  );
  await writeFile(join(tls, 'tls.key'), 'no key');
  const shown = async () =>
    (await after(from)).map(({ event, what, by, detail }) => [event, what, by, detail].join(' '));
  const said = (pattern: RegExp) =>
    until(String(pattern), async () => (await shown()).some((one) => pattern.test(one)));
  await said(/^resources\.refused resources\.mistakes \S+:\d+ .*more\.yaml/);
  await said(/^tls\.refused \/\S+\/tls\.crt \S+:\d+ .*cannot be used for TLS/);
  await herald.declare('more.yaml', source('more', 'herald'));
  useCertificate('client');
  await said(/^resources\.applied [0-9a-f]+ \S+:\d+ \d+ resources$/);
  await said(/^tls\.reloaded \/\S+\/tls\.crt \S+:\d+ digest/);
});

test('[BR-SEC-015] starts and stops of a process stand in it, with how far the API is open and which secret keys it has', async () => {
  await herald.stop();
  const again = await startHerald({ env: { ...herald.env, HERALD_LISTEN: new URL(herald.url).host } });
  await again.ready();
  const shown = async () =>
    (await after(0))
      .filter(({ event }) => event.startsWith('process.'))
      .map(({ event, subject, detail }) => [event, subject, detail]);
  await until('the second start', async () => (await shown()).length === 3, { seen: shown });
  const [first, stopped, second] = await shown();
  const subject = 'ingress+actors+archive';
  assert.deepEqual(first?.slice(0, 2), ['process.started', subject]);
  assert.match(String(first?.[2]), /^the API is open.*; secret keys [0-9a-f]{8}; its own nats-server$/);
  assert.deepEqual(stopped, ['process.stopped', subject, '']);
  assert.match(String(second?.[2]), /^the API is closed/);
  const verdict = await cli(['audit', 'verify']);
  assert.match(verdict.out, /^whole: /);
});
