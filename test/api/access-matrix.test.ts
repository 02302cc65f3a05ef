/**
 * Every path, with every role in every tenant. The paths are those of the route table itself: one that is not named in EXPECTED below, or
 * takes something else than stands there, fails here.
 */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type ApiKey, newKey } from '../../access/api-key.ts';
import type { Grant, Identity } from '../../access/identity.ts';
import type { RouteAccess } from '../../access/permit.ts';
import { type Permission, ROLE_NAMES, ROLES, type RoleName } from '../../access/role.ts';
import { callbackRoute } from '../../api/callbacks.ts';
import { slackInteractionRoute } from '../../api/slack-interactions.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { newReceipt } from '../../ingress/receipt.ts';
import type { Route } from '../../ingress/route.ts';
import { ingressRoutes } from '../../ingress/routes.ts';
import type { OwnSubscription } from '../../resources/own-subscription.ts';
import type { ShiftChange } from '../../rules/shift-change.ts';
import { deadInput, delivery, fingerprintOf, flushed, joined, opened, silenceSet, T0 } from '../archive/journal-of.ts';
import { aUser, turns } from '../support/people.ts';
import { type Answer, aSecret, ServedApi } from './served-api.ts';

const READ = { permission: 'alerts.read', within: 'tenants' } as const;
const READ_ONE = { permission: 'alerts.read', within: 'tenant' } as const;
const COMMAND = { permission: 'alerts.command', within: 'tenant' } as const;
const SILENCE = { permission: 'silences.write', within: 'tenants' } as const;
const DECIDE = { permission: 'approvals.decide', within: 'tenant' } as const;
const REPLAY = { permission: 'deliveries.replay', within: 'tenants' } as const;
const DEPLOYMENT = { permission: 'deployment.read', within: 'deployment' } as const;
const KEYS = { permission: 'keys.manage', within: 'tenants' } as const;
const SECRETS = { permission: 'secrets.manage', within: 'tenants' } as const;
const SECRET = { permission: 'secrets.manage', within: 'tenant' } as const;
const SUBSCRIBE = { permission: 'subscriptions.own', within: 'tenants' } as const;
const TRADE = { permission: 'shifts.trade', within: 'tenant' } as const;
const PROMOTIONS = '/v1/namespaces/{tenant}/{namespace}/promotions';
const ALERT = '/v1/alerts/{tenant}/{fingerprint}';

