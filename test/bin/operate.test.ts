/** status, explain and dead-letters against answers that the test gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memberId } from '../../alert/audience.ts';
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

test('status of something else that listens there is no success', async () => {
  const { variables } = await fakeHerald({ 'GET /readyz': { kind: 'reply', status: 200, body: 'OK' } });
  const { code, out, err } = await herald(['status'], variables);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /^herald: what answers at http:\S+ is no Herald; it says to \/readyz: 200 OK\n$/);
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
    notes: [],
    status: { version: '0.1.0' },
    rules: null,
    channels: null,
    causes: null,
  });
});

test('status of a Herald that is ready says what is wrong with it all the same', async () => {
  const { variables } = await fakeHerald({
    'GET /readyz': json({ status: 'ready', notes: ['archive file a.sqlite: it is of another NATS'] }),
    'GET /v1/status': json({ version: '0.1.0' }),
  });
  const { code, out } = await herald(['status'], variables);
  assert.equal(code, 0);
  assert.match(out, /is ready\nbut archive file a\.sqlite: it is of another NATS\n/);
  const program = JSON.parse((await herald(['status', '--json'], variables)).out);
  assert.deepEqual(program.notes, ['archive file a.sqlite: it is of another NATS']);
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

const HASH = '8b3fa8d0b7cdbb0cb1a81fe67b43e555a40e206631c7cd9a1b12083b8bee358c';
const why = (code: string, detail: string, more: object = {}) => {
  return { code, detail, at: null, times: 1, channel: null, policy: null, rule: null, ...more };
};
const receiver = { group: 'g', told: false, at: at(2), notificationId: null, attempts: 0, reasons: [] };

/** As api/explanation.ts answers. */
const alert = {
  tenant: 'default',
  fingerprint: '089c6e69d2c44267',
  status: 'firing',
  environment: 'production',
  priority: 'P1',
  namespace: 'shop-prod',
  occurrences: 2,
  firstSeen: at(1),
  labels: { alertname: 'Down', instance: 'a\x1b[2J' },
  receivers: [
    { ...receiver, channel: 'ops', verdict: 'told', told: true, answer: 'told that it fires at 09:03' },
    { ...receiver, channel: 'sms', verdict: 'dead-letter', answer: 'not told: the channel refused it (403)' },
    { ...receiver, channel: 'mail', verdict: 'held', answer: 'not told: held back by a silence of ann, until noon' },
  ],
  steps: [
    { step: 'normalise', input: { source: 'alertmanager', 'label instance': 'a\x1b[2J' }, reasons: [] },
    {
      step: 'classify',
      input: { namespace: 'shop-prod' },
      reasons: [
        why('environment.pattern', 'matches -prod$', {
          policy: HASH,
          rule: { rule: 'EnvironmentPolicy default/default spec.environments[0]', file: 'config/a.yaml', line: 12 },
        }),
      ],
    },
    { step: 'filter', input: {}, reasons: [] },
    { step: 'route', input: { instance: 'a\x1b[2J', priority: 'P1' }, reasons: [why('route.matched', '{}:{}')] },
    { step: 'deliver', input: {}, reasons: [why('group.first', '1 firing', { at: at(2), channel: 'ops', times: 3 })] },
  ],
  policies: [
    { hash: HASH, activatedAt: at(0), process: 'host:1' },
    { hash: 'f'.repeat(64), activatedAt: null, process: null },
  ],
};

test('[BR-AP-020] explain says of each receiver in a line why it was, or was not, told', async () => {
  const { variables } = await fakeHerald({ 'GET /v1/alerts/default/089c6e69d2c44267': json(alert) });
  const { code, out } = await herald(['explain', '089C6E69D2C44267'], variables);
  assert.equal(code, 0);
  const lines = out.split('\n');
  assert.deepEqual(lines.slice(0, 6), [
    'Down  default/089c6e69d2c44267  firing',
    'production, P1, namespace shop-prod, reported 2 times since 2026-11-23T09:01:00Z',
    '',
    'ops   told that it fires at 09:03',
    'sms   not told: the channel refused it (403)',
    'mail  not told: held back by a silence of ann, until noon',
  ]);
  assert.ok(!out.includes('\x1b'), 'no escape sequence of a label');
});

test('[BR-AP-020] [BR-QUAL-016] explain shows each step with its input, reasons, rule, file and policy, and since when that is in force', async () => {
  const { variables } = await fakeHerald({ 'GET /v1/alerts/default/089c6e69d2c44267': json(alert) });
  const { out } = await herald(['explain', '089c6e69d2c44267'], variables);
  const steps = out.slice(out.indexOf('normalise')).split('\n\n');
  assert.deepEqual(steps.slice(1), [
    [
      'classify  policy 8b3fa8d0b7cd',
      '  looked at namespace=shop-prod',
      '  environment.pattern  matches -prod$',
      '    EnvironmentPolicy default/default spec.environments[0], config/a.yaml:12',
    ].join('\n'),
    'filter\n  no rule had a say',
    'route\n  looked at priority=P1 and its labels\n  route.matched  {}:{}',
    'deliver\n  2026-11-23T09:02:00Z  ops  group.first  1 firing (3 times)',
    [
      'policies',
      '  8b3fa8d0b7cd  active since 2026-11-23T09:00:00Z, by host:1',
      '  ffffffffffff  activated at a time that is not known (any more)\n',
    ].join('\n'),
  ]);
  assert.deepEqual(JSON.parse((await herald(['explain', '089c6e69d2c44267', '--json'], variables)).out), alert);
});

