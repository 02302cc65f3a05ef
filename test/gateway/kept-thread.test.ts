import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeptThreadOptions, keepThread } from '../../gateway/kept-thread.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { until } from '../support/until.ts';

/** A thread that counts its starts, dies on its first `lives` ones once it is ready, and otherwise waits for its end. */
const script = (body: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from 'node:worker_threads';${body}`)}`,
  );

const DIES_ONCE = script(`
  const start = Atomics.add(workerData, 0, 1);
  parentPort.once('message', () => parentPort.close());
  parentPort.postMessage({ start });
  parentPort.postMessage('ready');
  if (start === 0) setImmediate(() => { throw new Error('died'); });
`);

const FAILS_ITS_SECOND_START = script(`
  const start = Atomics.add(workerData, 0, 1);
  if (start === 1) throw new Error('not now');
  parentPort.once('message', () => parentPort.close());
  parentPort.postMessage('ready');
  if (start === 0) setImmediate(() => { throw new Error('died'); });
`);

function optionsOf(workerData: unknown, clock: FakeClock, heard: unknown[]): KeptThreadOptions {
  return { workerData, clock, log: silentLog, heard: (message) => void heard.push(message) };
}

test('[BR-REL-004] a thread that dies is started again, and stops when it is told to', async () => {
  const starts = new Int32Array(new SharedArrayBuffer(4));
  const clock = new FakeClock();
  const heard: unknown[] = [];
  const kept = await keepThread(DIES_ONCE, optionsOf(starts, clock, heard));
  await until('its end to be noticed', () => clock.pending > 0);
  assert.equal(starts[0], 1);
  assert.equal(kept.problem(), 'it ended (died) and is started again');
  clock.advance(1000);
  await until('its second start', () => kept.problem() === null);
  await kept.stop();
  assert.equal(starts[0], 2);
  assert.deepEqual(heard, [{ start: 0 }, { start: 1 }]);
});

test('a thread that cannot be started again says why, until it can', async () => {
  const starts = new Int32Array(new SharedArrayBuffer(4));
  const clock = new FakeClock();
  const kept = await keepThread(FAILS_ITS_SECOND_START, optionsOf(starts, clock, []));
  await until('its end to be noticed', () => clock.pending > 0);
  clock.advance(1000);
  await until('the failure to be noticed', () => clock.pending > 0);
  assert.equal(kept.problem(), 'it could not be started again (not now)');
  clock.advance(1000);
  await until('its third start', () => kept.problem() === null);
  await kept.stop();
  assert.equal(starts[0], 3);
});

test('a thread that dies before it is ready fails its first start with the reason', async () => {
  const never = script(`throw new RangeError('not today');`);
  await assert.rejects(keepThread(never, optionsOf(null, new FakeClock(), [])), /not today/);
});
