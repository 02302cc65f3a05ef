import assert from 'node:assert/strict';
import { test } from 'node:test';
import './leaks.ts';
import { NeverHappened, until } from './until.ts';

test('resolves with the first truthy value', async () => {
  let calls = 0;
  assert.equal(await until('the third call', () => (++calls === 3 ? 'third' : null)), 'third');
});

test('an error counts as not yet', async () => {
  let calls = 0;
  const value = await until('the second call', () => {
    calls += 1;
    if (calls < 2) throw new Error('not yet');
    return calls;
  });
  assert.equal(value, 2);
});

test('gives up with what was waited for, what was seen last, and the last error', async () => {
  const cause = new Error('connection refused');
  const waiting = until(
    'the moon',
    () => {
      throw cause;
    },
    { timeoutMs: 1, seen: () => ['a star'] },
  );
  await assert.rejects(waiting, (error: unknown) => {
    assert.ok(error instanceof NeverHappened);
    assert.equal(error.message, 'waited 1 ms for: the moon; last seen: ["a star"]');
    assert.equal(error.cause, cause);
    return true;
  });
});