test('[BR-AP-020, BR-SCALE-008] explain --recipient tells what came of one of an audience', async () => {
  const receivers = [
    { channel: 'mail', recipient: 'audience/customers', verdict: 'counted', answer: 'told', notificationId: 'n-1' },
    { channel: 'ops', recipient: null, verdict: 'told', answer: 'told', notificationId: 'n-2' },
  ];
  const delivery = {
    channel: 'mail',
    recipient: 'audience/customers/jane@x.org',
    state: 'dead',
    attempts: 2,
    updatedAt: '2026-11-23T09:00:00.000Z',
    reasons: [{ code: 'delivery.rejected', detail: '550 no such user' }],
  };
  const { variables } = await fakeHerald({
    'GET /v1/alerts/default/089c6e69d2c44267': json({ receivers }),
    [`GET /v1/deliveries/${memberId('n-1', 'jane@x.org')}`]: json(delivery),
  });
  const found = await herald(['explain', '089c6e69d2c44267', '--recipient', 'Jane@X.org'], variables);
  assert.match(
    found.out,
    /^mail audience\/customers\/jane@x\.org {2}dead at attempt 2 at .*\n {2}delivery\.rejected {2}550 no such user/,
  );
  assert.equal(found.code, 0);
  const other = await herald(['explain', '089c6e69d2c44267', '--recipient', 'max@x.org'], variables);
  assert.match(other.out, /^max@x\.org {2}not told: not \(yet\) among those told of audience\/customers/);
  assert.equal(other.code, 1);
});

test('explain of an alert that nobody was to be told of says so; of one that is not known, the answer', async () => {
  const answer = 'nobody is told: no route of its tenant matches it';
  const nobody = { ...receiver, channel: null, group: null, verdict: 'no-route', answer };
  const { variables } = await fakeHerald({
    'GET /v1/alerts/t/089c6e69d2c44267': json({ ...alert, receivers: [nobody] }),
  });
  assert.match((await herald(['explain', 't/089c6e69d2c44267'], variables)).out, /^nobody is told: no route/m);
  const unknown = await herald(['explain', 't/0000000000000000'], variables);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /404 Not found/);
  assert.equal((await herald(['explain', 'no-fingerprint'], variables)).code, 2);
});

