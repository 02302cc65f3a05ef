import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dueOf, freeAt, spend, tokensIn } from '../../channels/throttle.ts';

const T0 = Date.parse('2026-11-23T09:00:00Z');
const LIMIT = { interval: 600, burst: 5 };

test('[BR-NOT-014] a bucket holds its burst, and then lets one go per interval', () => {
  let bucket = 0;
  assert.equal(tokensIn(bucket, LIMIT, T0), 5);
  for (let i = 0; i < 5; i++) bucket = spend(bucket, LIMIT, T0);
  assert.equal(tokensIn(bucket, LIMIT, T0), 0);
  assert.equal(freeAt(bucket, LIMIT, T0), T0 + 600);
  assert.equal(tokensIn(bucket, LIMIT, T0 + 599), 0);
  assert.equal(tokensIn(bucket, LIMIT, T0 + 600), 1);
  assert.equal(tokensIn(bucket, LIMIT, T0 + 3000), 5, 'and fills no further');
  assert.equal(tokensIn(bucket, LIMIT, T0 + 86_400_000), 5);
});

test('[BR-NOT-014] a clock that goes back holds nobody up for longer than an empty bucket would', () => {
  const bucket = spend(T0 + 3_600_000, LIMIT, T0 + 3_600_000);
  assert.ok(freeAt(bucket, LIMIT, T0) <= T0 + 600);
});

const anyLimit = fc.record({
  interval: fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.double({ min: 0.01, max: 10_000, noNaN: true })),
  burst: fc.integer({ min: 1, max: 50 }),
});

test('[BR-NOT-014] whatever the rate and the requests: never more than the burst and what time brings, and free when it says so', () => {
  fc.assert(
    fc.property(anyLimit, fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }), (limit, waits) => {
      let bucket = 0;
      let now = T0;
      let sent = 0;
      for (const wait of waits) {
        now += wait;
        const tokens = tokensIn(bucket, limit, now);
        assert.equal(tokens > 0, freeAt(bucket, limit, now) <= now, 'both say the same');
        assert.equal(dueOf(bucket, limit), freeAt(bucket, limit, now));
        if (tokens === 0) {
          assert.ok(tokensIn(bucket, limit, freeAt(bucket, limit, now)) > 0, 'it is free when it said it would be');
          continue;
        }
        bucket = spend(bucket, limit, now);
        sent++;
      }
      const most = limit.burst + (now - T0) / limit.interval;
      assert.ok(sent <= most + 0.01 * (sent + 1), `${sent} of ${most}`);
    }),
  );
});
