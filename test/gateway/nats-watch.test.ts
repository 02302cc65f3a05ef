import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus } from '../../bus/connection.ts';
import { ingestFill } from '../../bus/ingest.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { startNatsChild } from '../../gateway/nats-child.ts';
import { type OwnNats, watchNats } from '../../gateway/nats-watch.ts';
import { type Clock, systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

/** A server that is asked every 2 s and answers as it is told. */
function watched() {
  const clock = new FakeClock();
  const stop = new AbortController();
  atEnd(() => stop.abort());
  const state = { answers: true, ended: 0, pid: 1, startsMeanwhile: false, folder: temporaryFolder() };
  const nats: OwnNats = {
    get folder() {
      return state.folder;
    },
    get pid() {
      return state.pid;
    },
    end() {
      state.ended += 1;
      state.pid += 1;
    },
  };
  const ask = async () => {
    if (state.startsMeanwhile) state.pid += 1;
    if (!state.answers) throw new Error('silent');
  };
  void watchNats({ nats, ask, clock, log: silentLog, signal: stop.signal });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) await clock.advanceAndSettle(1000);
  };
  /** Once it has answered. */
  const fallSilent = async () => {
    await pass(4);
    state.answers = false;
  };
  return { state, pass, fallSilent, clock };
}

test('[BR-REL-004] a server that has answered and is silent for 30 s is ended, once', async () => {
  const { state, pass } = watched();
  await pass(60);
  assert.equal(state.ended, 0);
  state.answers = false;
  await pass(29);
  assert.equal(state.ended, 0);
  await pass(4);
  assert.equal(state.ended, 1);
  await pass(300);
  assert.equal(state.ended, 1, 'the next one begins, for as long as that takes');
  state.answers = true;
  await pass(2);
  state.answers = false;
  await pass(33);
  assert.equal(state.ended, 2);
});

test('a server that was started meanwhile, or answers now and then, is left alone', async () => {
  const { state, pass, fallSilent } = watched();
  await fallSilent();
  await pass(25);
  state.pid += 1;
  await pass(120);
  assert.equal(state.ended, 0);
  for (let i = 0; i < 10; i++) {
    state.answers = true;
    await pass(2);
    state.answers = false;
    await pass(20);
  }
  assert.equal(state.ended, 0);
});

test('a server that was started while the last one was asked is not ended for that one', async () => {
  const { state, pass, fallSilent } = watched();
  await fallSilent();
  await pass(29);
  state.startsMeanwhile = true;
  await pass(3);
  state.startsMeanwhile = false;
  await pass(60);
  assert.equal(state.ended, 0);
});

test('one question without an answer after a long sleep of this process is no silence', async () => {
  const { state, pass, fallSilent, clock } = watched();
  await fallSilent();
  clock.advance(60_000);
  await clock.advanceAndSettle(0);
  assert.equal(state.ended, 0);
  await pass(8);
  assert.equal(state.ended, 1);
});

test('while there is no room for it a server is left as it is, and the silence counts from when there is some', async () => {
  const { state, pass } = watched();
  await pass(4);
  const { folder } = state;
  state.folder = '/proc';
  state.answers = false;
  await pass(120);
  assert.equal(state.ended, 0);
  state.folder = folder;
  await pass(28);
  assert.equal(state.ended, 0);
  await pass(6);
  assert.equal(state.ended, 1);
});

test('[BR-REL-004] a nats-server that hangs is started again, and goes on with what it stored', async () => {
  const nats = await startNatsChild({ folder: temporaryFolder(), maxFileStore: 8 * 1024 ** 3, log: silentLog });
  atEnd(() => nats.stop());
  const bus = await connectBus({ url: nats.url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  const count = { alert: 1, channel: 1 };
  await ensureStreams(bus, count, { ingestMaxBytes: 1024 * 1024 });
  const stop = new AbortController();
  atEnd(() => stop.abort());
  const quick: Clock = {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic(),
    after: (ms, callback) => systemClock.after(ms / 40, callback),
  };
  const streams = () => ingestFill(bus, count);
  let answers = 0;
  const soon = async () => {
    let cancel = () => {};
    const late = new Promise((_, reject) => {
      cancel = systemClock.after(500, () => reject(new Error('silent')));
    });
    await Promise.race([streams(), late]).finally(() => cancel());
    answers += 1;
  };
  void watchNats({ nats, ask: soon, clock: quick, log: silentLog, signal: stop.signal, longest: 1000 });
  await until('the watch to have had an answer', () => answers > 0);
  const { pid } = nats;
  process.kill(pid!, 'SIGSTOP');
  await until('another server', () => nats.pid !== pid);
  await until('its answer', () =>
    streams().then(
      () => true,
      () => false,
    ),
  );
});
