/** status, explain and dead-letters against answers that the test gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHerald, json } from './answers.ts';
import { herald } from './captured.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString();

test('status tells what a ready Herald says of itself', async () => {
  const { variables } = await fakeHerald({
    'GET /readyz': json({ status: 'ready' }),
    'GET /v1/status': json({
      version: '0.1.0',
      roles: ['ingress', 'actors'],
      partitions: [{ name: 'a0', owner: 'w1' }],
    }),
  });
  const { code, out } = await herald(['status'], variables);
  assert.equal(code, 0);
  assert.match(out, /is ready\n/);
  assert.match(out, /roles +ingress, actors/);
  assert.match(out, /NAME +OWNER\n +a0 +w1/);
});

test('status of a Herald that is not ready names the reasons and fails', async () => {
  const { variables } = await fakeHerald({
    'GET /readyz': json({ status: 'not ready', reasons: ['no connection to NATS'] }, 503),
    'GET /v1/status': json({ version: '0.1.0' }),
  });
  const plain = await herald(['status'], variables);
  assert.equal(plain.code, 1);
  assert.match(plain.out, /not ready: no connection to NATS/);
  const program = await herald(['status', '--json'], variables);
  assert.deepEqual(JSON.parse(program.out), {
    ready: false,
    reasons: ['no connection to NATS'],
    status: { version: '0.1.0' },
    rules: null,
  });
});

test('[BR-QUAL-006] status shows what each rule has done, and names those that never matched or fail', async () => {
  const counts = { tenant: 'default', filter: 'noise', action: 'drop', matched: 0, notMatched: 7, errors: 0 };
  const rules = [
    { ...counts, rule: 'never' },
    { ...counts, rule: 'broken', matched: 2, errors: 3 },
  ];
  const { variables } = await fakeHerald({
    'GET /readyz': json({ status: 'ready', reasons: [] }),
    'GET /v1/status': json({ version: '0.1.0' }),
    'GET /v1/rules': json({ policy: 'p', processes: 1, rules }),
  });
  const { code, out } = await herald(['status'], variables);
  assert.equal(code, 0);
  assert.match(out, /default {2}noise {3}never {3}drop {4}0 {8}7 {12}0 {7}never matched/);
  assert.match(out, /broken {2}drop {4}2 {8}7 {12}3 {7}fails/);
  assert.deepEqual(JSON.parse((await herald(['status', '--json'], variables)).out).rules, rules);
});

const alert = {
  tenant: 'default',
  fingerprint: '089c6e69d2c44267',
  status: 'firing',
  environment: 'production',
  priority: 'P1',
  occurrences: 2,
  labels: { alertname: 'Down', instance: 'a\x1b[2J' },
  // As archive/queries/alert.ts answers: newest first.
  history: [
    {
      at: at(9),
      since: at(7),
      type: 'alert.repeated',
      times: 2,
      detail: '',
      reasons: [{ code: 'alert.repeated', detail: 'again' }],
    },
    {
      at: at(1),
      since: at(1),
      type: 'alert.opened',
      times: 1,
      detail: '',
      reasons: [{ code: 'alert.opened', detail: 'first' }],
    },
  ],
  ledger: [
    {
      channel: 'ops',
      notified: true,
      decisions: [
        { at: at(8), times: 1, notificationId: null, reasons: [{ code: 'group.unchanged', detail: 'nothing new' }] },
        { at: at(2), times: 1, notificationId: 'n1', reasons: [{ code: 'group.first', detail: 'first of the group' }] },
      ],
      deliveries: [
        {
          state: 'delivered',
          updatedAt: at(3),
          reasons: [{ code: 'delivery.delivered', detail: '200' }],
          history: [
            {
              at: at(3),
              type: 'delivery.delivered',
              attempt: 1,
              reasons: [{ code: 'delivery.delivered', detail: '200' }],
            },
          ],
        },
      ],
    },
    {
      channel: 'sms',
      notified: false,
      decisions: [],
      deliveries: [
        {
          state: 'dead',
          updatedAt: at(4),
          reasons: [{ code: 'delivery.rejected', detail: '403' }],
          history: [
            { at: at(4), type: 'delivery.dead', attempt: 1, reasons: [{ code: 'delivery.rejected', detail: '403' }] },
          ],
        },
      ],
    },
    { channel: 'mail', notified: false, nextFlush: at(30), decisions: [], deliveries: [] },
  ],
};

test("explain tells each channel's verdict, then every step in the order of time", async () => {
  const { variables } = await fakeHerald({ 'GET /v1/alerts/default/089c6e69d2c44267': json(alert) });
  const { code, out } = await herald(['explain', '089C6E69D2C44267'], variables);
  assert.equal(code, 0);
  assert.match(out, /^ops +told +2026-11-23T09:03:00Z/m);
  assert.match(out, /^sms +not told +2026-11-23T09:04:00Z +delivery\.rejected: 403$/m);
  assert.match(out, /^mail +not told +its group is looked at next at 2026-11-23T09:30/m);
  const steps = [...out.matchAll(/^2026-11-23T09:0(\d):00Z {2}([\w.]+)/gm)].map(
    ([, minute, step]) => `${minute} ${step}`,
  );
  assert.deepEqual(steps, [
    '1 alert.opened',
    '2 group.flushed',
    '3 delivery.delivered',
    '4 delivery.dead',
    '8 group.flushed',
    '9 alert.repeated',
  ]);
  assert.match(out, /alert\.repeated \(2 times\)/);
  assert.ok(!out.includes('\x1b'), 'no escape sequence of a label');
});

test('explain of an alert that nobody was to be told of says so; of one that is not known, the answer', async () => {
  const { variables } = await fakeHerald({ 'GET /v1/alerts/t/089c6e69d2c44267': json({ ...alert, ledger: [] }) });
  assert.match((await herald(['explain', 't/089c6e69d2c44267'], variables)).out, /No channel was told/);
  const unknown = await herald(['explain', 't/0000000000000000'], variables);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /404 Not found/);
  assert.equal((await herald(['explain', 'no-fingerprint'], variables)).code, 2);
});

const letters = [
  {
    id: 'd1',
    at: at(1),
    kind: 'input',
    subject: 'default/x',
    state: 'open',
    reasons: [{ code: 'dead-letter.unreadable', detail: 'cut' }],
  },
  { id: 'd2', at: at(2), kind: 'delivery', subject: 'default/ops', state: 'replayed', reasons: [] },
  { id: 'd3', at: at(3), kind: 'delivery', subject: 'default/ops', state: 'open', reasons: [] },
];

async function withLetters() {
  return fakeHerald({
    'GET /v1/dead-letters': (request) =>
      request.path.includes('cursor=next')
        ? json({ deadLetters: letters.slice(2), next: null })
        : json({ deadLetters: letters.slice(0, 2), next: 'next' }),
    'POST /v1/dead-letters/d1/replay': json({ id: 'd1' }),
    'POST /v1/dead-letters/d3/replay': json({ title: 'Conflict', detail: 'replayed already' }, 409),
  });
}

test('dead-letters lists the open ones of every page, and all with --all', async () => {
  const { variables } = await withLetters();
  const { code, out } = await herald(['dead-letters'], variables);
  assert.equal(code, 0);
  assert.match(out, /^d1 .*dead-letter\.unreadable \(cut\)$/m);
  assert.match(out, /^d3 /m);
  assert.doesNotMatch(out, /^d2 /m);
  assert.match((await herald(['dead-letters', 'list', '--all'], variables)).out, /^d2 .*replayed/m);
});

test('dead-letters replay --all replays every open one, and one that is refused makes it fail', async () => {
  const { receiver, variables } = await withLetters();
  const { code, out } = await herald(['dead-letters', 'replay', '--all'], variables);
  assert.equal(code, 1);
  assert.match(out, /d1 put in again\nd3 not put in again: 409 Conflict\n {2}replayed already/);
  const replayed = receiver.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
  assert.deepEqual(replayed, ['/v1/dead-letters/d1/replay', '/v1/dead-letters/d3/replay']);
  assert.equal((await herald(['dead-letters', 'replay', 'd1'], { ...variables, USER: 'ada' })).code, 0);
  assert.deepEqual(JSON.parse(receiver.requests.at(-1)?.body ?? ''), { by: 'ada' });
});

test('dead-letters replay wants either an id or --all', async () => {
  const { variables } = await withLetters();
  assert.equal((await herald(['dead-letters', 'replay'], variables)).code, 2);
  assert.equal((await herald(['dead-letters', 'replay', 'd1', '--all'], variables)).code, 2);
  assert.equal((await herald(['dead-letters', 'remove'], variables)).code, 2);
});
