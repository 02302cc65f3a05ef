import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMatcher } from '../../resources/matcher.ts';

test('a pattern that stands for too much is refused before anybody waits for it to be compiled', () => {
  for (const pattern of ['(.{0,30}){30}', '\\\\pL{60}', '[a-z]{1000}{3}', '\\\\pL'.repeat(100)]) {
    const read = readMatcher(`a=~"${pattern}"`);
    assert.ok('problem' in read, pattern);
    assert.match(read.problem, /^the pattern stands for \d+ states, its repetitions counted$/);
    assert.equal(read.allowed, `a pattern of at most 2000`);
  }
});

test('what operators write is none of those, however many alternatives it has', () => {
  const names = Array.from({ length: 3000 }, (_, i) => `shop-${i}-prod`).join('|');
  for (const pattern of [names, `(${names})`, '[a-z0-9-]{1,63}(\\\\.[a-z0-9-]{1,63}){0,10}', '.{1,99}/.{1,99}'])
    assert.ok(!('problem' in readMatcher(`a=~"${pattern}"`)), pattern.slice(0, 40));
});

test('a text is compiled once for as long as somebody holds what came of it', () => {
  const first = readMatcher('a=~"x[0-9]+"');
  assert.equal(readMatcher('a=~"x[0-9]+"'), first);
  assert.notEqual(readMatcher('a!~"x[0-9]+"'), first);
});
