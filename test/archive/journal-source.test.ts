import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { inBatches } from '../../archive/journal-source.ts';
import type { JournalRecord } from '../../bus/journal.ts';
import { until } from '../support/until.ts';
import { opened, T0 } from './journal-of.ts';

function commit(seq: number, events: number): JournalRecord {
  const list = Array.from({ length: events }, (_, n) => opened(n, `r${seq}`));
  const rest = { epoch: 1, previous: 0, at: T0, cursor: 0, marks: {}, published: 0, effects: [] };
  return { kind: 'commit', seq, commit: { ...rest, events: list } };
}

/** A journal that counts how far it was read. */
function journal(records: readonly JournalRecord[], end: 'ends' | 'fails' | 'waits') {
  const seen = { read: 0, stopped: false };
  const open = async function* (signal: AbortSignal): AsyncGenerator<JournalRecord> {
    for (const record of records) {
      seen.read += 1;
      yield record;
    }
    if (end === 'fails') throw new Error('the journal is gone');
    if (end === 'waits') {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      seen.stopped = true;
    }
  };
  return { open, seen };
}

const atOnce = () => Promise.resolve();
const fence: JournalRecord = { kind: 'fence', seq: 1, fence: { epoch: 3, owner: 'w1' } };

test('records come in order, fences among them, in batches of what is there', async () => {
  const { open } = journal([fence, commit(2, 1), commit(4, 2)], 'ends');
  const batches = [];
  for await (const batch of inBatches(open, new AbortController().signal, atOnce)) {
    assert.ok(batch.length > 0);
    batches.push(...batch);
  }
  assert.deepEqual(
    batches.map(({ kind, seq, epoch, events }) => [kind, seq, epoch, events.length]),
    [
      ['fence', 1, 3, 0],
      ['commit', 2, 1, 1],
      ['commit', 4, 1, 2],
    ],
  );
});

test('it does not read far ahead of who takes the batches', async () => {
  const { open, seen } = journal(
    Array.from({ length: 100 }, (_, i) => commit(i + 1, 500)),
    'ends',
  );
  const stop = new AbortController();
  let taken = 0;
  for await (const batch of inBatches(open, stop.signal, atOnce)) {
    const events = batch.reduce((sum, record) => sum + record.events.length, 0);
    assert.ok(events <= 2500, `${events} events in one batch`);
    taken += batch.length;
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(seen.read - taken <= 5, `${seen.read - taken} commits ahead`);
  }
  assert.equal(taken, 100);
});

test('what reading throws comes after what came before it', async () => {
  const { open } = journal([commit(1, 1)], 'fails');
  const seqs: number[] = [];
  await assert.rejects(async () => {
    for await (const batch of inBatches(open, new AbortController().signal, atOnce))
      seqs.push(...batch.map(({ seq }) => seq));
  }, /the journal is gone/);
  assert.deepEqual(seqs, [1]);
});

test('it ends with its signal, and its reader with whoever stops taking', async () => {
  const aborted = journal([commit(1, 1)], 'waits');
  const stop = new AbortController();
  for await (const _ of inBatches(aborted.open, stop.signal, atOnce)) stop.abort();
  assert.ok(aborted.seen.stopped);

  const left = journal([commit(1, 1)], 'waits');
  for await (const _ of inBatches(left.open, new AbortController().signal, atOnce)) break;
  await until('the reader to stop', () => left.seen.stopped);
});

/** Hands out records as the test gives them, and a beat when the test says so. */
function livePlayed() {
  const given: JournalRecord[] = [];
  let wake = () => {};
  const beats: (() => void)[] = [];
  const open = async function* (signal: AbortSignal): AsyncGenerator<JournalRecord> {
    signal.addEventListener('abort', () => wake());
    while (!signal.aborted) {
      for (const record of given.splice(0)) yield record;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    open,
    give: async (...records: JournalRecord[]) => {
      given.push(...records);
      wake();
      await turn();
    },
    next: () => new Promise<void>((resolve) => beats.push(resolve)),
    beat: async () => {
      for (const resolve of beats.splice(0)) resolve();
      await turn();
    },
  };
}

test('what comes until the beat comes in one batch', async () => {
  const played = livePlayed();
  const stop = new AbortController();
  const sizes: number[] = [];
  const taking = (async () => {
    for await (const batch of inBatches(played.open, stop.signal, played.next)) sizes.push(batch.length);
  })();
  await played.give(commit(1, 1));
  await played.give(commit(2, 1), commit(3, 1));
  assert.deepEqual(sizes, []);
  await played.beat();
  assert.deepEqual(sizes, [3]);
  await played.give(commit(4, 1));
  await played.beat();
  assert.deepEqual(sizes, [3, 1]);
  stop.abort();
  await taking;
});

test('where there is much, nobody waits for the beat; nor for one that comes after the end', async () => {
  const played = livePlayed();
  const stop = new AbortController();
  const sizes: number[] = [];
  const taking = (async () => {
    for await (const batch of inBatches(played.open, stop.signal, played.next)) sizes.push(batch.length);
  })();
  await played.give(commit(1, 400));
  assert.deepEqual(sizes, []);
  await played.give(commit(2, 400));
  assert.deepEqual(sizes, [2]);
  await played.give(commit(3, 1));
  stop.abort();
  await taking;
  assert.deepEqual(sizes, [2, 1]);
});
