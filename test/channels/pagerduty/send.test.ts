import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupedAlert, Notification } from '../../../alert/notification.ts';
import { reason } from '../../../alert/reason.ts';
import type { PagerdutyOptions } from '../../../channels/pagerduty/options.ts';
import { createPagerdutySender } from '../../../channels/pagerduty/send.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { ROUTING_KEY, startPagerduty, throttled } from '../../support/providers/pagerduty.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const resolved = (alert: Partial<GroupedAlert> = {}) =>
  anAlert({ status: 'resolved', endsAt: Date.parse('2026-11-23T09:10:00Z'), ...alert });

async function setUp(options: Partial<PagerdutyOptions> = {}) {
  const pagerduty = await startPagerduty();
  const clock = new FakeClock();
  const declared = { routingKey: ROUTING_KEY, url: pagerduty.url, allowPrivateAddresses: true, ...options };
  const sender = createPagerdutySender(declared, aContext(clock));
  atEnd(() => sender.close());
  const send = (change: Partial<Notification> = {}) => sender.send(aNotification(change), 1, never, null);
  const sent = (i: number) => JSON.parse(pagerduty.receiver.requests[i]!.body) as Record<string, unknown>;
  return { ...pagerduty, clock, sender, send, sent };
}

test('[BR-INT-003] what fires triggers an incident, field by field', async () => {
  const { send, sent, incidents, receiver } = await setUp();
  const outcome = await send({
    alerts: [
      anAlert({ annotations: { summary: 'Pod is crash looping', runbook_url: 'https://runbooks.example/crash' } }),
    ],
  });
  assert.deepEqual(outcome, { kind: 'delivered', detail: 'trigger taken', reference: incidents[0]?.dedupKey });
  assert.equal(receiver.requests[0]?.headers['content-type'], 'application/json');
  const { dedup_key: dedupKey, payload, ...event } = sent(0);
  assert.match(String(dedupKey), /^herald-[0-9a-f]{40}$/);
  assert.deepEqual(event, {
    routing_key: ROUTING_KEY,
    event_action: 'trigger',
    links: [
      { href: 'https://runbooks.example/crash', text: 'Runbook' },
      { href: 'http://prometheus.example/graph?g0.expr=up', text: 'Source of KubePodCrashLooping' },
      { href: 'https://herald.example/v1/alerts/default/089c6e69d2c44267', text: 'Why Herald told this' },
    ],
    client: 'Herald',
    client_url: 'https://herald.example',
  });
  assert.deepEqual(payload, {
    summary: '[FIRING P1] KubePodCrashLooping in payments-prod: Pod is crash looping',
    source: 'payments-prod',
    severity: 'critical',
    timestamp: '2026-11-23T08:57:22.338Z',
    group: 'payments-prod',
    class: 'KubePodCrashLooping',
    custom_details: {
      environment: 'production',
      priority: 'P1',
      tenant: 'default',
      firing: 1,
      resolved: 0,
      notification: 'n-5f1c9a3e00d2b764-1',
      reasons: ['group.first: first notification of this group'],
      alerts: [
        {
          status: 'firing',
          labels: anAlert().labels,
          annotations: { summary: 'Pod is crash looping', runbook_url: 'https://runbooks.example/crash' },
          startsAt: '2026-11-23T08:57:22.338Z',
        },
      ],
    },
  });
});

test('[BR-INT-003] one incident for a group: what comes again folds into it, an acknowledgement and the end reach it', async () => {
  const { send, incidents, receiver } = await setUp();
  await send();
  await send({ id: 'n-5f1c9a3e00d2b764-2' });
  const [inHand, other] = [anAlert({ acknowledged: true }), anAlert({ fingerprint: '0'.repeat(16) })];
  const taken = { reasons: [reason('group.acknowledged', 'by alice')] };
  const requests = receiver.requests.length;
  assert.equal((await send({ alerts: [inHand, other], ...taken })).kind, 'delivered');
  assert.equal(
    receiver.requests.length,
    requests,
    "while one is in nobody's hand it goes on ringing, and not once more",
  );
  assert.equal((await send({ alerts: [inHand], ...taken })).detail, 'acknowledge taken');
  assert.deepEqual(
    incidents.map(({ status, folded }) => [status, folded]),
    [['acknowledged', 1]],
  );
  await send({ status: 'resolved', alerts: [resolved()] });
  assert.deepEqual(
    incidents.map(({ status }) => status),
    ['resolved'],
  );
  await send({ id: 'n-5f1c9a3e00d2b764-9' });
  assert.equal(incidents.length, 2, 'a later life of the group is an incident of its own');
});

test('an alert of several that a person has not in hand keeps the incident triggered', async () => {
  const { send } = await setUp();
  const outcome = await send({ alerts: [anAlert({ acknowledged: true }), anAlert({ fingerprint: '0'.repeat(16) })] });
  assert.equal(outcome.detail, 'trigger taken');
});

