import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assign } from '../../actors/assignment.ts';
import { partitionNames } from '../../bus/partition.ts';

const count = fc.record({ alert: fc.integer({ min: 1, max: 32 }), channel: fc.integer({ min: 1, max: 8 }) });
const workers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 9 });

test('[BR-SCALE-002] every partition has one worker, and no worker has more than one above the even share', () => {
  fc.assert(
    fc.property(count, workers, (partitions, ids) => {
      const names = partitionNames(partitions);
      const assigned = assign(names, ids);
      assert.deepEqual([...assigned.keys()], names);
      for (const id of ids) {
        const load = [...assigned.values()].filter((worker) => worker === id).length;
        assert.ok(load <= Math.ceil(names.length / ids.length));
      }
    }),
  );
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
