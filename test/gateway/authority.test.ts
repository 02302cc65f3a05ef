import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { KeyTable, newKey, revoked, rotated } from '../../access/api-key.ts';
import type { ApiAccessMode } from '../../access/posture.ts';
import { isLoopback, isOwnHost, postureOf } from '../../access/posture.ts';
import { credentialsIn } from '../../api/credentials.ts';
import type { Identified } from '../../api/guard.ts';
import { createAuthority } from '../../gateway/authority.ts';
import { AuthFailures } from '../../ingress/auth-failures.ts';
import { TokenVerifier } from '../../ingress/jwt.ts';
import { silentLog } from '../../telemetry/log.ts';
import { channelTypes, problemsOf, resource, setOf } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { issuer } from '../support/providers/issuer.ts';

const KEY = 'k'.repeat(32);
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function authorityOf(
  yaml: string | null,
  {
    mode = 'auto' as ApiAccessMode,
    loopback = true,
    env = {},
    jwksUrl = '',
    table = new KeyTable(new Map()) as KeyTable | null,
  } = {},
) {
  const files = { 'a.yaml': yaml ?? resource('Channel', 'c', 'type: hook\nurl: http://x') };
  const set = await setOf(files, { channelTypes, env: { KEY, ...env } });
  const clock = new FakeClock();
  const tokens = new TokenVerifier(clock, silentLog);
  atEnd(() => tokens.close());
  const failures = new AuthFailures();
  // Resources take https alone; the issuer of this test has no certificate.
  const issuers = set.signIn.issuers.map((one) => ({ ...one, auth: { ...one.auth, jwksUrl } }));
  const signIn = () => ({ ...set.signIn, issuers });
  const authority = createAuthority({
    mode,
    loopback,
    names: ['alerts.example'],
    signIn,
    keys: keysOf(table, clock),
    tokens,
    failures,
    clock,
    log: silentLog,
  });
  const ask = async (header: string): Promise<Identified> => authority.identify(credentialsIn(header));
  return { authority, clock, ask };
}

const keysOf = (table: KeyTable | null, clock: FakeClock) => ({
  table,
  find: (secret: string) => table?.find(secret, clock.now()) ?? ({ code: 'access.unavailable' } as const),
});

const nameOf = (found: Identified) =>
  found.code === 'access.identified' ? `${found.identity.kind} ${found.identity.name}` : found.code;

const DECLARED = resource(
  'Access',
  'people',
  `keys:
  - { name: ada, key: { env: KEY }, roles: [operator], tenants: ['*'] }
  - { name: ben, keys: [{ env: OLD }, { env: NEW }], roles: [viewer, metrics], tenants: [shop] }
anonymous: { roles: [metrics], tenants: ['*'] }`,
);
const env = { OLD: 'o'.repeat(24), NEW: 'n'.repeat(24) };

test('[BR-SEC-008] nothing configured: open on loopback, closed where others reach it, unless it is said', async () => {
  assert.equal(nameOf(await (await authorityOf(null)).ask('')), 'open api');
  assert.equal(nameOf(await (await authorityOf(null, { loopback: false })).ask('')), 'anonymous anonymous');
  assert.equal(nameOf(await (await authorityOf(null, { loopback: false, mode: 'open' })).ask('')), 'open api');
  assert.equal(nameOf(await (await authorityOf(null, { mode: 'closed' })).ask('')), 'anonymous anonymous');
  assert.equal(nameOf(await (await authorityOf(DECLARED, { mode: 'open', env })).ask('')), 'anonymous anonymous');
});

test('[BR-SEC-008] open on loopback: a name that a page could have lent itself is not one of this machine', async () => {
  const own = [
    '',
    'localhost',
    'herald.localhost:8080',
    '127.0.0.1:8080',
    '[::1]:8080',
    '10.0.0.7',
    'Alerts.example:443',
  ];
  for (const host of own) assert.ok(isOwnHost(host, ['alerts.example']), host);
  for (const host of ['evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', 'a b', 'x@evil.example'])
    assert.ok(!isOwnHost(host, ['alerts.example']), host);
  const trusts = async (mode: ApiAccessMode, loopback: boolean) =>
    (await authorityOf(null, { mode, loopback })).authority.trustsHost('evil.example');
  assert.equal(await trusts('auto', true), false);
  assert.equal(await trusts('open', false), true, 'opened on purpose: by whatever name');
});