test('[BR-INT-003] with dedup alert each alert is an incident, which ends with it', async () => {
  const { send, incidents } = await setUp({ dedup: 'alert' });
  const [a, b] = [anAlert(), anAlert({ fingerprint: '0'.repeat(16), labels: { alertname: 'B' } })];
  assert.equal((await send({ alerts: [a, b] })).detail, '2 events taken');
  await send({ alerts: [a, resolved({ fingerprint: b.fingerprint })] });
  assert.deepEqual(
    incidents.map(({ status }) => status),
    ['triggered', 'resolved'],
  );
});

test('priorities become severities, as the operator says where he does', async () => {
  const { send, sent } = await setUp({ severities: { P3: 'error' } });
  for (const priority of ['P1', 'P2', 'P3', 'P4', 'P5'] as const) await send({ priority });
  const severities = [0, 1, 2, 3, 4].map((i) => (sent(i).payload as { severity: string }).severity);
  assert.deepEqual(severities, ['critical', 'error', 'error', 'info', 'info']);
});

test('labels that the operator names fill source, component, group and class', async () => {
  const { send, sent } = await setUp({
    sourceLabel: 'pod',
    componentLabel: 'severity',
    groupLabel: 'none',
    classLabel: 'job',
  });
  await send();
  const { source, component, group, class: kind } = sent(0).payload as Record<string, unknown>;
  assert.deepEqual([source, component, group, kind], ['api-7d9f-x1', 'critical', undefined, undefined]);
});

test('[BR-NOT-011] an event larger than 512 KB is made to fit, and says how many alerts it leaves out', async () => {
  const { send, sent, receiver } = await setUp();
  const alerts = Array.from({ length: 100 }, () => anAlert({ annotations: { description: 'é'.repeat(10_000) } }));
  assert.equal((await send({ alerts, truncatedAlerts: 5 })).kind, 'delivered');
  assert.ok(Buffer.byteLength(receiver.requests[0]!.body) <= 512 * 1024);
  const details = (sent(0).payload as { custom_details: { alerts: unknown[]; alertsLeftOff: number } }).custom_details;
  assert.equal(details.alerts.length + details.alertsLeftOff, 105);
  assert.equal(details.alerts.length, 25);
  const monster = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`label${i}`, '\u0001'.repeat(5_000)]));
  assert.equal((await send({ alerts: [anAlert({ labels: monster, annotations: monster })] })).kind, 'delivered');
  const summary = 'x'.repeat(5_000);
  assert.equal((await send({ alerts: [anAlert({ annotations: { summary } })] })).kind, 'delivered');
});

test('[BR-NOT-011] [BR-REL-006] what PagerDuty answers: 400 is final, 429, 5xx and a lost answer are tried again', async () => {
  const { clock, send, faults, incidents } = await setUp();
  faults.push(throttled);
  const slow = await send();
  assert.equal(slow.kind, 'retry');
  assert.match(slow.detail, /^HTTP 429: Requests for this service are arriving too quickly/);
  faults.push({ kind: 'reply', status: 429, headers: { 'retry-after': '7' } });
  assert.deepEqual(await send().then((outcome) => 'notBefore' in outcome && outcome.notBefore), clock.now() + 7_000);
  faults.push({ kind: 'reply', status: 500, body: '' }, { kind: 'reset' }, { kind: 'broken-head' });
  assert.deepEqual([(await send()).kind, (await send()).kind, (await send()).kind], ['retry', 'retry', 'retry']);
  assert.equal(incidents.length, 0);
  assert.equal((await send()).kind, 'delivered');
});

test('[BR-SEC-011] a refusal is told with what PagerDuty says of it, and without the routing key', async () => {
  const wrong = 'f'.repeat(32);
  const { send } = await setUp({ routingKey: `${wrong}\n` });
  assert.deepEqual(await send(), {
    kind: 'rejected',
    detail: 'HTTP 400: Event object is invalid; Invalid routing key [secret]',
    failure: { type: 'rejected', host: '127.0.0.1' },
  });
});

test('a routing key that cannot be one is refused beforehand, and is not told', () => {
  assert.throws(
    () => createPagerdutySender({ routingKey: 'hunter2' }, aContext()),
    (error: Error) =>
      /^spec\.routingKey: is no integration key/.test(error.message) && !error.message.includes('hunter2'),
  );
});

test('[BR-NOT-024] a probe makes no event and says whether the API answers', async () => {
  const { sender, incidents, faults, receiver } = await setUp();
  const healthy = await sender.probe!(never);
  assert.equal(healthy.kind, 'healthy');
  faults.push(throttled, { kind: 'reply', status: 503 });
  assert.equal((await sender.probe!(never)).kind, 'degraded');
  assert.equal((await sender.probe!(never)).kind, 'failed');
  await receiver.close();
  assert.equal((await sender.probe!(never)).kind, 'failed');
  assert.equal(incidents.length, 0);
});
