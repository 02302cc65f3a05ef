import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '../../../alert/notification.ts';
import { reason } from '../../../alert/reason.ts';
import type { Outcome } from '../../../channels/outcome.ts';
import type { ServicenowOptions } from '../../../channels/servicenow/options.ts';
import { createServicenowSender } from '../../../channels/servicenow/send.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { PASSWORD, servicenowError, startServicenow, USER } from '../../support/providers/servicenow.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const ended = () => [anAlert({ status: 'resolved', endsAt: Date.parse('2026-11-23T09:10:00Z') })];

async function setUp(options: Partial<ServicenowOptions> = {}) {
  const servicenow = await startServicenow();
  const clock = new FakeClock();
  const declared: ServicenowOptions = {
    ...{ url: servicenow.url, auth: { basic: { user: USER, secret: `${PASSWORD}\n` } }, allowPrivateAddresses: true },
    ...options,
  };
  const sender = createServicenowSender(declared, aContext(clock));
  atEnd(() => sender.close());
  let reference: string | null = null;
  /** As the engine does: the reference of a delivery is handed to the next one. */
  const send = async (change: Partial<Notification> = {}, attempt = 1): Promise<Outcome> => {
    const outcome = await sender.send(aNotification(change), attempt, never, reference);
    if (outcome.kind === 'delivered') reference = outcome.reference ?? reference;
    return outcome;
  };
  const forget = () => {
    reference = null;
  };
  return { ...servicenow, clock, sender, send, forget, reference: () => JSON.parse(reference!) as unknown };
}

test('[BR-INT-004] the first notification of a group opens an incident, field by field', async () => {
  const { send, receiver, incidents, reference, url } = await setUp({
    fields: { assignment_group: 'Payments', category: 'software' },
  });
  const outcome = await send();
  assert.equal(outcome.detail, 'opened INC0010001');
  const [lookUp, create] = receiver.requests;
  assert.equal(lookUp?.method, 'GET');
  assert.equal(create?.method, 'POST');
  assert.equal(create?.headers['content-type'], 'application/json');
  assert.equal(create?.headers.authorization, `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`);
  const { description, correlation_id: correlation, ...fields } = JSON.parse(create!.body) as Record<string, string>;
  assert.deepEqual(fields, {
    impact: '1',
    urgency: '1',
    assignment_group: 'Payments',
    category: 'software',
    short_description: '[P1] KubePodCrashLooping in payments-prod: Pod is crash looping',
    correlation_display: 'Herald',
  });
  assert.match(correlation!, /^herald-[0-9a-f]{32}$/);
  assert.match(description!, /^Pod is crash looping\n/);
  assert.match(description!, /namespace="payments-prod"/);
  assert.match(description!, /\n\nHerald n-5f1c9a3e00d2b764-1$/);
  const id = incidents[0]!.sys_id!;
  assert.deepEqual(reference(), { id, key: 'INC0010001', url: `${url}/incident.do?sys_id=${id}`, finished: false });
});

test('[BR-INT-004] later notifications are work notes, the last one resolves it, and a new life is a new incident', async () => {
  const { send, incidents } = await setUp({ closeCode: 'Solved (Permanently)' });
  await send();
  assert.equal((await send({ id: 'n-2' })).detail, 'commented on INC0010001');
  assert.match(incidents[0]!.work_notes!, /Herald n-2\n/);
  assert.equal((await send({ id: 'n-3', status: 'resolved', alerts: ended() })).detail, 'resolved INC0010001');
  const { state, close_code: code, close_notes: notes } = incidents[0]!;
  assert.deepEqual([state, code], ['6', 'Solved (Permanently)']);
  assert.match(notes!, /^Resolved: 1 alert\n- Pod is crash looping \(ended .*\)\n\nHerald n-3$/);
  assert.equal((await send({ id: 'n-4' })).detail, 'opened INC0010002');
  assert.equal(incidents.length, 2);
  assert.equal(incidents[0]!.correlation_id, incidents[1]!.correlation_id);
});

test('[BR-INT-004] that somebody took it on is a work note', async () => {
  const { send, incidents } = await setUp();
  await send();
  const alerts = [anAlert({ acknowledged: true, acknowledgedBy: 'alice' })];
  await send({ id: 'n-2', alerts, reasons: [reason('group.acknowledged', 'by alice')] });
  assert.match(incidents[0]!.work_notes!, /\nAcknowledged: alice\nP1 critical, 1 alert: 1 firing, 0 resolved\n/);
});

