/** What holds alerts back, in every partition, through the death of its owner. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabelSet } from '../../alert/alert.ts';
import type { SilenceEntry } from '../../alert/entry.ts';
import type { Policy } from '../../alert/policy.ts';
import { askPartition } from '../../bus/ask-partition.ts';
import { framePublisher } from '../../bus/ingest.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { until } from '../support/until.ts';
import {
  alertOf,
  putIn,
  readJournals,
  reported,
  settled,
  smallPolicy,
  type TestWorker,
  workersOn,
} from '../support/worker.ts';

const COUNT = { alert: 2, channel: 1 };
const RULES = [
  inhibitionRule('down', { sourceMatch: ['role="source"'], targetMatch: ['role="target"'], equal: ['cluster'] }),
];
const policy: Policy = { ...smallPolicy({ groupInterval: 200 }), inhibitions: () => RULES };

const rig = workersOn(COUNT);

async function launch(id: string, options: { snapshotCommits?: number } = {}): Promise<TestWorker> {
  const worker = await rig.launch(id, { policy, ...options });
  await settled(worker);
  return worker;
}

async function successorOf(worker: TestWorker, id: string): Promise<TestWorker> {
  await worker.crash();
  rig.keep();
  return launch(id);
}

async function eventsOf(partition: 'a0' | 'a1'): Promise<JournalEvent[]> {
  const records = (await readJournals(rig.bus, COUNT)).get(partition) ?? [];
  return records.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
}

const told = (workers: readonly TestWorker[], prefix: string) =>
  workers
    .flatMap(({ sent }) => sent)
    .filter(({ notification }) => notification.groupLabels.alertname?.startsWith(prefix))
    .flatMap(({ notification }) => notification.alerts.map(({ labels, status }) => `${labels.alertname} ${status}`));

/** Groups of several names, so that both partitions have some. */
const alerts = (prefix: string, labels: LabelSet) =>
  Array.from({ length: 6 }, (_, i) => alertOf({ alertname: `${prefix}${i}`, ...labels }));

/** The groups of which something was held back, and how many flushes said so. */
async function heldFlushes(prefix: string): Promise<Map<string, number>> {
  const journals = [...(await eventsOf('a0')), ...(await eventsOf('a1'))];
  const isOurs = (labels: LabelSet) => labels.alertname?.startsWith(prefix);
  const groups = new Set(
    journals.flatMap((event) => (event.type === 'group.joined' && isOurs(event.alert.labels) ? [event.key] : [])),
  );
  const flushes = new Map<string, number>();
  for (const event of journals) {
    if (event.type !== 'group.flushed' || !groups.has(event.key) || !event.decisions[0]?.heldCount) continue;
    flushes.set(event.key, (flushes.get(event.key) ?? 0) + 1);
  }
  return flushes;
}

const held = async (prefix: string) => (await heldFlushes(prefix)).size;

function silence(
  id: string,
  matchers: readonly string[],
  change: Partial<SilenceEntry> = {},
): Omit<SilenceEntry, 'replyTo'> {
  const times = { startsAt: Date.now(), endsAt: Date.now() + 3_600_000 };
  const content = { matchers, ...times, createdBy: 'ann', comment: 'upgrade', broad: false };
  return {
    kind: 'silence',
    id: `set-${id}`,
    tenant: 'default',
    silence: id,
    content,
    change: false,
    by: 'ann',
    ...change,
  };
}

const ask = (entry: Omit<SilenceEntry, 'replyTo'>) =>
  askPartition(rig.bus, framePublisher(rig.bus), COUNT, entry, entry.id);

