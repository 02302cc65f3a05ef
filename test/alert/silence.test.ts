import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelSet } from '../../alert/alert.ts';
import type { CompiledMatcher } from '../../alert/matcher.ts';
import { isBroad, ruleOf, type Silence, silenceHold, silences } from '../../alert/silence.ts';
import { readMatcher } from '../../resources/matcher.ts';

const T0 = Date.parse('2026-11-23T09:00:00Z');

function aSilence(matchers: readonly string[], change: Partial<Silence> = {}): Silence {
  const times = { startsAt: T0, endsAt: T0 + 1000 };
  return { id: 's1', tenant: 't', matchers, ...times, createdBy: 'ann', comment: '', broad: false, ...change };
}

function rule(matchers: readonly string[], change: Partial<Silence> = {}) {
  const compiled = ruleOf(aSilence(matchers, change), readMatcher);
  assert.ok(compiled !== null);
  return compiled;
}

const broad = (...texts: string[]) =>
  isBroad(
    texts.map((text) => {
      const matcher = readMatcher(text);
      assert.ok(!('problem' in matcher), text);
      return matcher;
    }),
  );

test('[BR-AP-008] a silence matches from its start until just before its end', () => {
  const one = rule(['a="1"']);
  const at = (now: number) => silences(one, { a: '1' }, now);
  assert.deepEqual([at(T0 - 1), at(T0), at(T0 + 999), at(T0 + 1000)], [false, true, true, false]);
});

test('[BR-AP-008] of several silences the one that ends last decides how long it holds, and is named', () => {
  const rules = [
    rule(['a="1"'], { id: 'short' }),
    rule(['a=~"1|2"'], { id: 'long', endsAt: T0 + 9000, comment: 'upgrade of the database' }),
    rule(['a="2"'], { id: 'other', endsAt: T0 + 99_000 }),
  ];
  const hold = silenceHold(rules, { a: '1' }, T0);
  assert.equal(hold?.until, T0 + 9000);
  assert.deepEqual(hold?.reason, {
    code: 'hold.silence',
    detail: 'long by ann, until 2026-11-23T09:00:09.000Z: upgrade of the database',
  });
  assert.equal(silenceHold(rules, { a: '3' }, T0), null);
});

test('[BR-AP-008] a silence whose matchers cannot be read holds nothing back', () => {
  assert.equal(ruleOf(aSilence(['a=~"("']), readMatcher), null);
});

test('[BR-AP-008] a silence is broad unless a label, other than tenant and environment, must have certain values', () => {
  assert.deepEqual(
    [
      broad(),
      broad('a!="1"'),
      broad('a=""'),
      broad('a!=""'),
      broad('a=~".*"'),
      broad('a=~".+"'),
      broad('a=~"(?s:.+)"'),
      broad('a=~"1?"'),
      broad('a!~"x|y"'),
      broad('environment="production"', 'tenant="default"'),
      broad('environment="production"', 'a!="1"'),
    ],
    new Array(11).fill(true),
  );
  assert.deepEqual(
    [broad('a="1"'), broad('a=~"1|2"'), broad('a!="1"', 'b="2"'), broad('priority="P5"'), broad('a=~"shop-.+"')],
    new Array(5).fill(false),
  );
});

const NAMES = ['a', 'b', 'c'];
const anyLabels: fc.Arbitrary<LabelSet> = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom('', '1', '2', '12'));
const anyMatcher = fc.tuple(
  fc.constantFrom(...NAMES),
  fc.constantFrom('=', '!=', '=~', '!~'),
  fc.constantFrom('', '1', '1.*', '2|1'),
);
const anyTimes = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 2, max: 5 }));
const anySilence = fc.tuple(fc.array(anyMatcher, { minLength: 1, maxLength: 2 }), anyTimes);

/** As the documentation of Alertmanager has it, word by word; JavaScript's regular expressions serve for these few. */
function oracle(
  labels: LabelSet,
  [matchers, [start, end]]: typeof anySilence extends fc.Arbitrary<infer S> ? S : never,
  now: number,
) {
  if (now < start || now >= end) return false;
  return matchers.every(([name, operator, value]) => {
    const actual = Object.hasOwn(labels, name) ? labels[name]! : '';
    const whole = new RegExp(`^(?:${value})$`).test(actual);
    return { '=': actual === value, '!=': actual !== value, '=~': whole, '!~': !whole }[operator];
  });
}

test('[BR-AP-008] silences hold what a naive reading of them holds, for as long', () => {
  let held = 0;
  fc.assert(
    fc.property(
      fc.array(anySilence, { maxLength: 5 }),
      anyLabels,
      fc.integer({ min: -1, max: 6 }),
      (all, labels, now) => {
        const rules = all.map(([matchers, [startsAt, endsAt]], i) =>
          rule(
            matchers.map(([name, operator, value]) => `${name}${operator}"${value}"`),
            { id: `s${i}`, startsAt, endsAt },
          ),
        );
        const expected = all.filter((one) => oracle(labels, one, now));
        const hold = silenceHold(rules, labels, now);
        assert.equal(hold !== null, expected.length > 0);
        if (hold !== null) assert.equal(hold.until, Math.max(...expected.map(([, [, end]]) => end)));
        held += expected.length;
      },
    ),
    { numRuns: 1000 },
  );
  assert.ok(held > 100, `${held} were held`);
});

test('matchers of a silence are compiled once', () => {
  let compiled = 0;
  const counting = (text: string): CompiledMatcher => {
    compiled++;
    const matcher = readMatcher(text);
    assert.ok(!('problem' in matcher));
    return matcher;
  };
  const silence = aSilence(['a="1"', 'b=~"2"']);
  assert.equal(ruleOf(silence, counting), ruleOf(silence, counting));
  assert.equal(compiled, 2);
});
