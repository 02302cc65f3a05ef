import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Batch } from '../../archive/journal-source.ts';
import { Rounds } from '../../archive/rounds.ts';
import type { PartitionName } from '../../bus/partition.ts';
import { commits, opened } from './journal-of.ts';
import '../support/leaks.ts';

const batch = (partition: PartitionName, events = 1): Batch => ({
  partition,
  records: commits(Array.from({ length: events }, (_, n) => opened(n, 'r'))),
});

/** Partitions of each round, as it begins. `work` may fail or wait. */
function watched(work: (partitions: readonly PartitionName[]) => Promise<void> = async () => undefined) {
  const seen: string[] = [];
  const rounds = new Rounds(async (batches) => {
    const partitions = batches.map(({ partition }) => partition);
    seen.push(partitions.join('+'));
    await work(partitions);
  });
  return { rounds, seen };
}

/** Fails every round with `a1` in it, for as long as it is poisoned. */
class Poison {
  isThere = true;
  readonly of = async (partitions: readonly PartitionName[]) => {
    if (this.isThere && partitions.includes('a1')) throw new RangeError('a1 cannot be taken');
  };
}

test('what several partitions have in one turn of the event loop is one round', async () => {
  const { rounds, seen } = watched();
  await Promise.all([rounds.take(batch('a0')), rounds.take(batch('a1')), rounds.take(batch('c0'))]);
  assert.deepEqual(seen, ['a0+a1+c0']);
});

test('what is handed in while a round is under way comes with the next, and the event loop goes round between them', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { rounds, seen } = watched(() => promise);
  const first = rounds.take(batch('a0'));
  await turn();
  const others = [rounds.take(batch('a1')), rounds.take(batch('c0'))];
  setImmediate(() => seen.push('the loop'));
  resolve();
  await Promise.all([first, ...others]);
  assert.deepEqual(seen, ['a0', 'the loop', 'a1+c0']);
});

test('a round takes so many events and no more; what is too large for any comes alone', async () => {
  const { rounds, seen } = watched();
  const sizes = { a0: 900, a1: 900, a2: 900, a3: 5000, a4: 1, a5: 1 } as const;
  const all = Object.entries(sizes).map(([partition, size]) => rounds.take(batch(partition as PartitionName, size)));
  await Promise.all(all);
  assert.deepEqual(seen, ['a0+a1', 'a2', 'a3', 'a4+a5']);
});

test('[BR-ERR-014] where a round fails each is tried alone, and only what fails alone has failed', async () => {
  const { rounds, seen } = watched(new Poison().of);
  const [first, poisoned, last] = await Promise.allSettled([
    rounds.take(batch('a0')),
    rounds.take(batch('a1')),
    rounds.take(batch('a2')),
  ]);
  assert.deepEqual(seen, ['a0+a1+a2', 'a0', 'a1', 'a2']);
  assert.deepEqual([first.status, last.status], ['fulfilled', 'fulfilled']);
  assert.ok(poisoned.status === 'rejected' && poisoned.reason instanceof RangeError);
});

test('what failed alone is tried apart until it is done, and makes no round of others fail or wait', async () => {
  const poison = new Poison();
  const { promise, resolve } = Promise.withResolvers<void>();
  let isSlow = false;
  const { rounds, seen } = watched(async (partitions) => {
    if (isSlow && partitions.includes('a1')) await promise;
    await poison.of(partitions);
  });
  await assert.rejects(rounds.take(batch('a1')), RangeError);
  isSlow = true;
  const again = rounds.take(batch('a1'));
  await rounds.take(batch('a0'));
  await rounds.take(batch('a2'));
  poison.isThere = false;
  resolve();
  await again;
  await Promise.all([rounds.take(batch('a0')), rounds.take(batch('a1'))]);
  assert.deepEqual(seen, ['a1', 'a1', 'a0', 'a2', 'a0+a1']);
});
