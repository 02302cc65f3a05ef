import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMatcher, readMatchersOfRequest } from '../../resources/matcher.ts';

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

test('[BR-NOT-016] a pattern must match the whole value, in its own case', () => {
  for (const pattern of ['web|db-.*', '(web|db-.*)']) {
    const read = readMatcher(`a=~"${pattern}"`);
    assert.ok(!('problem' in read));
    assert.ok(read.matches('web') && read.matches('db-1'));
    assert.ok(!read.matches('webs') && !read.matches('my-db-1') && !read.matches('WEB'));
  }
});

test('a pattern that is only valid once it is wrapped is refused', () => {
  const read = readMatcher('a=~"a)|(b"');
  assert.ok('problem' in read);
  assert.match(read.problem, /unexpected \)/);
});

test('[BR-WH-024] the patterns of one request are bounded together; words and texts that are compared cost nothing of it', () => {
  const words = Array.from({ length: 150 }, (_, i) => `node-${i}`).join('|');
  const read = readMatchersOfRequest();
  for (let i = 0; i < 50; i++) {
    assert.ok(!('problem' in read(`a=~"${words}|n${i}"`)));
    assert.ok(!('problem' in read(`a="${words}"`)));
  }
  assert.ok(!('problem' in read('a=~"\\\\pL{6}"')));
  assert.ok(!('problem' in read('a!~"(x|y){0,500}"')));
  const beyond = read('a=~"\\\\pL{2}"');
  assert.ok('problem' in beyond);
  assert.match(beyond.problem, /^with it, the patterns stand for more than 4000 states together$/);
  assert.ok(!('problem' in readMatchersOfRequest()('a=~"\\\\pL{2}"')), 'of another request');
});
