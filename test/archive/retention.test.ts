import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Projector } from '../../archive/project.ts';
import { forget, NAMESPACES_LONGER } from '../../archive/retention.ts';
import { silentLog } from '../../telemetry/log.ts';
import { contents, newArchive } from './archive-file.ts';
import { commits, deadInput, delivery, flushed, joined, opened, replayedInput, resolved, T0 } from './journal-of.ts';

const DAY = 86_400_000;

test('what ended long ago is forgotten; what fires, waits or is recent stays', async () => {
  const database = await newArchive();
  const late = T0 + 40 * DAY;
  await new Projector(database, silentLog).project([
    {
      partition: 'a0',
      records: commits(
        [opened(1, 'r1'), resolved(1, 'r2'), opened(2, 'r3'), opened(3, 'r4'), joined(3, 'g1'), joined(2, 'g0')],
        [flushed('g1', T0 + 1, { left: [3], ended: true }), flushed('g0', T0 + 1, { told: 'n1' })],
        [delivery('queued', 'n1', [2]), delivery('delivered', 'n1', []), delivery('queued', 'n2', [2])],
        [deadInput(8, 'r8'), deadInput(9, 'r9'), replayedInput(9)],
        [resolved(3, 'r5', late)],
      ),
    },
  ]);
  const cutoff = T0 + 10 * DAY;
  const forgotten = await forget(database, cutoff, new AbortController().signal, 1);
  assert.ok(forgotten > 0);
  const left = await contents(database);
  const ids = (table: string, column: string) => left[table]!.map((row) => JSON.parse(row)[column]);
  assert.deepEqual(ids('alerts', 'fingerprint'), ['0000000000000002', '0000000000000003']);
  assert.deepEqual(ids('outcomes', 'receipt'), ['r5']);
  assert.deepEqual(ids('alert_history', 'type'), ['alert.resolved']);
  assert.deepEqual(ids('groups', 'id'), ['g0']);
  assert.deepEqual(ids('deliveries', 'notification_id'), ['n2']);
  assert.deepEqual(ids('delivery_alerts', 'notification_id'), ['n2']);
  assert.deepEqual(ids('dead_letters', 'id'), ['letter-8'], 'an open dead letter is never forgotten');
  assert.equal(await forget(database, cutoff, new AbortController().signal), 0);
});

test('[BR-AP-029] a namespace is kept for 400 days after its last alert, with its life, and forgotten then', async () => {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits([opened(1, 'r1')]) }]);
  const namespaces = async () => {
    const left = await contents(database);
    return [left.namespaces?.length, left.namespace_history?.length];
  };
  const never = new AbortController().signal;
  await forget(database, T0 + NAMESPACES_LONGER - 1, never);
  assert.deepEqual(await namespaces(), [1, 1]);
  await forget(database, T0 + NAMESPACES_LONGER + 1, never);
  assert.deepEqual(await namespaces(), [0, 0]);
});

test('forgetting stops when it is told to', async () => {
  const database = await newArchive();
  await new Projector(database, silentLog).project([
    { partition: 'a0', records: commits([opened(1, 'r1'), resolved(1, 'r2')]) },
  ]);
  const stop = new AbortController();
  stop.abort();
  assert.equal(await forget(database, T0 + DAY, stop.signal), 0);
});
