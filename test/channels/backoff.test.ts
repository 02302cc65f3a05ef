import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoff } from '../../channels/backoff.ts';

const RETRY = { maxAttempts: 10, initial: 1000, max: 60_000 };

test('[BR-ERR-006] the longest wait doubles with every attempt, up to the maximum', () => {
  const longest = (attempt: number) => backoff(attempt, RETRY, 1 - Number.EPSILON);
  assert.deepEqual([1, 2, 3, 7, 5000].map(longest), [999, 1999, 3999, 59_999, 59_999]);
});

test('[BR-ERR-006] the wait is spread over everything from nothing to the longest', () => {
  assert.equal(backoff(3, RETRY, 0), 0);
  assert.equal(backoff(3, RETRY, 0.5), 2000);
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), random, (attempt, r) => {
      const wait = backoff(attempt, RETRY, r);
      assert.ok(Number.isInteger(wait) && wait >= 0 && wait <= RETRY.max);
    }),
  );
});
