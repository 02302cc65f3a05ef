import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../../alert/alert.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { journalStream } from '../../bus/subjects.ts';
import { until } from '../support/until.ts';
import { alertOf, putIn, readJournals, reported, settled, smallPolicy, workersOn } from '../support/worker.ts';

const COUNT = { alert: 2, channel: 1 };

const rig = workersOn(COUNT);
const { launch } = rig;

async function events(): Promise<JournalEvent[]> {
  const journals = await readJournals(rig.bus, COUNT);
  return [...journals.values()].flat().flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
}

const ofAlert = async (fingerprint: string) =>
  (await events()).filter((event) => event.key === `default/${fingerprint}`).map(({ type }) => type);

test('[BR-WH-008] [BR-REL-013] firing, firing again, resolved: opened, repeated, resolved, and two notifications', async () => {
  const one = await launch('one');
  await settled(one);
  const alert = alertOf({ alertname: 'Basic', severity: 'critical' });
  await putIn(rig.bus, COUNT, [reported(alert, 'r1')]);
  await until('the firing notification', () => one.sent.length === 1);
  await putIn(rig.bus, COUNT, [reported(alert, 'r2')]);
  await putIn(rig.bus, COUNT, [reported({ ...alert, status: 'resolved', endsAt: Date.now() }, 'r3')]);
  await until('the resolved notification', () => one.sent.length === 2);
  assert.deepEqual(
    one.sent.map(({ notification }) => [notification.status, notification.alerts.length]),
    [
      ['firing', 1],
      ['resolved', 1],
    ],
  );
  assert.notEqual(one.sent[0]!.notification.id, one.sent[1]!.notification.id);
  assert.deepEqual(await ofAlert(alert.fingerprint), ['alert.opened', 'alert.repeated', 'alert.resolved']);
});

test('[BR-REL-012] [BR-REL-004] an owner that dies in the middle: its successor goes on from its journal and sends nothing twice', async () => {
  const one = await launch('one');
  await settled(one);
  const alerts = Array.from({ length: 40 }, (_, i) => alertOf({ alertname: `Crash${i}`, n: String(i) }));
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(alert, 'crash', i)),
  );
  await until('some notifications', () => one.sent.length > 5);
  await one.crash();
  rig.keep();
  const two = await launch('two');
  await settled(two);
  await until(
    'every notification',
    () => new Set([...one.sent, ...two.sent].map((s) => s.notification.groupId)).size >= 40,
  );
  const ids = new Map<string, Set<string>>();
  for (const { notification } of [...one.sent, ...two.sent]) {
    ids.set(notification.groupId, (ids.get(notification.groupId) ?? new Set()).add(notification.id));
  }
  assert.ok(
    [...ids.values()].every((set) => set.size === 1),
    'one notification id per group',
  );
  for (const alert of alerts) assert.deepEqual(await ofAlert(alert.fingerprint), ['alert.opened']);
  const again = two.sent.filter(({ attempt }) => attempt > 1).map(({ notification }) => notification.id);
  const uncertain = (await events()).flatMap((e) => (e.type === 'delivery.uncertain' ? [e.notificationId] : []));
  assert.deepEqual(again.sort(), uncertain.sort(), 'what was sent again is what the ledger calls uncertain');
});

test('[BR-REL-012] partitions that cannot be recovered keep no other waiting, and are held once they can be', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const hanging: string[] = [journalStream('c0'), journalStream('a0')];
  const one = await launch('one', {
    through({ jsm, ...bus }) {
      const info = async (name: string) => {
        if (hanging.includes(name)) await answered;
        return jsm.streams.info(name);
      };
      const streams = Object.create(jsm.streams, { info: { value: info } });
      return { ...bus, jsm: Object.create(jsm, { streams: { value: streams } }) };
    },
  });
  const held = () => one.worker.status().map(({ partition }) => partition);
  try {
    await until('the one that can be', () => held().includes('a1'));
    assert.deepEqual(held(), ['a1']);
    assert.equal(one.worker.settled(), false);
  } finally {
    // A worker stops once all that it began is over.
    answer();
  }
  await settled(one);
});

test('[BR-SCALE-002] [BR-SCALE-005] partitions spread over the workers alive, and a polite leave hands them over at once', async () => {
  const one = await launch('one');
  await settled(one);
  assert.equal(one.worker.status().length, 3);
  const two = await launch('two');
  await until(
    'an even spread',
    () => one.worker.status().length + two.worker.status().length === 3 && two.worker.status().length > 0,
  );
  await one.worker.stop();
  await until('everything at the second worker', () => two.worker.status().length === 3);
  rig.keep(two);
  await one.bus.close();
});

test('[BR-ERR-004] [BR-ERR-009] a decision that throws leaves a dead letter with the error, and harms nobody else', async () => {
  const one = await launch('one');
  await settled(one);
  const poison = alertOf({ alertname: 'Poison', poison: 'throw' });
  const healthy = alertOf({ alertname: 'Healthy' });
  await putIn(rig.bus, COUNT, [reported(poison, 'p', 0), reported(healthy, 'p', 1)]);
  await until('the healthy one to be notified', () =>
    one.sent.some(({ notification }) => notification.groupLabels.alertname === 'Healthy'),
  );
  const dead = (await events()).find((event) => event.type === 'input.dead-lettered');
  assert.ok(dead?.type === 'input.dead-lettered');
  assert.deepEqual(dead.cause, { receipt: 'p', index: 0 });
  assert.match(dead.reasons[0]!.detail, /RangeError: poisoned/);
});