test('[BR-INT-004] [BR-REL-014] an incident whose answer was lost is found again, not opened twice', async () => {
  for (const answer of [{ kind: 'reset' }, { kind: 'half', status: 201, rest: 'reset' }] as const) {
    const { send, faults, incidents } = await setUp();
    faults.push({ answer, acts: true, method: 'POST' });
    assert.equal((await send()).kind, 'retry');
    assert.equal((await send({}, 2)).detail, 'an earlier attempt had told INC0010001');
    assert.equal(incidents.length, 1);
    assert.equal(incidents[0]!.work_notes, '');
  }
});

test('[BR-INT-004] [BR-REL-014] an incident that the network held back until another was opened is ended with it', async () => {
  const { send, receiver, faults, incidents, url, reference } = await setUp();
  faults.push({ method: 'POST', answer: { kind: 'reset' } });
  assert.equal((await send()).kind, 'retry');
  const held = receiver.requests.at(-1)!;
  assert.equal((await send({}, 2)).detail, 'opened INC0010001');
  const headers = { 'content-type': 'application/json', authorization: String(held.headers.authorization) };
  assert.equal((await fetch(new URL(held.path, url), { method: 'POST', headers, body: held.body })).status, 201);
  assert.equal((await send({ id: 'n-2' })).detail, 'commented on INC0010001');
  assert.match(JSON.stringify(reference()), /"doubtful":true/);
  assert.equal(
    (await send({ id: 'n-3', status: 'resolved', alerts: ended() })).detail,
    'resolved INC0010001; and INC0010002, opened beside it',
  );
  assert.deepEqual(
    incidents.map(({ state, close_notes }) => [state, close_notes?.includes('n-3')]),
    [
      ['6', true],
      ['6', true],
    ],
  );
  assert.match(JSON.stringify(reference()), /"finished":true\}$/);
});