const EXPECTED: Readonly<Record<string, RouteAccess>> = {
  'GET /healthz': 'everyone',
  'GET /readyz': 'everyone',
  'GET /-/healthy': 'everyone',
  'GET /-/ready': 'everyone',
  'GET /openapi.json': 'everyone',
  'GET /metrics': { permission: 'metrics.read', within: 'deployment' },
  'POST /v1/webhooks/{source}': 'source',
  'PUT /v1/webhooks/{source}': 'source',
  'POST /v2/enqueue': 'source',
  'OPTIONS /v1/webhooks/{source}': 'source',
  'POST /api/v2/alerts': 'source',
  'POST /v1/callbacks/{tenant}/{channel}': 'provider',
  'POST /v1/interactions/slack/{tenant}/{channel}': 'provider',
  'GET /v1/receipts/{id}': { permission: 'receipts.read', within: 'tenants' },
  'GET /v1/alerts': READ,
  [`GET ${ALERT}`]: READ_ONE,
  [`POST ${ALERT}/acknowledge`]: COMMAND,
  [`POST ${ALERT}/snooze`]: COMMAND,
  [`POST ${ALERT}/comment`]: COMMAND,
  [`POST ${ALERT}/close`]: COMMAND,
  [`POST ${ALERT}/approve`]: DECIDE,
  [`POST ${ALERT}/reject`]: DECIDE,
  'GET /v1/incidents': READ,
  'GET /v1/incidents/{id}': READ,
  'GET /v1/limits': READ,
  'GET /v1/namespaces': READ,
  'GET /v1/namespaces/{tenant}/{namespace}': READ_ONE,
  'GET /v1/promotions': READ,
  [`GET ${PROMOTIONS}`]: READ_ONE,
  [`POST ${PROMOTIONS}`]: { permission: 'promotions.request', within: 'tenant' },
  [`POST ${PROMOTIONS}/{id}/approve`]: DECIDE,
  [`POST ${PROMOTIONS}/{id}/reject`]: DECIDE,
  'GET /v1/groups': READ,
  'GET /v1/deliveries': READ,
  'GET /v1/deliveries/{id}': READ,
  'GET /v1/deliveries/{id}/members': READ,
  'POST /v1/deliveries/{id}/resend': REPLAY,
  'GET /v1/channels': READ,
  'POST /v1/channels/{tenant}/{name}/test': { permission: 'channels.test', within: 'tenant' },
  'GET /v1/silences': READ,
  'POST /v1/silences': SILENCE,
  'GET /v1/silences/{id}': READ,
  'DELETE /v1/silences/{id}': SILENCE,
  'GET /v1/dead-letters': READ,
  'GET /v1/dead-letters/{id}': READ,
  'POST /v1/dead-letters/{id}/replay': REPLAY,
  'POST /v1/dead-letters/replay': { permission: 'deliveries.replay', within: 'tenants' },
  'POST /v1/preview': READ,
  'GET /v1/rules': READ,
  'GET /v1/audit': DEPLOYMENT,
  'GET /v1/policies': DEPLOYMENT,
  'GET /v1/schedules': READ,
  'GET /v1/schedules/{tenant}/{name}': READ_ONE,
  'GET /v1/schedules/{tenant}/{name}/overrides': READ_ONE,
  'POST /v1/schedules/{tenant}/{name}/overrides': TRADE,
  'DELETE /v1/schedules/{tenant}/{name}/overrides/{id}': TRADE,
  'GET /v1/subscriptions': READ,
  'POST /v1/subscriptions': SUBSCRIBE,
  'DELETE /v1/subscriptions/{id}': SUBSCRIBE,
  'GET /v1/status': DEPLOYMENT,
  'GET /v1/api-keys': KEYS,
  'POST /v1/api-keys': KEYS,
  'POST /v1/api-keys/{name}/rotate': KEYS,
  'DELETE /v1/api-keys/{name}': KEYS,
  'GET /v1/secrets': SECRETS,
  'POST /v1/secrets/rotate': SECRETS,
  'PUT /v1/secrets/{tenant}/{name}': SECRET,
  'DELETE /v1/secrets/{tenant}/{name}': SECRET,
  'GET /api/v2/alerts': READ,
  'GET /api/v2/alerts/groups': READ,
  'GET /api/v2/silences': READ,
  'POST /api/v2/silences': SILENCE,
  'GET /api/v2/silence/{silenceID}': READ,
  'DELETE /api/v2/silence/{silenceID}': SILENCE,
  'GET /api/v2/status': READ,
  'GET /api/v2/receivers': READ,
};

/** What is what in each tenant; nothing of one stands in the other. */
const TENANTS = {
  acme: { n: 1, group: 'g1', notification: 'n1', silence: 's1', receipt: newReceipt(T0, 1, () => 1) },
  other: { n: 2, group: 'g2', notification: 'n2', silence: 's2', receipt: newReceipt(T0, 1, () => 2) },
} as const;
type Tenant = keyof typeof TENANTS;
const NAMES = Object.keys(TENANTS) as Tenant[];
const not = (tenant: Tenant): Tenant => (tenant === 'acme' ? 'other' : 'acme');

function journalOf(tenant: Tenant): JournalEvent[] {
  const { n, group, notification, silence, receipt } = TENANTS[tenant];
  const events = [
    opened(n, receipt, T0, [group]),
    joined(n, group),
    flushed(group, T0 + 1, { told: notification, firing: [n] }),
    delivery('queued', notification, [n]),
    delivery('attempting', notification, [n]),
    delivery('delivered', notification, [n]),
    silenceSet(silence),
    deadInput(n, `dead-${receipt}`),
  ];
  return JSON.parse(JSON.stringify(events).replaceAll('acme', tenant).replaceAll('"g0"', `"${group}"`));
}

