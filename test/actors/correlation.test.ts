/** Correlation through a real worker: incidents and storms hold back what they should, and outlive their owner. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../../alert/alert.ts';
import type { CorrelationCondition } from '../../alert/correlation.ts';
import type { Policy } from '../../alert/policy.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { correlationRule } from '../../resources/correlation-rule.ts';
import { namespaceLimits } from '../../resources/namespace-limit.ts';
import { correlate } from '../../rules/correlate.ts';
import { MovedClock } from '../support/moved-clock.ts';
import { until } from '../support/until.ts';
import { alertOf, putIn, readJournals, reported, settled, smallPolicy, workersOn } from '../support/worker.ts';

const COUNT = { alert: 3, channel: 1 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Fresh: a test that moves the clock on would have what the others left told again. */
const rig = workersOn(COUNT, { fresh: true });

async function events(tenant = 'default'): Promise<JournalEvent[]> {
  const journals = await readJournals(rig.bus, COUNT);
  const all = [...journals.values()].flat().flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
  return all.filter(({ key }) => tenant === 'default' || key === tenant || key.startsWith(`${tenant}/`));
}

/** Groups wait long enough for a correlation to be done, and each alert has a group of its own. */
function policyWith(correlations: readonly CorrelationCondition[], groupWait = 3000): Policy {
  const small = smallPolicy();
  return {
    ...small,
    correlations: () => correlations,
    route: (tenant, labels) =>
      small.route(tenant, labels).map((match) => ({
        ...match,
        groupLabels: { alertname: String(labels.alertname), pod: String(labels.pod) },
        timing: { groupWait, groupInterval: 200, repeatInterval: 3_600_000, channels: ['ops'] },
      })),
  };
}

const NODE_DOWN = correlationRule('node-down', {
  within: '5m',
  threshold: 3,
  similarity: { topology: ['node'] },
  parent: ['alertname="NodeDown"'],
  action: 'suppressChildren',
});

let tenants = 0;

/** A tenant of its own for each test. */
function nodeDown(pods: number): { tenant: string; node: Alert; pods: Alert[] } {
  const tenant = `t${tenants++}`;
  const of = (labels: Record<string, string>) => alertOf({ ...labels, node: 'n1' }, { tenant });
  return {
    tenant,
    node: of({ alertname: 'NodeDown' }),
    pods: Array.from({ length: pods }, (_, i) => of({ alertname: 'PodDown', pod: `p${i}` })),
  };
}

const resolved = (alert: Alert): Alert => ({ ...alert, status: 'resolved', endsAt: Date.now() });

test('[BR-AP-004] a node goes down with its pods: the node is told, the pods are held with the incident as the reason', async () => {
  const one = await rig.launch('one', { policy: policyWith([NODE_DOWN]) });
  await settled(one);
  const { tenant, node, pods } = nodeDown(20);
  await putIn(
    rig.bus,
    COUNT,
    [node, ...pods].map((alert, i) => reported(alert, 'down', i)),
  );
  await until('the node to be told', () => one.sent.length > 0);
  const opened = await until('the incident', async () =>
    (await events(tenant)).find((e) => e.type === 'incident.opened'),
  );
  assert.ok(opened.type === 'incident.opened');
  assert.equal(opened.parent, node.fingerprint);
  const held = await until('every pod to be held', async () => {
    const flushed = (await events()).flatMap((e) => (e.type === 'group.flushed' ? (e.holds?.began ?? []) : []));
    const mine = flushed.filter(({ reason: { detail } }) => detail.includes(opened.incident));
    return mine.flatMap(({ fingerprints }) => fingerprints).length === 20 && mine;
  });
  assert.ok(held.every(({ reason: { code } }) => code === 'hold.correlated'));
  assert.deepEqual(
    one.sent.flatMap(({ notification }) => notification.alerts.map(({ fingerprint }) => fingerprint)),
    [node.fingerprint],
  );
  // The pods still fire when their parent has ended: now they are told.
  await putIn(rig.bus, COUNT, [reported(resolved(node), 'up')]);
  const told = () =>
    new Set(one.sent.flatMap(({ notification }) => notification.alerts.map((alert) => alert.fingerprint)));
  await until('the pods to be told', () => pods.every(({ fingerprint }) => told().has(fingerprint)));
});

