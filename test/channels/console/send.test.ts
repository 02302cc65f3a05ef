import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createConsoleSender } from '../../../channels/console/send.ts';
import type { Sender, TextOutput } from '../../../channels/sender.ts';

import { FakeClock } from '../../support/fake-clock.ts';
import '../../support/leaks.ts';
import { aNotification } from '../../support/notification.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;

/** Takes one write at a time and finishes it when the test says so. */
class Reader extends Writable {
  readonly taken: string[] = [];
  #finish: ((error?: Error | null) => void) | null = null;
  isTTY = false;

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.taken.push(chunk.toString('utf8'));
    this.#finish = callback;
  }

  read(error?: Error): void {
    const finish = this.#finish;
    this.#finish = null;
    finish?.(error);
  }
}

function senderOn(stdout: TextOutput, clock = new FakeClock(), environment: NodeJS.ProcessEnv = {}): Sender {
  return createConsoleSender({ ...aContext(clock), stdout }, environment);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('[BR-NOT-003] delivered once the stream has printed it, not before', async () => {
  const reader = new Reader();
  const sending = senderOn(reader).send(aNotification(), 1, never, null);
  const first = await Promise.race([sending, turn()]);
  assert.equal(first, undefined, 'still printing');
  reader.read();
  assert.deepEqual(await sending, { kind: 'delivered', detail: 'printed' });
  assert.equal(reader.taken.length, 1);
});

for (const [isTTY, environment, coloured] of [
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [false, {}, false],
] as const) {
  test(`[BR-NOT-003] terminal: ${isTTY}, NO_COLOR: ${JSON.stringify(environment)} => coloured: ${coloured}`, async () => {
    const reader = new Reader();
    reader.isTTY = isTTY;
    const sending = senderOn(reader, new FakeClock(), environment).send(aNotification(), 1, never, null);
    await turn();
    reader.read();
    await sending;
    assert.equal(reader.taken[0]?.includes('\u001b['), coloured);
  });
}

test('a reader who stands still: later lines wait for room, are given up in time and leave nothing behind', async () => {
  const reader = new Reader({ highWaterMark: 1 });
  const clock = new FakeClock();
  reader.write('the stream is full\n');
  const sender = senderOn(reader, clock);
  const sending = sender.send(aNotification(), 1, never, null);
  await turn();
  clock.advance(15_000);
  const outcome = await sending;
  assert.deepEqual(outcome, {
    kind: 'retry',
    detail: 'nobody reads standard output; nothing was printed',
    notBefore: null,
  });
  assert.equal(reader.writableLength, 'the stream is full\n'.length);
  assert.equal(reader.listenerCount('drain'), 0);
  assert.equal(clock.pending, 0);

  const again = sender.send(aNotification({ id: 'n-2' }), 1, never, null);
  await turn();
  reader.read();
  await turn();
  reader.read();
  assert.equal((await again).kind, 'delivered');
  assert.equal(reader.taken.length, 2);
});

test('lines come out in the order in which they were sent', async () => {
  const reader = new Reader({ highWaterMark: 1 });
  const sender = senderOn(reader);
  const sending = ['n-1', 'n-2', 'n-3'].map((id) => sender.send(aNotification({ id }), 1, never, null));
  for (let line = 0; line < 3; line += 1) {
    await turn();
    reader.read();
  }
  await Promise.all(sending);
  assert.deepEqual(
    reader.taken.map((line) => /\[(n-\d)\]/.exec(line)?.[1]),
    ['n-1', 'n-2', 'n-3'],
  );
});

test('the owner that stops waits for no reader', async () => {
  const reader = new Reader({ highWaterMark: 1 });
  const stopping = new AbortController();
  const sender = senderOn(reader);
  const printing = sender.send(aNotification(), 1, stopping.signal, null);
  const waiting = sender.send(aNotification(), 1, stopping.signal, null);
  await turn();
  stopping.abort();
  assert.equal((await printing).kind, 'retry');
  assert.equal((await waiting).kind, 'retry');
  assert.equal(reader.taken.length, 1);
});

test('a stream that is closed is final, another error may pass', async () => {
  const full = new Reader();
  const failing = senderOn(full).send(aNotification(), 1, never, null);
  await turn();
  full.read(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  assert.deepEqual(await failing, { kind: 'retry', detail: 'no space left on device', notBefore: null });

  const closed = new Reader();
  closed.destroy();
  const outcome = await senderOn(closed).send(aNotification(), 1, never, null);
  assert.equal(outcome.kind, 'rejected');
  assert.match(outcome.detail, /standard output is closed/);
});

test('many senders on one stream add one error listener', () => {
  const reader = new Reader();
  for (let count = 0; count < 20; count += 1) senderOn(reader);
  assert.equal(reader.listenerCount('error'), 1);
});

test('[BR-REL-006] a pipe whose reader went away ends neither the process nor the sender', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../fixtures/console/closed-pipe.ts', import.meta.url))],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdout.destroy();
  child.stdin.end('go\n');
  const [code] = (await once(child, 'close')) as [number | null];
  const said = Buffer.concat(errors).toString('utf8');
  assert.equal(code, 0, said);
  assert.match(said, /^(rejected standard output is closed \((EPIPE|ERR_STREAM_DESTROYED)\)\n){2}$/);
});