let api: ServedApi;
let asking: Identity;

before(async () => {
  api = new ServedApi();
  api.identify = () => ({ code: 'access.identified', identity: asking });
  // Refused: POST /api/v2/silences would wait until the archive knows what it set.
  api.reply = async () => ({ ok: false, status: 409, reasons: [] });
  api.moreRoutes = servedElsewhere().filter(({ path }) => path === '/metrics');
  api.schedules = NAMES.map((tenant) => ({ tenant, schedule: turns('primary', 86_400_000, ['ada', null]) }));
  api.users = [aUser('ada')];
  api.persons = { 'viewer-key': 'ada', 'responder-key': 'ada' };
  api.hearer = () => ({ grant: { environments: null }, speakers: ['ada'] });
  api.rules = { ...api.rules, rules: NAMES.map((tenant) => ({ ...api.rules.rules[0]!, tenant })) };
  await api.start(...NAMES.map(journalOf));
});

function servedElsewhere(): Route[] {
  const unused = {} as never;
  const health = { ready: () => ({ ok: true, reasons: [] }), metrics: async () => 'up 1' };
  return [slackInteractionRoute(unused), callbackRoute(unused), ...ingressRoutes(unused, health)];
}

interface Way {
  readonly method: string;
  readonly path: string;
  readonly access: RouteAccess;
}

function everyWay(): Way[] {
  return [...api.operatorRoutes(), ...servedElsewhere()].flatMap(({ method, path, access }) =>
    [method].flat().map((one) => ({ method: one, path: path.replace(/:(\w+)/g, '{$1}'), access })),
  );
}

function someone(role: RoleName | null, tenants: readonly string[] | null): Identity {
  const grants: Grant[] = role === null ? [] : [{ role, tenants }];
  return { kind: 'api-key', name: `${role ?? 'nobody'}-key`, grants };
}

/** The path about what belongs to a tenant. */
function about(path: string, tenant: Tenant): string {
  const { n, notification, silence, receipt } = TENANTS[tenant];
  const ids: Readonly<Record<string, string>> = {
    '/v1/receipts/{id}': receipt,
    '/v1/deliveries/{id}': notification,
    '/v1/silences/{id}': silence,
    '/v1/dead-letters/{id}': `letter-${n}`,
    '/v1/schedules/{tenant}/{name}/overrides/{id}': 'change',
    '/v1/subscriptions/{id}': `sub-${n}`,
  };
  const id = Object.entries(ids).find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'unknown';
  const names: Readonly<Record<string, string>> = {
    tenant,
    id,
    fingerprint: fingerprintOf(n),
    name: path.includes('api-keys') ? `key-of-${tenant}` : path.includes('schedules') ? 'primary' : 'ops',
    namespace: 'shop-prod',
    silenceID: silence,
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? assert.fail(`${path} names ${name}`));
}

function bodyFor({ method, path }: Way, tenant: Tenant): unknown {
  if (method !== 'POST') return undefined;
  const at = (offset: number) => new Date(T0 + offset).toISOString();
  if (path === '/v1/silences') return { tenant, matchers: ['severity="critical"'], endsAt: at(60_000), createdBy: 'x' };
  if (path === '/api/v2/silences') {
    const matchers = [{ name: 'severity', value: 'critical', isRegex: false }];
    return { matchers, startsAt: at(0), endsAt: at(60_000), createdBy: 'x', comment: '' };
  }
  if (path === '/v1/subscriptions') return { tenant, subscriber: 'user/ada', environments: ['staging'], by: 'x' };
  if (path.endsWith('/overrides')) return { user: 'user/ada', end: at(60_000), by: 'x' };
  if (path === '/v1/api-keys') return { name: `new-${tenant}`, roles: ['viewer'], tenants: [tenant] };
  if (path.includes('/api-keys/')) return {};
  if (path.endsWith('/promotions')) return { to: 'staging', by: 'x' };
  if (path.endsWith('/comment')) return { by: 'x', comment: 'x' };
  return path.endsWith('/snooze') ? { until: at(60_000), by: 'x' } : { by: 'x' };
}

