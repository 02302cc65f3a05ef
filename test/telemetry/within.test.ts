import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../../telemetry/within.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('what is done in time is waited for, with its error; what is late is not', async () => {
  const clock = new FakeClock();
  assert.equal(await within(clock, 100, Promise.resolve('done')), true);
  await assert.rejects(within(clock, 100, Promise.reject(new Error('no'))), /^Error: no$/);
  assert.equal(clock.pending, 0, 'nobody waits any more');
  const late = Promise.withResolvers<void>();
  const waiting = within(clock, 100, late.promise);
  await clock.advanceAndSettle(100);
  assert.equal(await waiting, false);
  late.reject(new Error('nobody hears of that'));
});