test('[BR-AP-004] [BR-ERR-011] a pod that was told before the node was known hears of its end, though it is held by then', async () => {
  const one = await rig.launch('one', { policy: policyWith([NODE_DOWN], 0) });
  await settled(one);
  const { tenant, node, pods } = nodeDown(4);
  await putIn(
    rig.bus,
    COUNT,
    pods.map((alert, i) => reported(alert, 'early', i)),
  );
  await until('the pods to be told', () => one.sent.length === 4);
  await putIn(rig.bus, COUNT, [reported(node, 'late')]);
  await until('the incident', async () => (await events(tenant)).some((e) => e.type === 'incident.opened'));
  await until('the hold in every partition', async () => {
    const holds = (await events(tenant)).filter((e) => e.type === 'holds.incident' && e.hold !== null);
    return holds.length === COUNT.alert;
  });
  await putIn(rig.bus, COUNT, [reported(resolved(pods[0]!), 'end')]);
  await until('its end to be told', () =>
    one.sent.some(({ notification: { status, alerts } }) => {
      return status === 'resolved' && alerts.some(({ fingerprint }) => fingerprint === pods[0]!.fingerprint);
    }),
  );
});

test('[BR-AP-004] [BR-REL-004] a takeover keeps incidents and what they hold: the next owner goes on with them', async () => {
  const policy = policyWith([NODE_DOWN]);
  const one = await rig.launch('one', { policy });
  await settled(one);
  const { tenant, node, pods } = nodeDown(10);
  await putIn(
    rig.bus,
    COUNT,
    [node, ...pods.slice(0, 8)].map((alert, i) => reported(alert, 'down', i)),
  );
  await until('the hold in every partition', async () => {
    return (await events(tenant)).filter((e) => e.type === 'holds.incident').length === COUNT.alert;
  });
  await one.crash();
  rig.keep();
  const two = await rig.launch('two', { policy });
  await settled(two);
  await putIn(
    rig.bus,
    COUNT,
    pods.slice(8).map((alert, i) => reported({ ...alert, startsAt: Date.now() }, 'more', i)),
  );
  const updated = await until('two more to join', async () =>
    (await events(tenant)).find((e) => e.type === 'incident.updated'),
  );
  assert.ok(updated.type === 'incident.updated' && updated.hold?.kind === 'children');
  assert.equal(updated.hold.children.length, 10);
  assert.equal((await events(tenant)).filter((e) => e.type === 'incident.opened').length, 1);
  const told = [...one.sent, ...two.sent].flatMap(({ notification }) => notification.alerts);
  assert.ok(told.every(({ labels }) => labels.alertname === 'NodeDown'));
});

test('[BR-PERF-010] [BR-ERR-009] a pool that fails leaves its reason; the alerts are told uncorrelated, and the next run finds them', async () => {
  let fails = 2;
  // Until all are told: on a slow machine a run that finds them would hold those that are not told yet.
  let told = () => 0;
  const one = await rig.launch('one', {
    policy: policyWith([NODE_DOWN], 0),
    async correlate({ alerts, rules }) {
      if (fails-- > 0 || told() < 4) throw new RangeError('the thread ran out of memory');
      return correlate(alerts, rules);
    },
  });
  told = () => one.sent.length;
  await settled(one);
  const { tenant, node, pods } = nodeDown(3);
  await putIn(
    rig.bus,
    COUNT,
    [node, ...pods].map((alert, i) => reported(alert, 'down', i)),
  );
  await until('all of them to be told', () => told() >= 4);
  const failed = await until('the failure', async () =>
    (await events(tenant)).find((e) => e.type === 'correlation.ended' && e.reasons[0]?.code === 'correlation.failed'),
  );
  assert.ok(failed.type === 'correlation.ended');
  assert.match(failed.reasons[0]!.detail, /out of memory/);
  await until('the incident', async () => (await events(tenant)).some((e) => e.type === 'incident.opened'));
});