test('[BR-INT-004] who ends the only one does not look for others', async () => {
  const { send, receiver } = await setUp();
  await send();
  const before = receiver.requests.length;
  await send({ id: 'n-2', status: 'resolved', alerts: ended() });
  assert.deepEqual(
    receiver.requests.slice(before).map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{32}.*/, 'ID')}`),
    ['GET /api/now/table/incident/ID', 'PATCH /api/now/table/incident/ID'],
  );
});

test('[BR-INT-004] a reference that was lost is found again, by the next notification as well', async () => {
  const { send, forget, incidents } = await setUp();
  await send();
  forget();
  assert.equal((await send({ id: 'n-2' })).detail, 'commented on INC0010001');
  forget();
  assert.equal((await send({ id: 'n-3', status: 'resolved', alerts: ended() })).detail, 'resolved INC0010001');
  forget();
  assert.equal(
    (await send({ id: 'n-3', status: 'resolved', alerts: ended() }, 2)).detail,
    'INC0010001 is resolved already',
  );
  assert.equal(incidents.length, 1);
});

test('[BR-REL-014] a work note or a resolution whose answer was lost is not written twice', async () => {
  const { send, faults, incidents } = await setUp();
  await send({ id: 'n-1' });
  faults.push({ answer: { kind: 'reset' }, acts: true, method: 'PATCH' });
  assert.equal((await send({ id: 'n-10' })).kind, 'retry');
  assert.equal((await send({ id: 'n-10' }, 2)).detail, 'an earlier attempt had told INC0010001');
  assert.equal((await send({ id: 'n-1' }, 2)).detail, 'an earlier attempt had told INC0010001');
  faults.push({ answer: { kind: 'reset' }, acts: true, method: 'PATCH' });
  const last = { id: 'n-2', status: 'resolved', alerts: ended() } as const;
  assert.equal((await send(last)).kind, 'retry');
  assert.equal((await send(last, 2)).detail, 'INC0010001 is resolved already');
  assert.equal(incidents[0]!.work_notes!.match(/Herald n-/g)?.length, 2);
});

test('what a person resolved stays as they left it; what they deleted is opened again while it fires', async () => {
  const { send, incidents } = await setUp();
  await send();
  Object.assign(incidents[0]!, { state: '7', close_notes: 'by Bob' });
  assert.equal((await send({ status: 'resolved', alerts: ended() })).detail, 'INC0010001 is resolved already');
  assert.equal(incidents[0]!.close_notes, 'by Bob');
  await send({ id: 'n-5' });
  incidents.splice(0);
  assert.equal((await send({ id: 'n-6' })).detail, 'opened INC0010001');
  incidents.splice(0);
  assert.match((await send({ status: 'resolved', alerts: ended() })).detail, /is gone: nothing to resolve/);
});

test('a group that ended before an incident was opened opens none', async () => {
  const { send, incidents } = await setUp();
  assert.deepEqual(await send({ status: 'resolved', alerts: ended() }), {
    kind: 'delivered',
    detail: 'no ticket to resolve',
  });
  assert.equal(incidents.length, 0);
});

test('priorities weigh as the operator says', async () => {
  const { send, forget, incidents } = await setUp({ priorities: { P4: { impact: 3, urgency: 2 } } });
  for (const [i, priority] of (['P2', 'P4', 'P5'] as const).entries()) {
    await send({ priority, groupId: `group-${i}` });
    forget();
  }
  assert.deepEqual(
    incidents.map(({ impact, urgency }) => `${impact}/${urgency}`),
    ['1/2', '3/2', '3/3'],
  );
});

test('[BR-SEC-011] what came from outside cannot write HTML into the journal, and long texts keep their mark', async () => {
  const { send, incidents } = await setUp();
  const summary = `[code]<script>alert(1)</script>[/code] ${'x'.repeat(300)}`;
  const alerts = Array.from({ length: 30 }, () => anAlert({ annotations: { summary } }));
  await send({ alerts, groupLabels: { alertname: 'KubePodCrashLooping' } });
  await send({ id: 'n-2', alerts });
  const { short_description: short, description, work_notes: notes } = incidents[0]!;
  assert.ok(short!.length <= 160 && short!.endsWith('...'));
  assert.ok(description!.length <= 4000);
  assert.match(description!, /Herald n-5f1c9a3e00d2b764-1$/);
  for (const text of [short!, description!, notes!]) assert.doesNotMatch(text, /\[\/?code\]/i);
});

test('[BR-INT-010] with OAuth 2.0 the token is fetched once, and renewed when it is revoked', async () => {
  const made = await startServicenow();
  const oauth = { tokenUrl: `${made.url}/oauth_token.do`, clientId: 'herald', clientSecret: 'secret-of-herald' };
  const sender = createServicenowSender(
    { url: made.url, auth: { oauth }, allowPrivateAddresses: true },
    aContext(new FakeClock()),
  );
  atEnd(() => sender.close());
  assert.equal((await sender.send(aNotification(), 1, never, null)).kind, 'delivered');
  assert.equal(made.tokens.size, 1);
  made.tokens.clear();
  made.tokens.add('one that we do not have');
  assert.equal((await sender.send(aNotification({ groupId: 'other' }), 1, never, null)).kind, 'delivered');
  assert.equal(made.tokens.size, 2);
});

const ERRORS: readonly (readonly [ReturnType<typeof servicenowError>, Outcome['kind'], RegExp])[] = [
  [
    servicenowError(401, 'User Not Authenticated', 'Required to provide Auth information'),
    'rejected',
    /User Not Authenticated/,
  ],
  [
    servicenowError(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints'),
    'rejected',
    /ACL Exception/,
  ],
  [servicenowError(429, 'Rate limit exceeded', 'Rejected by rate limit'), 'retry', /Rejected by rate limit/],
  [
    servicenowError(500, 'Transaction cancelled: maximum execution time exceeded', ''),
    'retry',
    /maximum execution time/,
  ],
  [{ kind: 'reply', status: 200, body: '<html>Your instance is hibernating</html>' }, 'retry', /its body is no JSON/],
  [{ kind: 'reply', status: 201, body: '{"result":{}}' }, 'retry', /without the sys_id/],
];

for (const [answer, kind, detail] of ERRORS) {
  test(`[BR-NOT-011] [BR-REL-006] ${kind} when it answers ${detail.source}`, async () => {
    const { send, faults } = await setUp();
    faults.push({ answer, method: 'POST' });
    const outcome = await send();
    assert.equal(outcome.kind, kind, outcome.detail);
    assert.match(outcome.detail, detail);
    assert.ok(!outcome.detail.includes(PASSWORD));
  });
}

test('[BR-NOT-011] Retry-After is kept to', async () => {
  const { clock, send, faults } = await setUp();
  faults.push({ answer: { kind: 'reply', status: 429, headers: { 'retry-after': '40' } } });
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'HTTP 429',
    notBefore: clock.now() + 40_000,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
});

test('[BR-NOT-024] a probe reads the table and opens nothing', async () => {
  const { sender, incidents, receiver, faults } = await setUp();
  assert.equal((await sender.probe!(never)).kind, 'healthy');
  faults.push({ answer: { kind: 'reply', status: 503 } });
  assert.equal((await sender.probe!(never)).kind, 'degraded');
  const wrong = await setUp({ auth: { basic: { user: USER, secret: 'wrong' } } });
  assert.equal((await wrong.sender.probe!(never)).kind, 'failed');
  assert.deepEqual([incidents.length, receiver.requests.every(({ method }) => method === 'GET')], [0, true]);
});

test('exactly one way to say who asks', () => {
  const url = 'https://acme.service-now.com';
  assert.throws(
    () => createServicenowSender({ url, auth: {} }, aContext()),
    /^.*spec\.auth: holds 0 ways; allowed: one of/,
  );
});
