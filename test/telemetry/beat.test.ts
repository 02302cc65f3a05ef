import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Beat } from '../../telemetry/beat.ts';
import '../support/leaks.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('after a pause the first begins at once, those that follow begin together with the next beat', async () => {
  const clock = new FakeClock();
  const beat = new Beat(clock, 10);
  const begun: string[] = [];
  const wait = (name: string) => void beat.next().then(() => begun.push(name));
  wait('a');
  await turn();
  assert.deepEqual(begun, ['a']);
  wait('b');
  wait('c');
  await clock.advanceAndSettle(9);
  assert.deepEqual(begun, ['a']);
  await clock.advanceAndSettle(1);
  await turn();
  assert.deepEqual(begun, ['a', 'b', 'c']);
  await clock.advanceAndSettle(100);
  wait('d');
  await turn();
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
});