test('[BR-AP-027] [BR-AP-004] a storm of 5,000 alerts is one notification with the right breakdown, and its end another', async () => {
  const storm = correlationRule('storm', {
    within: '1h',
    threshold: 100,
    action: 'storm',
    storm: { receivers: ['channel/ops'], groupWait: '1h', hold: ['P1', 'P2', 'P3', 'P4', 'P5'] },
  });
  // Nothing waits for less than an hour, and the hour is over when all of them are in: how fast the machine is makes no difference.
  const clock = new MovedClock();
  const one = await rig.launch('one', { policy: policyWith([storm], HOUR), clock });
  await settled(one);
  const committed = (type: JournalEvent['type'], count: number) => {
    const those = () => one.committed.filter((event) => event.type === type).length;
    return until(`${count} of ${type}`, () => those() >= count, { timeoutMs: 120_000, seen: those });
  };
  const tenant = `t${tenants++}`;
  const alerts = Array.from({ length: 5000 }, (_, i) =>
    alertOf({ alertname: i % 2 === 0 ? 'PodDown' : 'Slow', namespace: `ns-${i % 4}`, pod: `p${i}` }, { tenant }),
  );
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(alert, 'storm', i)),
  );
  await committed('correlation.entered', 5000);
  // The summary is brought up to date by the clock. With its own group there is one more.
  clock.move(MINUTE);
  await committed('storm.updated', 1);
  await committed('group.joined', 5001);
  assert.equal(one.sent.length, 0, 'nobody was told while it rose');
  clock.move(HOUR);
  await committed('group.flushed', 5001);
  const isSummary = ({ notification }: (typeof one.sent)[number]) => notification.groupKey.startsWith('storm/');
  const summary = await until('the summary', () => one.sent.find(isSummary));
  const { annotations } = summary.notification.alerts[0]!;
  assert.equal(annotations.summary, '5000 alerts in a storm (rule storm)');
  assert.equal(annotations.namespaces, 'ns-0 1250, ns-1 1250, ns-2 1250, ns-3 1250');
  assert.equal(annotations.alertnames, 'PodDown 2500, Slow 2500');
  assert.equal(one.sent.length, 1, 'nothing but the summary was told');
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(resolved(alert), 'over', i)),
  );
  await committed('correlation.left', 5000);
  clock.move(MINUTE);
  await committed('storm.closed', 1);
  await until('the end to reach the group of the summary', () =>
    one.committed.some(
      (event) =>
        event.type === 'group.joined' &&
        event.alert.status === 'resolved' &&
        event.alert.labels.alertname === 'AlertStorm',
    ),
  );
  clock.move(HOUR);
  await until('the end of the storm', () =>
    one.sent.some((send) => isSummary(send) && send.notification.status === 'resolved'),
  );
  assert.deepEqual(
    one.sent.map((send) => [isSummary(send), send.notification.status]),
    [
      [true, 'firing'],
      [true, 'resolved'],
    ],
  );
});

test('[BR-AP-027] of a namespace as many are told as its limit allows, the rest is summarised; the others are told as ever', async () => {
  const limits = namespaceLimits('default', { limits: { P1: 50 }, groupWait: '0s' });
  const one = await rig.launch('one', { policy: policyWith(limits) });
  await settled(one);
  const tenant = `t${tenants++}`;
  const of = (namespace: string, i: number) =>
    alertOf({ alertname: 'A', namespace, pod: `${namespace}-${i}` }, { tenant });
  const loud = Array.from({ length: 200 }, (_, i) => of('loud', i));
  const quiet = Array.from({ length: 10 }, (_, i) => of('quiet', i));
  await putIn(
    rig.bus,
    COUNT,
    [...loud, ...quiet].map((alert, i) => reported(alert, 'limit', i)),
  );
  const told = () => one.sent.flatMap(({ notification }) => notification.alerts);
  await until('the quiet ones to be told', () =>
    quiet.every(({ fingerprint }) => told().some((a) => a.fingerprint === fingerprint)),
  );
  const summary = await until('the summary', () => told().find(({ labels }) => labels.alertname === 'AlertStorm'));
  assert.equal(summary.labels.namespace, 'loud');
  assert.equal(summary.labels.storm, 'limit/default/P1');
  const loudTold = () => told().filter(({ labels }) => labels.namespace === 'loud' && labels.alertname === 'A');
  await until('those within the limit to be told', () => loudTold().length >= 50);
  assert.equal(new Set(loudTold().map(({ fingerprint }) => fingerprint)).size, 50);
});
