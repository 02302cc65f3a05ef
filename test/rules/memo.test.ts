import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Memo } from '../../rules/memo.ts';

test('a memo answers what it was told and never grows past its limit', () => {
  const names = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 });
  fc.assert(
    fc.property(names, fc.integer({ min: 2, max: 40 }), (sequence, limit) => {
      const memo = new Memo<string>(limit);
      for (const number of sequence) {
        const known = memo.get(`name-${number}`);
        if (known === undefined) memo.set(`name-${number}`, `answer-${number}`);
        else assert.equal(known, `answer-${number}`);
        assert.ok(memo.size <= limit, `${memo.size} entries, limit ${limit}`);
      }
    }),
  );
});

test('a name that is asked for again and again outlives any number of names asked for once', () => {
  const memo = new Memo<number>(10);
  memo.set('busy', 1);
  for (let i = 0; i < 1000; i++) {
    memo.set(`once-${i}`, i);
    assert.equal(memo.get('busy'), 1);
  }
  assert.equal(memo.get('once-0'), undefined);
});