/** As the archive lists them: the newest first. */
const letters = [
  { id: 'd3', at: at(3), kind: 'delivery', subject: 'default/ops', state: 'open', reasons: [] },
  { id: 'd2', at: at(2), kind: 'delivery', subject: 'default/ops', state: 'replayed', reasons: [] },
  {
    id: 'd1',
    at: at(1),
    kind: 'input',
    subject: 'default/x',
    state: 'open',
    reasons: [{ code: 'dead-letter.unreadable', detail: 'cut' }],
  },
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

test('dead-letters replay --all replays every open one, the oldest first, and one that is refused makes it fail', async () => {
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

test('[BR-ERR-007] [BR-ERR-009] dead letters are replayed by channel, reason and time', async () => {
  const letter = (id: string, subject: string, code: string, minute: number) => ({
    ...{ id, kind: 'delivery', tenant: 'default', subject, at: at(minute), state: 'open' },
    reasons: [{ code, detail: 'x' }],
  });
  const letters = [
    letter('d1', 'default/ops', 'delivery.exhausted', 1),
    letter('d2', 'default/ops', 'delivery.rejected', 2),
    letter('d3', 'default/sms', 'delivery.exhausted', 3),
    letter('d4', 'default/ops', 'delivery.exhausted', 4),
  ];
  const replayed = Object.fromEntries(letters.map(({ id }) => [`POST /v1/dead-letters/${id}/replay`, json({ id })]));
  const { variables, receiver } = await fakeHerald({
    'GET /v1/dead-letters': json({ deadLetters: letters, next: null }),
    'GET /v1/channels': json({ channels: [{ tenant: 'default', name: 'mail' }] }),
    ...replayed,
  });
  const filters = ['--channel', 'ops', '--reason', 'delivery.exhausted', '--since', at(2)];
  const { code, out } = await herald(['dead-letters', 'replay', ...filters], variables);
  assert.equal(code, 0);
  assert.equal(out, 'd4 put in again\n');
  assert.equal(receiver.requests.filter(({ method }) => method === 'POST').length, 1);
  assert.match((await herald(['dead-letters', '--channel', 'sms'], variables)).out, /^d3 /m);
  assert.equal((await herald(['dead-letters', 'replay', 'd1', '--channel', 'ops'], variables)).code, 2);
  assert.equal((await herald(['dead-letters', 'replay', '--since', 'yesterday'], variables)).code, 2);
  assert.deepEqual(await herald(['dead-letters', 'replay', '--channel', 'mail'], variables), {
    ...{ code: 0, out: 'no dead letters\n', err: '' },
  });
  for (const command of [['list'], ['replay']]) {
    const mistyped = await herald(['dead-letters', ...command, '--channel', 'opss'], variables);
    assert.equal(mistyped.code, 1);
    assert.match(mistyped.err, /no channel "opss" is declared, and no dead letter is of one; declared: mail/);
  }
});

test('[BR-NOT-023] [BR-TEST-002] channel test tells what came of a test send', async () => {
  const delivery = (state: string, detail: string) =>
    json({ notificationId: 'test-1', state, reasons: [{ code: 'x', detail }] });
  const answers = (state: string, detail: string) => ({
    'POST /v1/channels/default/ops/test': json({ notificationId: 'test-1', reasons: [] }),
    'GET /v1/deliveries/test-1': delivery(state, detail),
  });
  const good = await fakeHerald(answers('delivered', 'HTTP 204'));
  const { code, out } = await herald(['channel', 'test', 'ops', '--to', 'ada@example.org'], good.variables);
  assert.deepEqual([code, out], [0, 'test-1 delivered: HTTP 204\n']);
  const posted = good.receiver.requests.find(({ method }) => method === 'POST');
  assert.equal((JSON.parse(posted!.body) as { address: string }).address, 'ada@example.org');
  const bad = await fakeHerald(answers('dead', 'HTTP 401'));
  assert.equal((await herald(['channel', 'test', 'ops'], bad.variables)).code, 1);
  assert.equal((await herald(['channel', 'test'], bad.variables)).code, 2);
  assert.equal((await herald(['channel', 'test', 'ops', '--wait', 'long'], bad.variables)).code, 2);
});

test('[BR-NOT-024] channel lists how each stands, and status shows it, too', async () => {
  const broken = {
    ...{ tenant: 'default', name: 'ops', type: 'webhook', fallback: 'sms', members: [] },
    breaker: {
      state: 'open',
      since: at(1),
      until: at(2),
      reasons: [{ code: 'breaker.open', detail: '20 failures in a row' }],
    },
    health: { state: 'failed', at: at(1), detail: 'connection refused' },
  };
  const { variables } = await fakeHerald({
    'GET /readyz': json({ status: 'ready', reasons: [] }),
    'GET /v1/status': json({ version: '0.1.0' }),
    'GET /v1/channels': json({ channels: [broken] }),
  });
  const line = /default +ops +webhook +sms +open +failed +20 failures in a row; connection refused/;
  assert.match((await herald(['channel'], variables)).out, line);
  assert.match((await herald(['status'], variables)).out, line);
});

test('[BR-ERR-001] [BR-ERR-003] [BR-ERR-005] channel and status tell how bad a failure is, who waits, who takes over, and what is one cause', async () => {
  const of = { tenant: 'default', type: 'webhook', fallback: null, members: [], health: null };
  const breaker = { state: 'closed', since: null, until: null, reasons: [] };
  const failure = {
    type: 'dns',
    severity: 'critical',
    host: 'h.example',
    detail: 'x',
    since: at(1),
    waiting: 12,
    urgent: 3,
  };
  const channels = [
    { ...of, name: 'ops', breaker, failure: { ...failure, takenOverBy: 'sms' } },
    { ...of, name: 'hook', breaker, failure: { ...failure, host: null, takenOverBy: null } },
    { ...of, name: 'well', breaker, failure: null },
  ];
  const summary = '2 channels cannot resolve h.example since 2026-11-23 09:01 UTC: hook, ops\x1b[2J';
  const { variables } = await fakeHerald({
    'GET /readyz': json({ status: 'ready', reasons: [] }),
    'GET /v1/status': json({ version: '0.1.0' }),
    'GET /v1/channels': json({ channels, causes: [{ tenant: 'default', summary }] }),
  });
  const { causes } = JSON.parse((await herald(['status', '--json'], variables)).out);
  assert.deepEqual(causes, [{ tenant: 'default', summary }]);
  for (const command of ['channel', 'status']) {
    const { out } = await herald([command], variables);
    assert.match(out, /default: 2 channels cannot resolve h\.example since 2026-11-23 09:01 UTC: hook, ops\\u\{1b\}/);
    const since = at(1).replaceAll('.', '\\.');
    assert.match(
      out,
      new RegExp(`ops .* critical: dns at h\\.example since ${since}; 12 wait, 3 of them P1; sms takes over`),
    );
    assert.match(out, /hook .* critical: dns since .*; no channel takes over/);
    assert.doesNotMatch(out, /well .*critical/);
  }
});