test('a page is an own one by the name that people reach this Herald by', async () => {
  const { authority } = await authorityOf(null);
  const own = ['https://alerts.example', 'https://alerts.example:8443', 'https://evil.example', 'null', ''];
  assert.deepEqual(
    own.map((origin) => authority.isOwnPage(origin)),
    [true, true, false, false, false],
  );
});

test('which address is of this machine alone', () => {
  for (const host of ['127.0.0.1', '127.9.8.7', 'localhost', '::1']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example'])
    assert.ok(!isLoopback(host), host);
  assert.deepEqual(postureOf({ mode: 'open', loopback: false, declared: true }), {
    open: false,
    code: 'access.declared',
  });
});

test('[BR-SEC-008, BR-SEC-005] a declared key is good as bearer and as password, and both of two while it is rotated', async () => {
  const { ask } = await authorityOf(DECLARED, { env });
  assert.equal(nameOf(await ask(`Bearer ${KEY}`)), 'api-key ada');
  assert.equal(nameOf(await ask(basic('whoever', KEY))), 'api-key ada');
  for (const key of [env.OLD, env.NEW]) {
    const found = await ask(`Bearer ${key}`);
    assert.ok(found.code === 'access.identified');
    assert.deepEqual(found.identity.grants, [
      { role: 'viewer', tenants: ['shop'] },
      { role: 'metrics', tenants: ['shop'] },
    ]);
  }
  for (const wrong of [`Bearer ${KEY}x`, basic('a', 'b'), basic(KEY, ''), 'Bearer a.b.c', 'Digest x', 'Bearer']) {
    assert.equal((await ask(wrong)).code, 'access.wrong', wrong);
  }
});

test('[BR-SEC-008] wrong credentials get nothing even where nobody needs any', async () => {
  const { ask } = await authorityOf(null);
  assert.equal((await ask('Bearer nonsense')).code, 'access.wrong');
});

test('who guesses waits, longer each time; who only may not does not', async () => {
  const { authority } = await authorityOf(DECLARED, { env });
  const denial = { method: 'GET', route: '/x', url: '/x', address: '10.0.0.1', by: null };
  const delays = [1, 2, 3].map(() => authority.denied({ ...denial, code: 'access.wrong' }));
  assert.deepEqual(delays, [50, 100, 200]);
  assert.equal(authority.denied({ ...denial, code: 'access.denied' }), 0);
  assert.equal(authority.denied({ ...denial, code: 'access.missing' }), 0);
});

test('[BR-INT-010, BR-SEC-008] a token of a declared issuer is a person with the roles of its claims', async () => {
  const { url: jwksUrl, addKey } = await issuer();
  const key = await addKey('k1');
  const declared = resource(
    'Access',
    'sso',
    `jwt:
  issuer: https://login.example
  audience: herald
  jwksUrl: https://login.example/keys
  algorithms: [ES256]
  allowPrivateAddresses: true
  grants:
    - { claim: groups, values: [sre, ops], roles: [operator], tenants: ['*'] }
    - { claim: realm_access.roles, values: [shop], roles: [responder], tenants: [shop] }`,
  );
  const { ask, clock } = await authorityOf(declared, { jwksUrl });
  const now = Math.floor(clock.now() / 1000);
  const token = (claims: object) =>
    new SignJWT({ iss: 'https://login.example', aud: 'herald', sub: 'u1', exp: now + 600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(key);
  const found = await ask(`Bearer ${await token({ email: 'ada@example.com', groups: ['dev', 'sre'] })}`);
  assert.ok(found.code === 'access.identified', JSON.stringify(found));
  assert.deepEqual(found.identity, {
    kind: 'token',
    name: 'ada@example.com',
    grants: [{ role: 'operator', tenants: null }],
  });
  const shop = await ask(`Bearer ${await token({ realm_access: { roles: ['shop'] } })}`);
  assert.ok(shop.code === 'access.identified');
  assert.deepEqual([shop.identity.name, shop.identity.grants], ['u1', [{ role: 'responder', tenants: ['shop'] }]]);
  const nobody = await ask(`Bearer ${await token({ groups: ['dev'] })}`);
  assert.ok(nobody.code === 'access.identified');
  assert.deepEqual(nobody.identity.grants, []);
  assert.equal((await ask(`Bearer ${await token({ exp: now - 600 })}`)).code, 'access.expired');
  assert.equal((await ask(`Bearer ${await token({ aud: 'other' })}`)).code, 'access.wrong');
  assert.equal((await ask(`Bearer ${await token({ iss: 'https://evil.example' })}`)).code, 'access.wrong');
  const good = await token({ groups: ['sre'] });
  assert.equal((await ask(`Bearer ${good.slice(0, -4)}AAAA`)).code, 'access.wrong');
});

test('[BR-SEC-008] an Access with mistakes says them: foreign tenants, short keys, keys without a key', async () => {
  const own = resource(
    'Access',
    'x',
    "keys: [{ name: a, key: { env: KEY }, roles: [viewer], tenants: ['*'] }]",
  ).replace('name: x', 'name: x, tenant: shop');
  assert.match(
    (await problemsOf({ 'a.yaml': own }, { env: { KEY } })).join(),
    /spec\.keys\[?\.?0.*tenants.*allowed: shop/,
  );
  const short = resource('Access', 'x', 'keys: [{ name: a, key: { env: KEY }, roles: [viewer] }]');
  assert.match(
    (await problemsOf({ 'a.yaml': short }, { env: { KEY: 'hunter2' } })).join(),
    /of 7 characters; allowed: random/,
  );
  const none = resource('Access', 'x', 'keys: [{ name: a, roles: [viewer] }]');
  assert.match((await problemsOf({ 'a.yaml': none })).join(), /needs one of key, and keys/);
  const role = resource('Access', 'x', 'anonymous: { roles: [root] }');
  assert.match((await problemsOf({ 'a.yaml': role })).join(), /spec\.anonymous\.roles/);
});

test('[BR-SEC-005, BR-SEC-008] a key that Herald made is good until it expires or is revoked; a rotated one overlaps', async () => {
  const now = new FakeClock().now();
  const of = { grants: [{ role: 'viewer', tenants: ['shop'] }] as const, createdAt: now, createdBy: 'ada' };
  const short = newKey({ ...of, name: 'short', expiresAt: now + 1000 }, 'secret-short');
  const gone = revoked(newKey({ ...of, name: 'gone', expiresAt: null }, 'secret-gone'), now, 'ada');
  const first = newKey({ ...of, name: 'turned', expiresAt: null }, 'secret-1');
  const turned = rotated(rotated(first, 'secret-2', now, 5000)!, 'secret-3', now, 2000)!;
  const table = new KeyTable(new Map([short, gone, turned].map((key) => [key.name, key])));
  const { ask, clock } = await authorityOf(null, { table });
  const codes = async () => {
    const found = [];
    for (const secret of ['short', 'gone', '1', '2', '3', '4'])
      found.push(nameOf(await ask(`Bearer secret-${secret}`)));
    return found;
  };
  const good = 'api-key turned';
  assert.deepEqual(await codes(), ['api-key short', 'access.revoked', good, good, good, 'access.wrong']);
  clock.advance(1000);
  assert.deepEqual(await codes(), ['access.expired', 'access.revoked', good, good, good, 'access.wrong']);
  clock.advance(1000);
  assert.deepEqual((await codes()).slice(2, 5), ['access.expired', 'access.expired', good]);
  assert.equal(rotated(gone, 'x', now, 0), null);
  assert.equal(rotated(short, 'x', now + 1000, 0), null);
});

test('[BR-SEC-008] the first key of somebody who asks closes the API, and it stays closed; keys of sources leave it as it is', async () => {
  const key = (role: 'sender' | 'admin') =>
    newKey({ name: role, grants: [{ role, tenants: null }], createdAt: 0, createdBy: 'a', expiresAt: null }, role);
  const postures = async (keys: readonly ReturnType<typeof key>[]) => {
    const { ask } = await authorityOf(null, { table: new KeyTable(new Map(keys.map((one) => [one.name, one]))) });
    return nameOf(await ask(''));
  };
  assert.equal(await postures([key('sender')]), 'open api');
  assert.equal(await postures([key('sender'), key('admin')]), 'anonymous anonymous');
  assert.equal(await postures([revoked(key('admin'), 1, 'a')]), 'anonymous anonymous');
  const { ask } = await authorityOf(null, { table: null });
  assert.equal(nameOf(await ask('')), 'access.unavailable', 'until it is known whether there are keys');
});
