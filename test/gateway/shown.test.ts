import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryFailed } from '../../archive/ask.ts';
import { shown } from '../../gateway/shown.ts';
import { FakeClock } from '../support/fake-clock.ts';

const PLACE = { partition: 'a1', seq: 7 } as const;

/** Whether the wait is over, looked at after `ms` of the clock's time. */
function waiting(query: () => Promise<unknown>) {
  const clock = new FakeClock();
  let over = false;
  void shown(PLACE, query, clock).then(() => {
    over = true;
  });
  return async (ms: number) => {
    await clock.advanceAndSettle(ms);
    return over;
  };
}

test('the answer to a command waits for the archive to come to its commit, of its own partition', async () => {
  let projected = 6;
  const after = waiting(async () => ({ a0: { projected: 9 }, a1: { projected } }));
  assert.equal(await after(500), false);
  projected = 7;
  assert.equal(await after(20), true);
});

test('an archive that is not there is not waited for, one far behind or silent for a second', async () => {
  const absent = waiting(async () => {
    throw new QueryFailed('archive.unavailable', 'no archive is running');
  });
  assert.equal(await absent(0), true);
  for (const query of [async () => ({}), () => new Promise<never>(() => undefined)]) {
    const after = waiting(query);
    assert.equal(await after(999), false);
    assert.equal(await after(1), true);
  }
});