async function ask(identity: Identity, way: Way, tenant: Tenant): Promise<Answer> {
  asking = identity;
  const path = about(way.path, tenant);
  if (way.method === 'GET') return api.get(path);
  if (way.method === 'PUT') return api.put(path, { value: 'changed' });
  return way.method === 'POST' ? api.post(path, bodyFor(way, tenant)) : api.delete(path, bodyFor(way, tenant));
}

function holds(role: RoleName, permission: Permission): boolean {
  return (ROLES[role] as readonly Permission[]).includes(permission);
}

const entries = () => [api.commands, api.silences, api.promotions, api.replays, api.submissions].flat();
/** Tenants whose partitions were asked to do something. */
const touched = () => entries().map((entry) => ('tenant' in entry ? entry.tenant : JSON.stringify(entry)));
function forget(): void {
  for (const list of [api.commands, api.silences, api.promotions, api.replays, api.submissions]) list.length = 0;
  api.keys.clear();
  api.secrets.clear();
  for (const tenant of NAMES) api.shifts.set(`${tenant}/primary`, shiftsOf(tenant));
  for (const tenant of NAMES) api.subscriptions.set(tenant, subscriptionsOf(tenant));
  for (const tenant of NAMES) api.keys.set(`key-of-${tenant}`, keyOf(tenant));
  for (const tenant of NAMES) api.secrets.set(`${tenant}/ops`, aSecret(tenant, 'ops'));
}
/** Made by the responder. */
function shiftsOf(tenant: Tenant): readonly ShiftChange[] {
  const shifts = [{ user: 'ada', start: T0, end: T0 + 60_000 }];
  return [{ id: 'change', by: 'responder-key', person: 'ada', madeAt: T0, comment: `of ${tenant}`, shifts }];
}
function subscriptionsOf(tenant: Tenant): readonly OwnSubscription[] {
  const wanted = { matchers: [`of="${tenant}"`] };
  return [{ id: `sub-${TENANTS[tenant].n}`, subscriber: 'user/ada', wanted, by: 'x', person: 'ada', madeAt: T0 }];
}
function keyOf(tenant: Tenant): ApiKey {
  const grants = [{ role: 'viewer', tenants: [tenant] }] as const;
  return newKey({ name: `key-of-${tenant}`, grants, createdAt: T0, createdBy: 'x', expiresAt: null }, tenant);
}
/** The keys that reach into the tenant, as they were at first and as they are. */
const keysOf = (tenant: Tenant) =>
  [...api.keys.values()].filter(({ grants }) => grants.some(({ tenants }) => tenants?.includes(tenant) ?? true));

const text = ({ body }: Answer) => (typeof body === 'string' ? body : JSON.stringify(body));

test('[BR-SEC-008] every path that is served says what it takes, and it is what stands here', () => {
  const declared = everyWay().map(({ method, path, access }) => [`${method} ${path}`, access] as const);
  assert.deepEqual(Object.fromEntries(declared), EXPECTED);
});

const guardedWays = () => everyWay().filter((way) => typeof way.access !== 'string');

