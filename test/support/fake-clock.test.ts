import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from './fake-clock.ts';
import './leaks.ts';

test('timers run in the order of their due times, each at its own time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { maxLength: 30 }), fc.nat(1_000), (delays, end) => {
      const clock = new FakeClock(0);
      const ran: { delay: number; at: number; index: number }[] = [];
      delays.forEach((delay, index) => {
        clock.after(delay, () => ran.push({ delay, at: clock.monotonic(), index }));
      });
      clock.advance(end);
      const due = delays.map((delay, index) => ({ delay, at: delay, index })).filter(({ delay }) => delay <= end);
      assert.deepEqual(
        ran,
        due.sort((a, b) => a.delay - b.delay || a.index - b.index),
      );
      assert.equal(clock.pending, delays.length - due.length);
      assert.equal(clock.monotonic(), end);
    }),
  );
});

test('a timer that a timer sets runs in the same move when it comes due in it', () => {
  const clock = new FakeClock();
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    clock.after(10, tick);
  };
  clock.after(10, tick);
  clock.advance(55);
  assert.equal(ticks, 5);
});

test('a cancelled timer never runs', () => {
  const clock = new FakeClock();
  const cancel = clock.after(1, () => assert.fail('cancelled'));
  cancel();
  clock.advance(10);
  assert.equal(clock.pending, 0);
});

test('a jump of the wall clock moves no timer', () => {
  const clock = new FakeClock(1_000);
  let ran = false;
  clock.after(100, () => {
    ran = true;
  });
  clock.jump(3_600_000);
  assert.equal(clock.now(), 3_601_000);
  assert.equal(clock.monotonic(), 0);
  assert.equal(ran, false);
});

test('settling lets promise chains between two timers finish first', async () => {
  const clock = new FakeClock();
  const steps: string[] = [];
  clock.after(1, () => {
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => steps.push('after the first'));
  });
  clock.after(2, () => steps.push('second'));
  await clock.advanceAndSettle(2);
  assert.deepEqual(steps, ['after the first', 'second']);
});
