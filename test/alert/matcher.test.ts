import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type CompileRegex,
  cheapestFirst,
  compileMatcher,
  type Matcher,
  type MatcherOperator,
  matchesAll,
  printMatcher,
  printMatchers,
} from '../../alert/matcher.ts';
import { parseMatcher } from '../../alert/matcher-parse.ts';

const compileRegex: CompileRegex = (pattern) => {
  const regex = new RegExp(pattern, 'u');
  return (value) => regex.test(value);
};

function compiled(text: string) {
  const matcher = parseMatcher(text);
  assert.ok(!('problem' in matcher), `${text}: ${JSON.stringify(matcher)}`);
  const result = compileMatcher(matcher, compileRegex);
  assert.ok(!('problem' in result));
  return result;
}

const matches = (text: string, labels: Record<string, string>) => matchesAll([compiled(text)], labels);

describe('reading a matcher', () => {
  const read: readonly [string, string, MatcherOperator, string][] = [
    ['severity="critical"', 'severity', '=', 'critical'],
    ['severity=critical', 'severity', '=', 'critical'],
    [' severity != "critical" ', 'severity', '!=', 'critical'],
    ['env=~"a|b"', 'env', '=~', 'a|b'],
    ['env=~a|b', 'env', '=~', 'a|b'],
    ['env!~a.*', 'env', '!~', 'a.*'],
    ['foo=', 'foo', '=', ''],
    ['foo=""', 'foo', '=', ''],
    ['foo="a\\"b\\\\c\\nd"', 'foo', '=', 'a"b\\c\nd'],
    // Both syntaxes can read these; Alertmanager takes the classic one, where \d is no escape.
    ['code=~"5\\d\\d"', 'code', '=~', '5\\d\\d'],
    ['foo=bar,', 'foo', '=', 'bar,'],
    ['url=http://x?a=b', 'url', '=', 'http://x?a=b'],
    // Only the UTF-8 syntax can read these.
    ['"foo bar"=baz', 'foo bar', '=', 'baz'],
    ['"foo"="\\u00e9\\xc3\\xa9\\101"', 'foo', '=', '\u00e9\u00e9A'],
    ['\u00fcber=alles', '\u00fcber', '=', 'alles'],
    ['foo-bar="x",', 'foo-bar', '=', 'x'],
  ];
  for (const [text, name, operator, value] of read) {
    test(`reads ${text}`, () => assert.deepEqual(parseMatcher(text), { name, operator, value }));
  }

  const refused: readonly [string, number][] = [
    ['', 0],
    ['{foo="bar"}', 0],
    ['foo="bar"}', 9],
    ['foo', 3],
    ['="bar"', 0],
    ['foo~"bar"', 3],
    ['foo="bar', 4],
    ['foo=bar"', 7],
    ['"foo" "bar"', 6],
    ['"foo"=', 6],
    ['"foo"="\\xff"', 6],
    ['"foo"="\\d"', 6],
    ['"foo"=bar baz', 10],
    ['"foo"=bar,baz=x', 10],
  ];
  for (const [text, position] of refused) {
    test(`[BR-WH-012] says where and what was allowed for ${JSON.stringify(text)}`, () => {
      const problem = parseMatcher(text);
      assert.ok('problem' in problem, JSON.stringify(problem));
      assert.equal(problem.position, position);
      assert.notEqual(problem.allowed, '');
    });
  }

  test('never throws, and a problem points into the text', () => {
    const likely = fc.string({ unit: fc.constantFrom(...'abn_x0179"\\=!~{}, \n|.*+'), maxLength: 14 });
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), (text) => {
        const result = parseMatcher(text);
        if ('problem' in result) assert.ok(result.position >= 0 && result.position <= text.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('printing a matcher', () => {
  test("as Alertmanager's group keys have it", () => {
    assert.equal(printMatcher({ name: 'a', operator: '=~', value: 'x"\\\ny\t' }), 'a=~"x\\"\\\\\\ny\t"');
    assert.equal(printMatcher({ name: 'a b', operator: '!=', value: 'y\t\u00e9' }), '"a b"!="y\\t\u00e9"');
  });

  test('sorted by name, value and operator', () => {
    const matchers = ['b=1', 'a=2', 'a!=1', 'a=1'].map(compiled);
    assert.equal(printMatchers(matchers), '{a="1",a!="1",a="2",b="1"}');
    assert.equal(printMatchers([]), '{}');
  });

  test('a printed matcher reads as the same matcher', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' })).map((any) => any.toWellFormed());
    const matcher = fc.record<Matcher>(
      {
        name: text.filter((any) => any !== ''),
        operator: fc.constantFrom('=', '!=', '=~', '!~'),
        value: text,
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(matcher, (one) => assert.deepEqual(parseMatcher(printMatcher(one)), one)),
      { numRuns: 1000 },
    );
  });
});

describe('matching', () => {
  test('a missing label equals an empty one', () => {
    assert.ok(matches('a=""', {}));
    assert.ok(matches('a!="x"', {}));
    assert.ok(matches('a=~".*"', {}));
    assert.ok(!matches('a=~".+"', {}));
    assert.ok(matches('a!~".+"', {}));
  });

  test("labels are never found among Object's own properties", () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      assert.ok(matches(`${name}=""`, {}));
      assert.ok(!matches(`${name}=~".+"`, {}));
    }
  });

  test('regular expressions are anchored, each alternative of them', () => {
    assert.ok(matches('env=~a|b', { env: 'b' }));
    assert.ok(!matches('env=~a|b', { env: 'ab' }));
    assert.ok(!matches('env=~a|b', { env: 'xb' }));
    assert.ok(matches('env!~a', { env: 'aa' }));
  });

  test('a pattern that the engine refuses is a problem with its reason, not an exception', () => {
    const problem = compileMatcher({ name: 'a', operator: '=~', value: '(' }, compileRegex);
    assert.ok('problem' in problem);
    assert.match(problem.problem, /bad pattern "\("/);
  });
});

test('matchers that compare texts are asked before those with patterns, else in their order', () => {
  const matchers = ['a=~"x.+"', 'b="1"', 'c!~"y.+"', 'd!="2"'].map(compiled);
  assert.deepEqual(
    cheapestFirst(matchers).map(({ name }) => name),
    ['b', 'd', 'a', 'c'],
  );
});