test('[BR-SEC-008] every path with every role in its own tenant: those that hold the permission get through, the others nothing', async () => {
  for (const way of guardedWays()) {
    if (typeof way.access === 'string') continue;
    const { permission, within } = way.access;
    for (const role of [...ROLE_NAMES, null]) {
      for (const tenant of NAMES) {
        forget();
        const answer = await ask(someone(role, [tenant]), way, tenant);
        const may = role !== null && holds(role, permission) && within !== 'deployment';
        const where = `${way.method} ${way.path} as ${role} of ${tenant}: ${answer.status} ${text(answer)}`;
        assert.equal(answer.status === 403, !may, where);
        assert.ok(![401, 500].includes(answer.status), where);
        if (!may) assert.deepEqual(entries(), [], where);
        if (!may) assert.deepEqual(keysOf(tenant), [keyOf(tenant)], where);
        if (!may) assert.deepEqual(api.shifts.get(`${tenant}/primary`), shiftsOf(tenant), where);
        if (!may) assert.deepEqual(api.subscriptions.get(tenant), subscriptionsOf(tenant), where);
        if (may && way.path.includes('overrides') && way.method !== 'GET')
          assert.notDeepEqual(api.shifts.get(`${tenant}/primary`), shiftsOf(tenant), where);
        if (may && way.path.includes('subscriptions') && way.method !== 'GET')
          assert.notDeepEqual(api.subscriptions.get(tenant), subscriptionsOf(tenant), where);
      }
      const all = await ask(someone(role, null), way, 'other');
      assert.equal(all.status === 403, role === null || !holds(role, permission), `${way.path} as ${role} of all`);
    }
  }
});

test('[BR-SEC-008, BR-QUAL-009] every path with every role of another tenant: nothing of it is shown, and nothing is done to it', async () => {
  for (const way of guardedWays()) {
    for (const role of ROLE_NAMES) {
      for (const tenant of NAMES) {
        forget();
        const own = not(tenant);
        const answer = await ask(someone(role, [own]), way, tenant);
        const where = `${way.method} ${way.path} of ${tenant} as ${role} of ${own}: ${answer.status} ${text(answer)}`;
        // What the caller itself named may be said back.
        const said = text(answer)
          .replaceAll(`in tenant \\"${tenant}\\"`, '')
          .replaceAll(`key-of-${tenant}`, '')
          .replaceAll(`"value":"${tenant}"`, '');
        assert.doesNotMatch(said, new RegExp(`\\b${tenant}\\b`), where);
        assert.ok(![401, 500].includes(answer.status), where);
        assert.deepEqual(
          touched().filter((whose) => whose !== own),
          [],
          where,
        );
        assert.deepEqual(keysOf(tenant), [keyOf(tenant)], where);
        assert.deepEqual(api.secrets.get(`${tenant}/ops`), aSecret(tenant, 'ops'), where);
        assert.deepEqual(api.shifts.get(`${tenant}/primary`), shiftsOf(tenant), where);
        assert.deepEqual(api.subscriptions.get(tenant), subscriptionsOf(tenant), where);
      }
    }
  }
});

test('[BR-SEC-008] what belongs to another tenant is as unknown as what nobody has', async () => {
  asking = someone('operator', ['acme']);
  const pairs = [
    ['/v1/deliveries/n2', '/v1/deliveries/n9'],
    ['/v1/deliveries/n2/members', '/v1/deliveries/n9/members'],
    ['/v1/dead-letters/letter-2', '/v1/dead-letters/letter-9'],
    ['/v1/silences/s2', '/v1/silences/s9'],
    ['/api/v2/silence/s2', '/api/v2/silence/s9'],
  ] as const;
  for (const [theirs, nobodys] of pairs) {
    const [one, none] = [await api.get(theirs), await api.get(nobodys)];
    const shown = (answer: Answer) => text(answer).replace(/n[29]|letter-[29]|s[29]/g, 'X');
    assert.deepEqual([one.status, shown(one)], [none.status, shown(none)], theirs);
    assert.equal(one.status, 404);
  }
  assert.equal((await api.get(`/v1/receipts/${TENANTS.other.receipt}`)).status, 404);
});

