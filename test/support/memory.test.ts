import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf, memoryAfter, type Point } from './memory.ts';

const pointsOf = (live: readonly number[]): Point[] =>
  live.map((bytes, i) => ({ done: i * 1000, live: bytes, resident: 1 }));

test('growth is what the second half grows by for each time, whatever the first half did', () => {
  assert.equal(growthOf(pointsOf([0, 900_000, 5_000_000, 5_001_000, 5_002_000, 5_003_000]), 'live'), 1);
  assert.equal(growthOf(pointsOf([0, 900_000, 5000, 5000, 5000, 5000]), 'live'), 0);
  assert.equal(
    growthOf(pointsOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 90_000, 0, 0]), 'live'),
    0,
    'one that is off is no growth',
  );
  assert.equal(growthOf(pointsOf([1, 2, 3, 4]), 'resident'), 0);
});

test('what is kept is seen, and what was let go is not', async () => {
  const kept: object[] = [];
  const points = [];
  for (let round = 0; round <= 8; round++) {
    points.push(await memoryAfter(round * 1000));
    for (let i = 0; i < 1000; i++) {
      kept.push({ at: i, text: `${round} ${i}`.padEnd(200) });
      JSON.parse(JSON.stringify({ at: i, text: `${round} ${i}`.padEnd(200) }));
    }
  }
  const growth = growthOf(points, 'live');
  assert.ok(growth > 200 && growth < 600, `${growth} bytes`);
  assert.equal(kept.length, 9000);
});
