import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairQueue, QueueRefused } from '../../ingress/fair-queue.ts';
import { PoolTimeout } from '../../rules/pool.ts';
import { FakeClock } from '../support/fake-clock.ts';

const OPTIONS = { atOnce: 2, most: { all: 6, ofOne: 3 }, patience: 8000, rest: 10_000 };

/** Work that ends when the test says so. */
function queueOf(clock = new FakeClock(), options = OPTIONS) {
  const queue = new FairQueue(clock, options);
  const running = new Map<string, (error?: Error) => void>();
  const refused: string[] = [];
  const failed: string[] = [];
  const add = (piece: string) =>
    void queue
      .run(
        piece[0]!,
        () =>
          new Promise<void>((resolve, reject) => {
            running.set(piece, (error) => (error === undefined ? resolve() : reject(error)));
          }),
      )
      .catch((error: unknown) => {
        if (error instanceof QueueRefused) refused.push(`${piece} ${error.code}`);
        else failed.push(piece);
      });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    refused,
    failed,
    now: () => [...running.keys()],
    async add(...pieces: string[]) {
      for (const piece of pieces) add(piece);
      await settle();
    },
    async end(piece: string, error?: Error) {
      const finish = running.get(piece);
      assert.ok(finish, `${piece} runs`);
      running.delete(piece);
      finish(error);
      await settle();
    },
    settle,
  };
}

test('[BR-WH-024] sources take turns, each with one piece of work at a time', async () => {
  const queue = queueOf();
  await queue.add('a1', 'a2', 'a3', 'b1', 'b2', 'c1');
  assert.deepEqual(queue.now(), ['a1', 'b1'], 'a2 waits although it came before b1');
  await queue.end('a1');
  assert.deepEqual(queue.now(), ['b1', 'a2']);
  await queue.end('a2');
  assert.deepEqual(queue.now(), ['b1', 'c1'], 'a had its turn');
  await queue.end('b1');
  await queue.end('c1');
  assert.deepEqual(queue.now().sort(), ['a3', 'b2']);
  await queue.end('a3');
  await queue.end('b2');
  assert.deepEqual([queue.now(), queue.refused, queue.clock.pending], [[], [], 0]);
});

test('[BR-WH-024] a source whose work was broken off rests, and what waited of it is refused; what fails otherwise makes nobody rest', async () => {
  const queue = queueOf();
  await queue.add('a1', 'a2', 'b1', 'b2');
  await queue.end('a1', new PoolTimeout('too long'));
  await queue.end('b1', new Error('no YAML'));
  assert.deepEqual(queue.refused, ['a2 queue.resting']);
  assert.deepEqual([queue.failed, queue.now()], [['a1', 'b1'], ['b2']]);
  queue.clock.advance(9999);
  await queue.add('a3', 'c1');
  assert.deepEqual([queue.refused.at(-1), queue.now()], ['a3 queue.resting', ['b2', 'c1']]);
  await queue.end('c1');
  queue.clock.advance(1);
  await queue.add('a4');
  assert.deepEqual(queue.now(), ['b2', 'a4']);
});

test('[BR-WH-024] so many wait, of all and of one, and so long; who is refused takes nobody else along', async () => {
  const queue = queueOf();
  await queue.add('a1', 'b1', 'a2', 'a3', 'a4', 'a5');
  assert.deepEqual(queue.refused, ['a5 queue.full']);
  await queue.add('c1', 'd1', 'e1', 'f1');
  assert.deepEqual(queue.refused.slice(1), ['f1 queue.full']);
  queue.clock.advance(7999);
  await queue.end('b1');
  assert.deepEqual(queue.now(), ['a1', 'c1']);
  queue.clock.advance(1);
  await queue.settle();
  assert.deepEqual(
    queue.refused.slice(2),
    ['a2', 'a3', 'a4', 'd1', 'e1'].map((piece) => `${piece} queue.waited-too-long`),
  );
  await queue.end('a1');
  await queue.add('a6');
  assert.deepEqual(queue.now(), ['c1', 'a6']);
});