test('[BR-SEC-008] lists hold all tenants of who may see all, and those of who may see some', async () => {
  const lists = ['alerts', 'groups', 'deliveries', 'silences', 'channels', 'rules', 'schedules', 'subscriptions'];
  const tenantsOf = async (path: string) => {
    const { status, body } = await api.get(path);
    assert.equal(status, 200, path);
    const list = Object.values(body).find(Array.isArray) as { tenant: string }[];
    return [...new Set(list.map(({ tenant }) => tenant))].sort();
  };
  for (const path of [...lists, 'dead-letters'].map((name) => `/v1/${name}`)) {
    asking = someone('viewer', null);
    assert.deepEqual(await tenantsOf(path), ['acme', 'other'], path);
    asking = someone('viewer', ['other', 'acme']);
    assert.deepEqual(await tenantsOf(path), ['acme', 'other'], path);
    asking = someone('viewer', ['other']);
    assert.deepEqual(await tenantsOf(path), ['other'], path);
    assert.deepEqual(await tenantsOf(`${path}?tenant=acme`), [], path);
  }
  const fingerprints = async () =>
    (await api.get('/api/v2/alerts')).body.map((one: { fingerprint: string }) => one.fingerprint);
  assert.deepEqual(await fingerprints(), [fingerprintOf(2)]);
  asking = someone('viewer', null);
  assert.deepEqual(await fingerprints(), [fingerprintOf(1)], 'that of the Source prometheus');
});

test('[BR-SEC-008] a command is by who asked, whatever the body says; only where nothing is configured it is as said', async () => {
  const way = { method: 'POST', path: `${ALERT}/close`, access: COMMAND };
  forget();
  await ask(someone('responder', ['acme']), way, 'acme');
  await ask({ kind: 'open', name: 'api', grants: [{ role: 'admin', tenants: null }] }, way, 'acme');
  asking = someone('responder', ['acme']);
  await api.post('/v1/silences', bodyFor({ ...way, path: '/v1/silences' }, 'acme'));
  await api.post('/api/v2/silences', bodyFor({ ...way, path: '/api/v2/silences' }, 'acme'));
  assert.deepEqual(
    api.commands.map(({ by }) => by),
    ['responder-key', 'x'],
  );
  assert.deepEqual(
    api.silences.map(({ by, content }) => [by, content?.createdBy]),
    Array.from({ length: 2 }, () => ['responder-key', 'responder-key']),
  );
});

test('a page of another origin changes nothing on an open Herald; its own, and programs, do', async () => {
  asking = { kind: 'open', name: 'api', grants: [{ role: 'admin', tenants: null }] };
  const path = `${about(ALERT, 'acme')}/close`;
  forget();
  assert.equal((await api.post(path, {}, { origin: 'http://evil.example' })).status, 403);
  assert.equal((await api.post(path, {}, { origin: 'null' })).status, 403);
  assert.deepEqual(api.commands, []);
  await api.post(path, {}, { origin: new URL(api.url('/')).origin });
  await api.post(path, {});
  assert.equal(api.commands.length, 2);
});

test('[BR-SEC-008] nor does it where a browser shows by itself a password that somebody typed, or nothing; a bearer is no page', async () => {
  const path = about(ALERT, 'acme').concat('/close');
  const origin = 'http://evil.example';
  const basic = `Basic ${Buffer.from('ann:key').toString('base64')}`;
  forget();
  asking = someone('responder', ['acme']);
  assert.equal((await api.post(path, {}, { origin, authorization: basic })).status, 403);
  assert.equal(
    (
      await api.post(
        '/api/v2/silences',
        bodyFor({ method: 'POST', path: '/api/v2/silences', access: SILENCE }, 'acme'),
        { origin, authorization: basic },
      )
    ).status,
    403,
  );
  asking = { kind: 'anonymous', name: 'anonymous', grants: [{ role: 'responder', tenants: null }] };
  assert.equal((await api.post(path, {}, { origin })).status, 403);
  assert.deepEqual(entries(), []);
  asking = someone('responder', ['acme']);
  await api.post(path, {}, { origin, authorization: 'Bearer key' });
  await api.post(path, {}, { authorization: basic });
  await api.post(path, {}, { origin: new URL(api.url('/')).origin, authorization: basic });
  assert.equal(api.commands.length, 3);
  api.isOwnPage = (page) => page === 'https://herald.example';
  await api.post(path, {}, { origin: 'https://herald.example', authorization: basic });
  assert.equal(api.commands.length, 4, 'behind a proxy that asks by another name');
});
