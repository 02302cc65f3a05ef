import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IndexedHeap } from '../../channels/indexed-heap.ts';

interface Item {
  readonly rank: number;
  place: number;
}

const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(1000) }) },
);

test('the first few are the smallest in order, whatever was added and taken out before', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 200, size: 'max' }), (steps) => {
      const heap = new IndexedHeap<Item>((a, b) => a.rank < b.rank);
      const inside: Item[] = [];
      for (const step of steps) {
        if ('add' in step) {
          const item = { rank: step.add, place: -1 };
          inside.push(item);
          heap.add(item);
        } else if (inside.length > 0) {
          const [item] = inside.splice(step.remove % inside.length, 1);
          heap.remove(item!);
          assert.ok(!heap.has(item!));
        }
        const ranks = inside.map((item) => item.rank).sort((a, b) => a - b);
        assert.equal(heap.first?.rank, ranks[0]);
        assert.deepEqual(
          heap.peek(5).map((item) => item.rank),
          ranks.slice(0, 5),
        );
        assert.ok(inside.every((item) => heap.has(item)));
      }
    }),
    { numRuns: 300 },
  );
});
