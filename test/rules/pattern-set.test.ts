import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, compilePatternSet, type SetOptions } from '../../rules/pattern-set.ts';

const insensitive: SetOptions = { caseSensitive: false };

function setOf(patterns: readonly string[], options: SetOptions = insensitive) {
  const compiled = compilePatternSet(patterns, options);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.set;
}

test('[BR-AP-022] a pattern is found anywhere unless it is anchored', () => {
  const set = setOf(['prod', '^prod', 'prod$']);
  assert.deepEqual(set.match('my-prod-eu'), [0]);
  assert.deepEqual(set.match('prod-eu'), [0, 1]);
  assert.deepEqual(set.match('my-prod'), [0, 2]);
  assert.deepEqual(set.match('elsewhere'), []);
  assert.deepEqual(setOf([]).match('anything'), []);
});

test('[BR-AP-022] case counts only where the policy says so', () => {
  assert.deepEqual(setOf(['^PROD-']).match('prod-a'), [0]);
  assert.deepEqual(setOf(['^PROD-'], { caseSensitive: true }).match('prod-a'), []);
  const single = compilePattern('^PROD-', { caseSensitive: true });
  assert.ok(single.ok && single.test('PROD-a') && !single.test('prod-a'));
});

test('[BR-CFG-002] every pattern that RE2 refuses is named with its place and the cause', () => {
  const compiled = compilePatternSet(['fine', '(open', 'also-fine', '(?<=behind)x', '(a)\\1'], insensitive);
  assert.ok(!compiled.ok);
  assert.deepEqual(
    compiled.problems.map(({ index, pattern }) => [index, pattern]),
    [
      [1, '(open'],
      [3, '(?<=behind)x'],
      [4, '(a)\\1'],
    ],
  );
  assert.match(compiled.problems[0]!.message, /missing \)/);
  assert.deepEqual(compilePattern('(open', insensitive), {
    ok: false,
    pattern: '(open',
    message: compiled.problems[0]!.message,
  });
});

test('[BR-QUAL-003] five thousand patterns match as one, and no index is lost between the parts', () => {
  const patterns = Array.from({ length: 5000 }, (_, i) => `^team-${i}-[a-z0-9]+-(prod|live)$`);
  const set = setOf(patterns);
  assert.equal(set.size, 5000);
  for (const i of [0, 1, 499, 500, 501, 2500, 4999]) assert.deepEqual(set.match(`team-${i}-web-PROD`), [i]);
  assert.deepEqual(set.match('team-5000-web-prod'), []);
});

test('[BR-QUAL-003] patterns too large for one automaton are cut into several', () => {
  const patterns = Array.from({ length: 1000 }, (_, i) => `t${i}-[a-z0-9]{1,40}-prod`);
  const set = setOf(patterns, { ...insensitive, shardSize: 1000, shardMemory: 1024 * 1024 });
  assert.ok(set.shards > 2, `${set.shards} parts`);
  assert.deepEqual(set.match('x-t999-web-prod'), [999]);
  assert.deepEqual(set.match('t1-a-prod t10-b-prod t100-c-prod'), [1, 10, 100]);
});

test('[BR-QUAL-002] with however little memory a set may be built, it finds what each pattern finds alone', () => {
  const pieces = fc.constantFrom('a', 'b', '.', '[ab]', 'a{1,9}', '.*', '(a|b)', '^', '$', '[a-z]+');
  const pattern = fc.array(pieces, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 80 });
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 12 }),
      fc.array(text, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1, 6_000, 20_000, 10_000_000),
      (candidates, texts, shardMemory) => {
        const options = { ...insensitive, shardMemory };
        const patterns = candidates.filter((candidate) => compilePattern(candidate, insensitive).ok);
        const set = setOf(patterns, options);
        for (const one of texts) assert.deepEqual(set.match(one), matchedSingly(patterns, one));
      },
    ),
  );
});

function matchedSingly(patterns: readonly string[], text: string): number[] {
  return patterns.flatMap((pattern, index) => {
    const compiled = compilePattern(pattern, insensitive);
    return compiled.ok && compiled.test(text) ? [index] : [];
  });
}

test('a pattern that would take a backtracking engine years is answered', () => {
  const name = `${'a'.repeat(4000)}!`;
  assert.deepEqual(setOf(['^(a+)+$', '(a|aa)+$', '!$']).match(name), [2]);
});
