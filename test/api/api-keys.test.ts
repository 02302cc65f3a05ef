import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KeyTable } from '../../access/api-key.ts';
import { type Identity, OPEN } from '../../access/identity.ts';
import { T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const DAY = 86_400_000;
const ADMIN: Identity = { kind: 'api-key', name: 'root', grants: [{ role: 'admin', tenants: null }] };

let api: ServedApi;
let asking: Identity;

beforeEach(async () => {
  asking = ADMIN;
  api = new ServedApi();
  api.identify = () => ({ code: 'access.identified', identity: asking });
  await api.start([]);
});

const find = (secret: string) => new KeyTable(api.keys).find(secret, api.now).code;

test('[BR-SEC-005] a key is made, shown once, kept as a digest, rotated with overlap, and revoked', async () => {
  const made = await api.post('/v1/api-keys', {
    name: 'grafana',
    roles: ['sender'],
    tenants: ['acme'],
    expiresIn: '90d',
  });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const { secret, ...shown } = made.body;
  assert.match(secret, /^herald_[\w-]{43}$/);
  assert.deepEqual(shown, {
    name: 'grafana',
    grants: [{ role: 'sender', tenants: ['acme'] }],
    state: 'good',
    createdAt: new Date(T0).toISOString(),
    createdBy: 'root',
    expiresAt: new Date(T0 + 90 * DAY).toISOString(),
    secrets: [{ createdAt: new Date(T0).toISOString(), until: null }],
    revoked: null,
  });
  assert.deepEqual((await api.get('/v1/api-keys')).body, { apiKeys: [shown] });
  assert.ok(!JSON.stringify([...api.keys.values()]).includes(secret), 'the store never sees it');
  assert.equal(find(secret), 'access.identified');
  api.random = () => Buffer.alloc(32, 's');
  const turned = await api.post('/v1/api-keys/grafana/rotate', { overlap: '1h' });
  assert.notEqual(turned.body.secret, secret);
  assert.equal(find(secret), 'access.identified');
  api.now = T0 + 3_600_000;
  assert.equal(find(secret), 'access.expired');
  assert.equal(find(turned.body.secret), 'access.identified');
  const end = await api.delete('/v1/api-keys/grafana');
  assert.deepEqual(end.body.revoked, { at: new Date(api.now).toISOString(), by: 'root' });
  assert.equal(find(turned.body.secret), 'access.revoked');
  assert.equal((await api.post('/v1/api-keys/grafana/rotate', {})).status, 409);
  assert.equal((await api.post('/v1/api-keys', { name: 'grafana', roles: ['sender'] })).status, 409);
});

test('every problem of a key that is asked for is said', async () => {
  const { status, body } = await api.post('/v1/api-keys', {
    name: 'A b',
    roles: ['root'],
    tenants: ['A'],
    expiresIn: 'soon',
  });
  assert.equal(status, 422);
  assert.deepEqual(
    body.problems.map(({ path }: { path: string }) => path),
    ['/name', '/roles', '/tenants', '/expiresIn'],
  );
  assert.equal((await api.post('/v1/api-keys/nobody/rotate', {})).status, 404);
  assert.equal((await api.delete('/v1/api-keys/nobody')).status, 404);
});

test('[BR-SEC-008] the first key of an open Herald is of an admin of all, for it closes; a key of a source needs none', async () => {
  asking = OPEN;
  for (const spec of [
    { roles: ['viewer'], tenants: ['*'] },
    { roles: ['admin'] },
    { roles: ['admin'], tenants: ['*'], expiresIn: '1d' },
  ]) {
    assert.equal((await api.post('/v1/api-keys', { name: 'a', ...spec })).status, 409, JSON.stringify(spec));
  }
  assert.equal((await api.post('/v1/api-keys', { name: 'a', roles: ['sender'] })).status, 200);
  assert.equal((await api.post('/v1/api-keys', { name: 'root', roles: ['admin'], tenants: ['*'] })).status, 200);
});

test('[BR-SEC-008] an admin of one tenant makes keys within it alone, and knows no others', async () => {
  asking = { ...ADMIN, grants: [{ role: 'admin', tenants: ['acme'] }] };
  const ask = (tenants: readonly string[]) => api.post('/v1/api-keys', { name: 'a', roles: ['admin'], tenants });
  for (const tenants of [['*'], ['other'], ['acme', 'other']]) assert.equal((await ask(tenants)).status, 403);
  assert.equal((await ask(['acme'])).status, 200);
  asking = { ...ADMIN, grants: [{ role: 'admin', tenants: ['other'] }] };
  assert.deepEqual((await api.get('/v1/api-keys')).body, { apiKeys: [] });
  assert.equal((await api.delete('/v1/api-keys/a')).status, 404);
});
