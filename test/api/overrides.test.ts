import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { Identity } from '../../access/identity.ts';
import '../support/leaks.ts';
import { aUser, turns } from '../support/people.ts';
import { ServedApi } from './served-api.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** ada's day; then bob's, then a gap. */
const START = Math.ceil(Date.parse('2026-11-25T00:00:00Z') / (3 * DAY)) * 3 * DAY;
const PATH = '/v1/schedules/acme/primary/overrides';
const at = (hours: number) => new Date(START + hours * HOUR).toISOString();

let api: ServedApi;
let asking: Identity;

const key = (name: string, role: 'responder' | 'operator' = 'responder'): Identity => {
  return { kind: 'api-key', name, grants: [{ role, tenants: ['acme'] }] };
};

before(async () => {
  api = new ServedApi();
  api.identify = () => ({ code: 'access.identified', identity: asking });
  api.now = START;
  api.schedules = [{ tenant: 'acme', schedule: turns('primary', DAY, ['ada', 'bob', null]) }];
  api.users = [aUser('ada'), aUser('bob'), aUser('zoe')];
  api.persons = { 'ada@example.org': 'ada', bob: 'bob' };
  await api.start([]);
});

beforeEach(() => {
  asking = key('ada@example.org');
  api.shifts.clear();
  api.now = START;
});

test('[BR-NOT-018] a person hands over a shift, sees it listed, and takes it back', async () => {
  const made = await api.post(PATH, { user: 'user/zoe', start: at(2), end: at(4), comment: 'dentist' });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const shift = { user: 'user/zoe', start: at(2), end: at(4), state: 'upcoming' };
  const { id } = made.body;
  const whole = { id, by: 'ada@example.org', madeAt: at(0), comment: 'dentist', shifts: [shift] };
  assert.deepEqual(made.body, whole);
  api.now = START + 3 * HOUR;
  assert.deepEqual((await api.get(PATH)).body, { overrides: [{ ...whole, shifts: [{ ...shift, state: 'active' }] }] });
  const ended = await api.delete(`${PATH}/${id}`);
  assert.deepEqual([ended.status, ended.body.shifts[0].end, ended.body.shifts[0].state], [200, at(3), 'over']);
  assert.equal((await api.delete(`${PATH}/${id}`)).status, 409);
});

test('an override of a user who is not declared any more is void', async () => {
  await api.post(PATH, { user: 'user/zoe', end: at(4) });
  const { users } = api;
  api.users = users.filter(({ name }) => name !== 'zoe');
  const { body } = await api.get(PATH);
  api.users = users;
  assert.equal(body.overrides[0].shifts[0].state, 'void');
});

test('[BR-NOT-018] a swap in one request; who owes the shift in return is who is relieved', async () => {
  asking = key('bob');
  const inReturn = { start: at(25), end: at(26) };
  const { status, body } = await api.post(PATH, { user: 'user/bob', start: at(1), end: at(2), inReturn });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    body.shifts.map(({ user }: { user: string }) => user),
    ['user/bob', 'user/ada'],
  );
});

test('[BR-NOT-018] [BR-SEC-008] what is not one’s own takes an operator, and the refusal says why', async () => {
  const gap = { user: 'user/zoe', start: at(49), end: at(50) };
  const refused = await api.post(PATH, gap);
  assert.deepEqual([refused.status, refused.body.type], [403, 'urn:herald:problem:shift.denied']);
  assert.match(refused.body.detail, /not all of it is a shift of user\/ada, for nobody is on call/);
  asking = key('nobody@example.org');
  const stranger = await api.post(PATH, gap);
  assert.match(stranger.body.detail, /"nobody@example.org" is the name of no User of the tenant/);
  asking = key('lead', 'operator');
  const made = await api.post(PATH, gap);
  assert.deepEqual([made.status, made.body.by], [200, 'lead']);
  asking = key('bob');
  const { status, body } = await api.delete(`${PATH}/${made.body.id}`);
  assert.deepEqual([status, body.detail], [403, 'lead made it; for anybody it takes shifts.assign']);
});

test('[BR-NOT-018] every problem of a body by its path; unknown schedules and overrides are 404', async () => {
  const paths = async (body: unknown) => {
    const answer = await api.post(PATH, body);
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    return answer.body.problems.map(({ path }: { path: string }) => path);
  };
  assert.deepEqual(await paths({}), ['/user', '/end']);
  assert.deepEqual(await paths({ user: 'zoe', until: at(1), end: 'tomorrow' }), ['/until', '/user', '/end']);
  assert.deepEqual(await paths({ user: 'user/eve', end: at(1) }), ['/user']);
  assert.deepEqual(await paths({ user: 'user/zoe', start: at(-1), end: at(1) }), ['/start']);
  assert.deepEqual(await paths({ user: 'user/zoe', end: at(24 * 91) }), ['/end']);
  assert.deepEqual(await paths({ user: 'user/zoe', end: at(1), inReturn: { from: at(2) } }), [
    '/inReturn/from',
    '/inReturn/start',
    '/inReturn/end',
  ]);
  assert.equal((await api.post(PATH, '{')).status, 400);
  for (const path of ['/v1/schedules/acme/other/overrides', `${PATH}/unknown`])
    assert.equal((await api.delete(path.includes('unknown') ? path : `${path}/x`)).status, 404);
  assert.equal((await api.get('/v1/schedules/acme/other/overrides')).status, 404);
});

test('[BR-NOT-018] [BR-SEC-008] what somebody else was faster to take is not one’s own any more', async () => {
  const before = api.schedules;
  api.meanwhile = () => {
    api.schedules = [{ tenant: 'acme', schedule: turns('primary', DAY, ['bob']) }];
    return true;
  };
  const { status, body } = await api.post(PATH, { user: 'user/zoe', start: at(2), end: at(4) });
  api.meanwhile = () => false;
  api.schedules = before;
  assert.deepEqual([status, body.detail?.includes('for user/bob is on call')], [403, true]);
});

test('the same Idempotency-Key makes one override, of each person', async () => {
  const headers = { 'idempotency-key': 'again' };
  const body = { user: 'user/bob', end: at(2) };
  const [first, second] = [await api.post(PATH, body, headers), await api.post(PATH, body, headers)];
  assert.deepEqual([first.status, second.body], [200, first.body]);
  asking = key('bob');
  const other = await api.post(PATH, body, headers);
  assert.notEqual(other.body.id, first.body.id);
  assert.equal(api.shifts.get('acme/primary')?.length, 2);
});
