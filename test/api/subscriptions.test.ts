import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { Identity } from '../../access/identity.ts';
import type { Environment } from '../../alert/alert.ts';
import '../support/leaks.ts';
import { ServedApi } from './served-api.ts';

const PATH = '/v1/subscriptions';

let api: ServedApi;
let asking: Identity;
let grant: readonly Environment[] | null;

const key = (name: string, role: 'viewer' | 'operator' = 'viewer', tenant = 'acme'): Identity => {
  return { kind: 'api-key', name, grants: [{ role, tenants: [tenant] }] };
};

before(async () => {
  api = new ServedApi();
  api.identify = () => ({ code: 'access.identified', identity: asking });
  api.persons = { 'ada@example.org': 'ada', bob: 'bob' };
  api.hearer = (tenant, subscriber) => {
    const speakers = { 'user/ada': ['ada'], 'user/bob': ['bob'], 'team/shop': ['ada'] }[subscriber];
    return tenant !== 'acme' || speakers === undefined ? null : { grant: { environments: grant }, speakers };
  };
  const declared = { tenant: 'acme', subscriber: 'user/bob', by: 'Subscription all', declared: true, void: null };
  api.declaredSubscriptions = [{ ...declared, wanted: {} }];
  await api.start([]);
});

beforeEach(() => {
  asking = key('ada@example.org');
  grant = null;
  api.subscriptions.clear();
});

const wish = { tenant: 'acme', matchers: ['severity="critical"'], environments: ['staging'] };

test('[BR-NOT-022] [BR-CFG-011] a person subscribes, sees it listed beside what is declared, and ends it', async () => {
  const made = await api.post(PATH, wish);
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const { tenant, ...wanted } = wish;
  const { id, madeAt, ...rest } = made.body;
  const whole = { tenant, subscriber: 'user/ada', declared: false, wanted, by: 'ada@example.org', void: null };
  assert.deepEqual(rest, whole);
  assert.equal(madeAt, new Date(api.now).toISOString());
  const { body } = await api.get(PATH);
  assert.deepEqual(
    body.subscriptions.map((one: { id: string; declared: boolean }) => [one.id, one.declared]),
    [
      [id, false],
      ['all', true],
    ],
  );
  assert.deepEqual((await api.post(PATH, wish)).body, made.body, 'asked again it is the same');
  assert.equal((await api.delete(`${PATH}/${id}`)).status, 200);
  assert.equal((await api.delete(`${PATH}/${id}`)).status, 404);
});

test('[BR-NOT-022] a grant that is taken away later makes it void, and the list says why', async () => {
  await api.post(PATH, wish);
  grant = ['testing'];
  const { body } = await api.get(`${PATH}?subscriber=user/ada`);
  assert.equal(body.subscriptions[0].void, 'user/ada may hear of testing, and this is for staging');
  const refused = await api.post(PATH, { ...wish, matchers: [] });
  assert.deepEqual([refused.status, refused.body.type], [403, 'urn:herald:problem:subscription.denied']);
});

test('[BR-NOT-022] [BR-SEC-008] [BR-SEC-009] for others it takes one who speaks for them, or an operator; nothing of another tenant', async () => {
  assert.equal((await api.post(PATH, { ...wish, subscriber: 'team/shop' })).status, 200);
  const refused = await api.post(PATH, { ...wish, subscriber: 'user/bob' });
  assert.equal(refused.status, 403);
  assert.match(refused.body.detail, /user\/ada asks; user\/bob may subscribe user\/bob/);
  asking = key('lead', 'operator');
  const made = await api.post(PATH, { ...wish, subscriber: 'user/bob' }, { 'idempotency-key': 'lead' });
  assert.equal(made.status, 200);
  assert.equal((await api.post(PATH, { ...wish, tenant: 'other', subscriber: 'user/bob' })).status, 403);
  asking = key('ada@example.org');
  assert.equal((await api.delete(`${PATH}/${made.body.id}`)).status, 403);
  asking = key('lead', 'operator', 'other');
  assert.equal((await api.delete(`${PATH}/${made.body.id}`)).status, 404, 'as if it were not there');
  assert.deepEqual((await api.get(PATH)).body, { subscriptions: [], next: null });
});

test('[BR-NOT-022] every problem of a body by its path', async () => {
  const paths = async (body: unknown) => {
    const answer = await api.post(PATH, body);
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    return answer.body.problems.map(({ path }: { path: string }) => path);
  };
  assert.deepEqual(
    await paths({ ...wish, matchers: ['severity~"x"', 'a=~"("'], environments: ['prod'], groupwait: '1s' }),
    ['/groupwait', '/matchers/0', '/matchers/1', '/environments/0'],
  );
  assert.deepEqual(await paths({ ...wish, groupWait: 'soon', subscriber: 'schedule/primary' }), [
    '/subscriber',
    '/groupWait',
  ]);
  assert.deepEqual(await paths({ ...wish, matchers: [`a="${'x'.repeat(9000)}"`] }), ['']);
  for (const [what, pattern] of Object.entries({ repeated: '.{1,30}', quoted: '\\\\pL{3}' })) {
    const costly = Array.from({ length: 50 }, (_, i) => `a=~"${i}${pattern}"`);
    assert.deepEqual(await paths({ ...wish, matchers: costly }), ['/matchers'], what);
  }
  asking = key('nobody', 'operator');
  assert.deepEqual(await paths(wish), ['/subscriber'], 'who is no User says whom');
  assert.deepEqual(await paths({ ...wish, subscriber: 'user/gone' }), ['/subscriber']);
});

test('many are answered page by page', async () => {
  for (let i = 0; i < 5; i++)
    await api.post(PATH, { ...wish, matchers: [`n="${i}"`] }, { 'idempotency-key': String(i) });
  const seen: string[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { body } = await api.get(`${PATH}?limit=2${cursor}`);
    seen.push(...body.subscriptions.map(({ id }: { id: string }) => id));
    next = body.next;
  }
  assert.deepEqual([seen.length, new Set(seen).size], [6, 6]);
});
