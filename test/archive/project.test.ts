import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ArchiveDatabase } from '../../archive/database.ts';
import type { CommitRecord } from '../../archive/journal-source.ts';
import { Projector } from '../../archive/project.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { silentLog } from '../../telemetry/log.ts';
import { contents, newArchive } from './archive-file.ts';
import {
  anyRecords,
  byPerson,
  commits,
  deadInput,
  delivery,
  flushed,
  joined,
  keyOf,
  opened,
  repeated,
  replayedInput,
  resolved,
  suppressed,
  T0,
  updated,
} from './journal-of.ts';

async function projected(...lists: JournalEvent[][]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  return database;
}

async function projectedInPieces(records: CommitRecord[], cuts: readonly { at: number; back: number }[]) {
  const database = await newArchive();
  const projector = new Projector(database, silentLog);
  let from = 0;
  for (const { at, back } of [...cuts].sort((a, b) => a.at - b.at)) {
    await projector.project([{ partition: 'a0', records: records.slice(Math.max(0, from - back), at) }]);
    from = Math.max(from, at);
  }
  await projector.project([{ partition: 'a0', records: records.slice(from) }]);
  const all = await contents(database);
  await database.close();
  return all;
}

test('[BR-REL-014] a journal projected in any pieces, with any part of it delivered again, gives the same archive', async () => {
  const cut = fc.record({ at: fc.nat(25), back: fc.nat(25) });
  await fc.assert(
    fc.asyncProperty(anyRecords, fc.array(cut, { maxLength: 6 }), async (records, cuts) => {
      const whole = await projectedInPieces(records, []);
      assert.deepEqual(await projectedInPieces(records, cuts), whole);
    }),
    { numRuns: 40 },
  );
});

test('[BR-WH-008] every further report is counted in the row of its alert, however many there are', async () => {
  const reports = [2, 3, 4, 5].map((count) => [repeated(1, `r${count}`, count, T0 + count)]);
  const { reader } = await projected([opened(1, 'r1')], ...reports);
  const [row] = await reader.selectFrom('alerts').select(['occurrences', 'last_seen']).execute();
  assert.deepEqual(row, { occurrences: 5, last_seen: T0 + 5 });
});

test('[BR-AP-020] an alert that a Filter drops stands there with its reason, counted, until it is let through', async () => {
  const dropped = await projected([suppressed(1, 'r1')], [suppressed(1, 'r2', T0 + 5)]);
  const [row] = await dropped.reader.selectFrom('alerts').selectAll().execute();
  assert.deepEqual([row?.status, row?.occurrences, row?.last_seen, row?.opened_at], ['suppressed', 2, T0 + 5, T0]);
  const history = await dropped.reader.selectFrom('alert_history').selectAll().execute();
  assert.deepEqual(
    history.map(({ type, count, reasons }) => [type, count, JSON.parse(reasons)[0].code]),
    [['alert.suppressed', 2, 'filter.dropped']],
  );
  const outcomes = await dropped.reader.selectFrom('outcomes').select('outcome').execute();
  assert.deepEqual(outcomes, [{ outcome: 'suppressed' }, { outcome: 'suppressed' }]);
  const later = await projected([suppressed(1, 'r1')], [opened(1, 'r2')], [resolved(1, 'r3')], [suppressed(1, 'r4')]);
  const [opened_since] = await later.reader.selectFrom('alerts').selectAll().execute();
  assert.deepEqual([opened_since?.status, opened_since?.occurrences, opened_since?.episode], ['suppressed', 1, 1]);
});

test('one row is written once per batch and still shows the last of many events', async () => {
  const { reader } = await projected([
    opened(1, 'r1'),
    repeated(1, 'r2', 2, T0 + 1),
    byPerson('alert.acknowledged', 1, T0 + 2),
  ]);
  const row = await reader.selectFrom('alerts').selectAll().executeTakeFirstOrThrow();
  assert.equal(row.status, 'acknowledged');
  assert.equal(row.occurrences, 2);
  assert.equal(row.acknowledged_by, 'ada');
  assert.equal(row.first_seen, T0);
});

test('[BR-WH-008] a thousand repeats are one line of history that counts them', async () => {
  const repeats = Array.from({ length: 1000 }, (_, i) => [repeated(1, `r${i}`, i + 2, T0 + i)]);
  const { reader } = await projected(
    [opened(1, 'r')],
    ...repeats,
    [updated(1, 'u', 1002, T0 + 2000)],
    [resolved(1, 'e', T0 + 3000)],
  );
  const lines = await reader.selectFrom('alert_history').selectAll().orderBy('seq').execute();
  assert.deepEqual(
    lines.map(({ type, count, since, at }) => ({ type, count, since, at })),
    [
      { type: 'alert.opened', count: 1, since: T0, at: T0 },
      { type: 'alert.updated', count: 1001, since: T0, at: T0 + 2000 },
      { type: 'alert.resolved', count: 1, since: T0 + 3000, at: T0 + 3000 },
    ],
  );
});

