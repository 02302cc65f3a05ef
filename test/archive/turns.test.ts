import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../archive/turns.ts';
import '../support/leaks.ts';

/** Takes a few promises to be done, and never lets the event loop in: as a transaction of SQLite. */
async function work(name: string, into: string[]): Promise<string> {
  into.push(`${name} begins`);
  for (let i = 0; i < 5; i++) await Promise.resolve();
  into.push(`${name} ends`);
  return name;
}

test('one at a time, in the order of the calls', async () => {
  const turns = new Turns(new AbortController().signal);
  const seen: string[] = [];
  const names = await Promise.all(['a', 'b', 'c'].map((name) => turns.take(() => work(name, seen))));
  assert.deepEqual(names, ['a', 'b', 'c']);
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('between two of them the event loop goes round', async () => {
  const turns = new Turns(new AbortController().signal);
  const seen: string[] = [];
  const all = ['a', 'b'].map((name) => turns.take(() => work(name, seen)));
  setImmediate(() => seen.push('the loop'));
  await Promise.all(all);
  assert.deepEqual(seen, ['a begins', 'a ends', 'the loop', 'b begins', 'b ends']);
});

test('one that throws fails alone', async () => {
  const turns = new Turns(new AbortController().signal);
  const failing = turns.take(() => Promise.reject(new RangeError('no')));
  const next = turns.take(async () => 'goes on');
  await assert.rejects(failing, RangeError);
  assert.equal(await next, 'goes on');
});

test('[BR-REL-004] once told to stop, the one that has begun ends, and none that waits is begun', async () => {
  const stop = new AbortController();
  const turns = new Turns(stop.signal);
  const seen: string[] = [];
  const first = turns.take(async () => {
    stop.abort();
    return work('a', seen);
  });
  const others = ['b', 'c'].map((name) => turns.take(() => work(name, seen)));
  assert.deepEqual([await first, ...(await Promise.all(others))], ['a', null, null]);
  assert.deepEqual(seen, ['a begins', 'a ends']);
});
