import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Timers } from '../../actors/timers.ts';

test('timers come due in order of their time, each once, and none early', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1000 })), fc.nat({ max: 1000 }), (times, now) => {
      const timers = new Timers<number>();
      for (const at of times) timers.arm(at, at);
      const due = [...timers.due(now)];
      assert.deepEqual(
        due,
        times.filter((at) => at <= now).sort((a, b) => a - b),
      );
      const later = times.filter((at) => at > now);
      assert.equal(timers.next(), later.length === 0 ? null : Math.min(...later));
      assert.deepEqual(
        [...timers.due(Number.POSITIVE_INFINITY)],
        later.sort((a, b) => a - b),
      );
    }),
  );
});