test('[BR-AP-008] a silence holds in every partition, survives its owners, and what it held is told when it ends', async () => {
  const one = await launch('one');
  assert.deepEqual((await ask(silence('s1', ['team="db"']))).status, 200);
  await until('the other partition to know it', async () => {
    const both = await Promise.all([eventsOf('a0'), eventsOf('a1')]);
    return both.every((events) => events.some(({ type }) => type === 'silence.set' || type === 'holds.silence'));
  });
  const silenced = alerts('Silenced', { team: 'db' });
  await putIn(
    rig.bus,
    COUNT,
    [...silenced, ...alerts('Loud', { team: 'web' })].map((alert, i) => reported(alert, 's', i)),
  );
  await until('the others to be told', () => new Set(told([one], 'Loud')).size === 6);
  await until('all of them to be held', async () => (await held('Silenced')) === 6);

  const two = await successorOf(one, 'two');
  await putIn(
    rig.bus,
    COUNT,
    alerts('SilencedLater', { team: 'db' }).map((alert, i) => reported(alert, 'l', i)),
  );
  await until('these to be held, too', async () => (await held('SilencedLater')) === 6);
  assert.deepEqual(told([one, two], 'Silenced'), []);
  for (const [group, flushes] of await heldFlushes('Silenced')) {
    assert.equal(flushes, 1, `${group}: looking again and again leaves no events`);
  }

  const ended = await ask(silence('s1', [], { id: 'end-s1', content: null, change: true }));
  assert.equal(ended.status, 200);
  await until('all to be told', () => new Set(told([two], 'Silenced')).size === 12);
  const reasons = two.sent
    .filter(({ notification }) => notification.groupLabels.alertname?.startsWith('Silenced'))
    .map(({ notification }) => notification.reasons.map(({ code }) => code));
  assert.ok(
    reasons.every((codes) => codes.includes('hold.ended')),
    JSON.stringify(reasons),
  );
  assert.equal((await ask(silence('s1', [], { id: 'end-s1-again', content: null, change: true }))).status, 404);
});

test('[BR-AP-008] an alert inhibits others in every partition until it ends, also after a snapshot and a takeover', async () => {
  const one = await launch('three', { snapshotCommits: 1 });
  const source = alertOf({ alertname: 'Source', role: 'source', cluster: 'c1' });
  await putIn(rig.bus, COUNT, [reported(source)]);
  await until('both partitions to know it', async () => {
    const both = await Promise.all([eventsOf('a0'), eventsOf('a1')]);
    return both.every((events) => events.some(({ type }) => type === 'holds.inhibitor'));
  });
  const targets = alerts('Target', { role: 'target', cluster: 'c1' });
  const free = alerts('Free', { role: 'target', cluster: 'c2' });
  await putIn(
    rig.bus,
    COUNT,
    [...targets, ...free].map((alert, i) => reported(alert, 't', i)),
  );
  await until('those of the other cluster to be told', () => new Set(told([one], 'Free')).size === 6);
  await until('all targets to be held', async () => (await held('Target')) === 6);

  const two = await successorOf(one, 'four');
  const later = alerts('TargetLater', { role: 'target', cluster: 'c1' });
  await putIn(
    rig.bus,
    COUNT,
    later.map((alert, i) => reported(alert, 'l', i)),
  );
  await until('these to be held, too', async () => (await held('TargetLater')) === 6);
  assert.deepEqual(told([one, two], 'Target'), []);
  await putIn(rig.bus, COUNT, [reported({ ...source, status: 'resolved', endsAt: Date.now() }, 'over')]);
  await until('all to be told', () => new Set(told([two], 'Target')).size === 12);
});

test('[BR-AP-008] [BR-ERR-011] what was told before the silence is told to have ended under it', async () => {
  const one = await launch('five');
  const known = alerts('Known', { team: 'cache' });
  await putIn(
    rig.bus,
    COUNT,
    known.map((alert, i) => reported(alert, 'k', i)),
  );
  await until('all to be told', () => new Set(told([one], 'Known')).size === 6);
  await ask(silence('s2', ['team="cache"']));
  const over = known.map((alert) => ({ ...alert, status: 'resolved' as const, endsAt: Date.now() }));
  await putIn(
    rig.bus,
    COUNT,
    over.map((alert, i) => reported(alert, 'o', i)),
  );
  await until(
    'all to be told their end',
    () => told([one], 'Known').filter((line) => line.endsWith('resolved')).length === 6,
  );
});
