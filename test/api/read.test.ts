import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newReceipt } from '../../ingress/receipt.ts';
import { delivery, fingerprintOf, opened, repeated, T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const receiptOf = (count: number) => newReceipt(T0, count, () => 7);

test('[BR-WH-015] a receipt is accepted until each of its alerts is decided, then processed', async () => {
  const [one, two, none] = [receiptOf(1), receiptOf(2), receiptOf(0)];
  const api = await new ServedApi().start([opened(1, one), repeated(1, two, 2)]);
  const processed = await api.get(`/v1/receipts/${one}`);
  assert.equal(processed.status, 200);
  assert.equal(processed.body.state, 'processed');
  assert.equal(processed.body.acceptedAt, '2026-11-23T09:00:00.000Z');
  assert.deepEqual(
    processed.body.alerts.map(({ fingerprint, outcome }: { fingerprint: string; outcome: string }) => [
      fingerprint,
      outcome,
    ]),
    [[fingerprintOf(1), 'opened']],
  );
  const half = await api.get(`/v1/receipts/${two}`);
  assert.deepEqual([half.body.state, half.body.accepted, half.body.decided], ['accepted', 2, 1]);
  assert.equal((await api.get(`/v1/receipts/${none}`)).body.state, 'processed');
});

test('[BR-WH-015] of a request of thousands of alerts the receipt tells of each one', async () => {
  const count = 2500;
  const receipt = receiptOf(count);
  const all = Array.from({ length: count }, (_, index) => ({ ...opened(index, receipt), cause: { receipt, index } }));
  const api = await new ServedApi().start(all);
  const { body } = await api.get(`/v1/receipts/${receipt}`);
  assert.equal(body.state, 'processed');
  assert.deepEqual(
    body.alerts.map(({ index, fingerprint }: { index: number; fingerprint: string }) => [index, fingerprint]),
    all.map((_, index) => [index, fingerprintOf(index)]),
  );
});

test('a receipt id that nobody was given is not found, and not asked for', async () => {
  const api = await new ServedApi().start([]);
  api.query = () => assert.fail('asked');
  for (const id of ['nonsense', `${receiptOf(1).slice(0, -1)}_`, '%00', 'x'.repeat(2000)]) {
    const { status, type } = await api.get(`/v1/receipts/${id}`);
    assert.deepEqual([status, type], [404, 'application/problem+json'], id);
  }
});

test('a wrong parameter is named with its value and what is allowed, all of them at once', async () => {
  const api = await new ServedApi().start([opened(1, 'r1')]);
  const { status, type, body } = await api.get('/v1/alerts?status=burning&limit=0&statuss=x&tenant=a&tenant=b&q=fine');
  assert.deepEqual([status, type], [400, 'application/problem+json']);
  assert.deepEqual(
    body.problems.map(({ path, value }: { path: string; value: string }) => [path, value]),
    [
      ['status', 'burning'],
      ['limit', '0'],
      ['statuss', 'x'],
      ['tenant', 'a b'],
    ],
  );
  assert.equal(body.problems[0].allowed, 'one of firing, acknowledged, resolved, closed, aged, suppressed');
  assert.equal(body.problems[1].allowed, 'an integer from 1 on');
  for (const limit of ['1.5', '-1', '1e2', 'abc']) {
    assert.equal((await api.get(`/v1/alerts?limit=${limit}`)).status, 400, limit);
  }
  const cursor = await api.get('/v1/alerts?cursor=nonsense');
  assert.deepEqual([cursor.status, cursor.body.problems[0].path], [400, 'cursor']);
});

test('filters and pages reach the archive, and an empty filter is none', async () => {
  const api = await new ServedApi().start([opened(1, 'r1', T0), opened(2, 'r2', T0 + 1)]);
  const first = await api.get('/v1/alerts?status=&environment=production&limit=1');
  assert.deepEqual([first.body.alerts.length, first.body.alerts[0].fingerprint], [1, fingerprintOf(2)]);
  const second = await api.get(`/v1/alerts?environment=production&limit=1&cursor=${first.body.next}`);
  assert.deepEqual([second.body.alerts[0].fingerprint, second.body.next], [fingerprintOf(1), null]);
  assert.deepEqual((await api.get('/v1/alerts?environment=staging')).body.alerts, []);
});

test('who wants more in a page than one holds gets a full page and its next, also of the audit', async () => {
  const api = await new ServedApi().start(Array.from({ length: 501 }, (_, n) => opened(n, 'r1')));
  for (const limit of ['501', '1000', '999999999']) {
    const { status, body } = await api.get(`/v1/alerts?limit=${limit}`);
    assert.deepEqual([status, body.alerts.length], [200, 500], limit);
    const rest = await api.get(`/v1/alerts?limit=${limit}&cursor=${body.next}`);
    assert.deepEqual([rest.body.alerts.length, rest.body.next], [1, null]);
  }
  assert.equal((await api.get('/v1/audit?limit=1000')).status, 200);
});

test('an alert that nobody knows is not found', async () => {
  const api = await new ServedApi().start([opened(1, 'r1'), delivery('queued', 'n1', [1])]);
  assert.equal((await api.get(`/v1/alerts/acme/${fingerprintOf(1)}`)).status, 200);
  assert.equal((await api.get(`/v1/alerts/acme/${fingerprintOf(2)}`)).status, 404);
  assert.equal((await api.get('/v1/alerts/acme/..')).status, 404);
  assert.equal((await api.get('/v1/dead-letters/nothing')).status, 404);
});

test('[BR-REL-009] without an archive the answer is 503 and when to come again', async () => {
  const api = await new ServedApi().start([]);
  api.query = async () => {
    throw Object.assign(new Error('no archive is running'), { code: 'archive.unavailable' });
  };
  const { status, retryAfter, body } = await api.get('/v1/groups');
  assert.deepEqual([status, retryAfter, body.detail], [503, '1', 'no archive is running']);
});

test('a bug behind a port is a 500, not an answer made up', async () => {
  const api = await new ServedApi().start([]);
  api.query = async () => {
    throw new TypeError('undefined is not a function');
  };
  const { status, body } = await api.get('/v1/groups');
  assert.equal(status, 500);
  assert.doesNotMatch(JSON.stringify(body), /undefined is not/);
});