test('[BR-WH-015] each alert of a request gets its outcome, also one whose alert was never known', async () => {
  const { reader } = await projected([
    opened(1, 'r1'),
    { type: 'alert.ignored', key: keyOf(2), at: T0, cause: { receipt: 'r1', index: 1 }, reasons: [] },
  ]);
  const outcomes = await reader.selectFrom('outcomes').select(['idx', 'outcome']).orderBy('idx').execute();
  assert.deepEqual(outcomes, [
    { idx: 0, outcome: 'opened' },
    { idx: 1, outcome: 'ignored' },
  ]);
});

test('equal refusals of a channel are one counted line of the ledger; a notification has its own', async () => {
  const { reader } = await projected(
    [joined(1)],
    [flushed('g0', T0 + 1, { told: 'n1', firing: [1] })],
    [flushed('g0', T0 + 2, {})],
    [flushed('g0', T0 + 3, {})],
  );
  const lines = await reader
    .selectFrom('group_decisions')
    .selectAll()
    .where('channel', '=', 'ops')
    .orderBy('seq')
    .execute();
  assert.deepEqual(
    lines.map(({ notification_id, count, since, at }) => ({ notification_id, count, since, at })),
    [
      { notification_id: 'n1', count: 1, since: T0 + 1, at: T0 + 1 },
      { notification_id: null, count: 2, since: T0 + 2, at: T0 + 3 },
    ],
  );
});

test('members leave their group, and the group ends with the last of them', async () => {
  const { reader } = await projected([joined(1), joined(2)], [flushed('g0', T0 + 1, { left: [1, 2], ended: true })]);
  assert.deepEqual(await reader.selectFrom('group_members').selectAll().execute(), []);
  const group = await reader.selectFrom('groups').selectAll().executeTakeFirstOrThrow();
  assert.equal(group.next_flush, null);
  assert.equal(group.ended_at, T0 + 1);
});

test('[BR-NOT-011] a delivery shows its attempts, its retry time and where it stands', async () => {
  const { reader } = await projected(
    [delivery('queued', 'n1', [1, 2])],
    [delivery('attempting', 'n1', []), delivery('retry', 'n1', [], T0 + 10)],
  );
  const row = await reader.selectFrom('deliveries').selectAll().executeTakeFirstOrThrow();
  assert.equal(row.state, 'queued');
  assert.equal(row.attempts, 1);
  assert.equal(row.not_before, T0 + 5010);
  assert.equal((await reader.selectFrom('delivery_alerts').selectAll().execute()).length, 2);
  assert.equal((await reader.selectFrom('delivery_history').selectAll().execute()).length, 3);
});

test('[BR-ERR-009] what died is kept whole, as input and as delivery, and shows when it was put in again', async () => {
  const { reader } = await projected([deadInput(1, 'r1'), delivery('dead', 'n1', [1])], [replayedInput(1, T0 + 5)]);
  const letters = await reader.selectFrom('dead_letters').selectAll().orderBy('id').execute();
  assert.deepEqual(
    letters.map(({ id, kind, state, replayed_by }) => ({ id, kind, state, replayed_by })),
    [
      { id: 'dead-n1', kind: 'delivery', state: 'open', replayed_by: null },
      { id: 'letter-1', kind: 'input', state: 'replayed', replayed_by: 'ada' },
    ],
  );
  assert.equal(JSON.parse(letters[0]!.entry).notification.id, 'n1');
  assert.equal(JSON.parse(letters[1]!.entry).alert.fingerprint, keyOf(1).slice('acme/'.length));
});

test('[BR-ERR-014] an event that cannot be read is reported and does not hold up the others', async () => {
  const broken = { ...opened(1, 'r1'), routing: null } as unknown as JournalEvent;
  const reported: object[] = [];
  const database = await newArchive();
  const log = { ...silentLog, error: (fields: object) => void reported.push(fields) };
  await new Projector(database, log).project([{ partition: 'a0', records: commits([broken, opened(2, 'r2')]) }]);
  assert.equal((await database.reader.selectFrom('alerts').select('key').executeTakeFirstOrThrow()).key, keyOf(2));
  assert.equal((reported[0] as { position: string }).position, 'a0.1.0');
});

test('[BR-REL-014] batches of several partitions are one transaction: all of it is there, or nothing', async () => {
  const database = await newArchive();
  const projector = new Projector(database, silentLog);
  const here = { partition: 'a0', records: commits([opened(1, 'r1')]) } as const;
  const there = { partition: 'a1', records: commits([opened(2, 'r2')], [resolved(2, 'r3')]) } as const;
  // No value that SQLite takes.
  const poison = { partition: 'a2', records: commits([opened(3, 'r4', true as never)]) } as const;
  await assert.rejects(projector.project([here, there, poison]), TypeError);
  assert.deepEqual(Object.values(await contents(database)).flat(), []);
  await projector.project([here, there]);
  await projector.project([there, here]);
  const cursors = await database.reader.selectFrom('cursors').select(['partition', 'seq']).execute();
  assert.deepEqual(cursors, [
    { partition: 'a0', seq: 1 },
    { partition: 'a1', seq: 3 },
  ]);
  const alerts = await database.reader.selectFrom('alerts').select('status').orderBy('key').execute();
  assert.deepEqual(alerts, [{ status: 'firing' }, { status: 'resolved' }]);
  assert.equal((await contents(database)).outcomes!.length, 3);
});
