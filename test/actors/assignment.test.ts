import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assign } from '../../actors/assignment.ts';
import { type PartitionName, partitionNames } from '../../bus/partition.ts';

const count = fc.record({ alert: fc.integer({ min: 1, max: 32 }), channel: fc.integer({ min: 1, max: 8 }) });
const workers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 9 });

test('[BR-SCALE-002] every partition has one worker, and the shares of any two differ by one at most', () => {
  fc.assert(
    fc.property(count, workers, (partitions, ids) => {
      const names = partitionNames(partitions);
      const assigned = assign(names, ids);
      assert.deepEqual([...assigned.keys()], names);
      const loads = loadsOf(assigned, ids, () => true);
      assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `partitions: ${loads}`);
      // Those of alerts have most of the work.
      const ofAlerts = loadsOf(assigned, ids, (name) => name.startsWith('a'));
      assert.ok(Math.max(...ofAlerts) - Math.min(...ofAlerts) <= 1, `of alerts: ${ofAlerts}`);
    }),
  );
});

test('[BR-SCALE-002] where both kinds can be spread evenly, both are', () => {
  const even = fc.record({
    each: fc.integer({ min: 1, max: 6 }),
    channels: fc.integer({ min: 1, max: 3 }),
    ids: workers,
  });
  fc.assert(
    fc.property(even, ({ each, channels, ids }) => {
      const names = partitionNames({ alert: each * ids.length, channel: channels * ids.length });
      const assigned = assign(names, ids);
      assert.deepEqual(new Set(loadsOf(assigned, ids, (name) => name.startsWith('a'))), new Set([each]));
      assert.deepEqual(new Set(loadsOf(assigned, ids, (name) => name.startsWith('c'))), new Set([channels]));
    }),
  );
});

test('[BR-SCALE-002] a worker that leaves moves little but what it held', () => {
  const names = partitionNames({ alert: 32, channel: 8 });
  let moved = 0;
  let held = 0;
  for (let round = 0; round < 100; round++) {
    const ids = Array.from({ length: 4 }, (_, i) => `worker-${round}-${i}`);
    const before = assign(names, ids);
    const after = assign(names, ids.slice(1));
    held += names.filter((name) => before.get(name) === ids[0]).length;
    moved += names.filter((name) => before.get(name) !== after.get(name)).length;
  }
  assert.ok(moved < 2 * held, `${moved} moved of ${held} that had to`);
});

test('every worker computes the same assignment, in whatever order it knows the others', () => {
  fc.assert(
    fc.property(count, workers, (partitions, ids) => {
      const names = partitionNames(partitions);
      assert.deepEqual(assign(names, ids), assign(names, [...ids].reverse()));
    }),
  );
});

test('without workers nothing is assigned', () => {
  assert.equal(assign(['a0', 'c0'], []).size, 0);
});

function loadsOf(
  assigned: ReadonlyMap<PartitionName, string>,
  ids: readonly string[],
  counts: (name: PartitionName) => boolean,
): number[] {
  return ids.map((id) => [...assigned].filter(([name, worker]) => worker === id && counts(name)).length);
}
