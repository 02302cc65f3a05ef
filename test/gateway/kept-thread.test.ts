import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepThread } from '../../gateway/kept-thread.ts';
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
  parentPort.postMessage('ready');
  if (start === 0) setImmediate(() => { throw new Error('died'); });
`);

test('[BR-REL-004] a thread that dies is started again, and stops when it is told to', async () => {
  const starts = new Int32Array(new SharedArrayBuffer(4));
  const clock = new FakeClock();
  const kept = await keepThread(DIES_ONCE, starts, clock, silentLog);
  await until('its end to be noticed', () => clock.pending > 0);
  assert.equal(starts[0], 1);
  clock.advance(1000);
  await until('its second start', () => starts[0] === 2);
  await kept.stop();
  assert.equal(starts[0], 2);
});

test('a thread that dies before it is ready fails its first start with the reason', async () => {
  const never = script(`throw new RangeError('not today');`);
  await assert.rejects(keepThread(never, null, new FakeClock(), silentLog), /not today/);
});