test('[BR-NOT-011] [BR-ERR-006] a channel that fails is tried again under the same id, then given up as a dead letter', async () => {
  const one = await launch('one', {
    send: async () => ({ kind: 'retry', detail: 'HTTP 500', notBefore: null }),
  });
  await settled(one);
  await putIn(rig.bus, COUNT, [reported(alertOf({ alertname: 'Failing' }))]);
  const dead = await until('the dead letter', async () => (await events()).find((e) => e.type === 'delivery.dead'));
  assert.deepEqual(
    one.sent.map(({ attempt }) => attempt),
    [1, 2, 3],
  );
  assert.equal(new Set(one.sent.map(({ notification }) => notification.id)).size, 1);
  assert.ok(dead.type === 'delivery.dead' && dead.notification.alerts.length === 1);
});

test('[BR-REL-004] after snapshots and a purged journal a new owner knows everything', async () => {
  const one = await launch('one', { snapshotCommits: 1, policy: smallPolicy({ groupInterval: 60_000 }) });
  await settled(one);
  const meta = await rig.bus.kvm.open('herald_meta');
  // No archive runs here: without it nothing would be purged.
  for (const partition of ['a0', 'a1', 'c0']) await meta.put(`projected.${partition}`, '999999999');
  const alerts = Array.from({ length: 30 }, (_, i) => alertOf({ alertname: `Kept${i}` }));
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(alert, 'kept', i)),
  );
  await until(
    'every notification',
    () => one.sent.filter(({ notification }) => notification.groupLabels.alertname?.startsWith('Kept')).length === 30,
  );
  const purged = async () => (await rig.bus.jsm.streams.info('HERALD_JOURNAL_a0')).state;
  await until('the journal to be purged', async () => {
    await putIn(rig.bus, COUNT, [
      reported(alerts[0]!),
      reported(alerts[1]!),
      reported(alerts[2]!),
      reported(alerts[3]!),
    ]);
    const { messages, last_seq } = await purged();
    return messages < last_seq / 2;
  });
  await one.crash();
  rig.keep();
  const two = await launch('two', { policy: smallPolicy({ groupInterval: 60_000 }) });
  await settled(two);
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(alert, 'again', i)),
  );
  const repeated = await until(
    'every alert to be known',
    async () => {
      const found = (await events()).filter((e) => e.type === 'alert.repeated' && e.cause.receipt === 'again');
      return found.length === 30 && found;
    },
    { seen: () => [two.worker.problems(), two.worker.status(), two.sent.length] },
  );
  assert.equal(repeated.length, 30);
  assert.ok(!(await events()).some((e) => e.type === 'alert.opened' && e.cause.receipt === 'again'));
});

test('[BR-REL-003] a full journal is waited out: nothing is lost, and deciding goes on once the archive has made room', async () => {
  const small = await rig.bus.jsm.streams.info('HERALD_JOURNAL_a0');
  const { bytes } = small.state;
  await rig.bus.jsm.streams.update('HERALD_JOURNAL_a0', { max_bytes: bytes + 600_000 });
  const meta = await rig.bus.kvm.open('herald_meta');
  await meta.put('projected.a0', '0');
  const one = await launch('one', { snapshotCommits: 3, policy: smallPolicy({ groupInterval: 60_000 }) });
  await settled(one);
  const journalBytes = async () => (await rig.bus.jsm.streams.info('HERALD_JOURNAL_a0')).state.bytes;
  const told = () => new Set(one.sent.map(({ notification }) => notification.groupLabels.alertname));
  const alerts: Alert[] = [];
  const putMore = async () => {
    const more = Array.from({ length: 20 }, (_, i) =>
      alertOf({ alertname: `Full${alerts.length + i}`, filler: 'x'.repeat(400) }),
    );
    alerts.push(...more);
    await putIn(
      rig.bus,
      COUNT,
      more.map((alert, n) => reported(alert, 'full', n)),
    );
    return more;
  };
  // One after the other: on a slow machine many would make a commit that is larger than what is kept free of a journal so small.
  const isFull = async () => (await journalBytes()) >= 0.9 * (bytes + 600_000);
  while (!(await isFull())) {
    const more = await putMore();
    await until(
      'them to be told, or to wait',
      async () => more.every(({ labels }) => told().has(labels.alertname)) || (await isFull()),
      { seen: () => [alerts.length, one.worker.problems()] },
    );
  }
  for (let i = 0; i < 3; i++) await putMore();
  await meta.put('projected.a0', '999999999');
  await until('every alert to be told', () => alerts.every(({ labels }) => told().has(labels.alertname)), {
    timeoutMs: 30_000,
    seen: () => [one.sent.length, one.worker.problems()],
  });
});
