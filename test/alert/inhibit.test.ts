import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelSet } from '../../alert/alert.ts';
import type { HoldsEvent } from '../../alert/event.ts';
import { evolveHolds, type HoldsState, inhibitorOf, packHolds, unpackHolds } from '../../alert/holds-state.ts';
import { type InhibitionRule, isSource, SourceIndex } from '../../alert/inhibit.ts';
import { matchesAll } from '../../alert/matcher.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';

const CRITICAL = inhibitionRule('critical-over-warning', {
  sourceMatch: ['severity="critical"'],
  targetMatch: ['severity=~"warning|info"'],
  equal: ['cluster', 'service'],
});

const indexOf = (rules: readonly InhibitionRule[], sources: Record<string, LabelSet>) =>
  new SourceIndex(rules, new Map(Object.entries(sources)));

test('[BR-AP-008] a warning is inhibited while a critical alert of the same cluster and service fires', () => {
  const index = indexOf([CRITICAL], { f1: { severity: 'critical', cluster: 'c1', service: 'api' } });
  const by = (labels: LabelSet) => index.inhibitorOf(labels)?.fingerprint ?? null;
  assert.equal(by({ severity: 'warning', cluster: 'c1', service: 'api', alertname: 'Slow' }), 'f1');
  assert.equal(by({ severity: 'warning', cluster: 'c1', service: 'web' }), null);
  assert.equal(by({ severity: 'warning', cluster: 'c1' }), null);
  assert.equal(by({ severity: 'critical', cluster: 'c1', service: 'api' }), null);
});

test('[BR-AP-008] for `equal` a missing label equals an empty one, and values are not run together', () => {
  const index = indexOf([CRITICAL], {
    f1: { severity: 'critical', cluster: '' },
    f2: { severity: 'critical', cluster: 'ab', service: 'c' },
  });
  assert.equal(index.inhibitorOf({ severity: 'warning' })?.fingerprint, 'f1');
  assert.equal(index.inhibitorOf({ severity: 'warning', service: '' })?.fingerprint, 'f1');
  assert.equal(index.inhibitorOf({ severity: 'warning', cluster: 'a', service: 'bc' }), null);
});

test('[BR-AP-008] alerts that match both sides do not inhibit each other, nor themselves; one that matches the source alone does', () => {
  const both = inhibitionRule('both', { sourceMatch: ['alertname="Down"'], targetMatch: ['alertname=~"Down|Slow"'] });
  const two = indexOf([both], { f1: { alertname: 'Down' }, f2: { alertname: 'Down', n: '2' } });
  assert.equal(two.inhibitorOf({ alertname: 'Down' }), null);
  assert.ok(two.inhibitorOf({ alertname: 'Slow' }) !== null);
});

test('[BR-AP-008] an alert that has ended inhibits no more', () => {
  let state: HoldsState | null = null;
  const put = (fingerprint: string, labels: LabelSet | null) => {
    const event: HoldsEvent = { type: 'holds.inhibitor', key: 't', at: 1, fingerprint, labels };
    state = evolveHolds(state, event);
    return state === null ? null : inhibitorOf(state, RULES, { severity: 'warning' })?.fingerprint;
  };
  const RULES = [CRITICAL];
  assert.equal(put('f1', { severity: 'critical' }), 'f1');
  assert.equal(put('f2', { severity: 'critical' }), 'f1');
  assert.equal(put('f1', null), 'f2');
  assert.equal(put('f2', { severity: 'critical', cluster: 'elsewhere' }), undefined);
  assert.equal(put('f2', null), null, 'nothing is left to know');
});

const VALUES = ['', 'x', 'x', 'y'];
const NAMES = ['a', 'b', 'c'];
const anyLabels: fc.Arbitrary<LabelSet> = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES));
const anyMatcher = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('=', '!=', '=~'), fc.constantFrom('x', 'y', 'x|y', ''))
  .map(([name, operator, value]) => `${name}${operator}"${value}"`);
const anyRule = fc
  .record({
    sourceMatch: fc.array(anyMatcher, { minLength: 1, maxLength: 1 }),
    targetMatch: fc.array(anyMatcher, { minLength: 1, maxLength: 2 }),
    equal: fc.uniqueArray(fc.constantFrom(...NAMES)),
  })
  .map((spec) => inhibitionRule(JSON.stringify(spec), spec));

/** Alertmanager's loop over all alerts that fire (inhibit/inhibit.go), as it stands there. */
function oracle(rules: readonly InhibitionRule[], sources: ReadonlyMap<string, LabelSet>, labels: LabelSet): boolean {
  return rules.some(({ source, target, equal }) => {
    if (!matchesAll(target, labels)) return false;
    const excludeTwoSided = matchesAll(source, labels);
    return [...sources.values()].some((other) => {
      if (!matchesAll(source, other)) return false;
      if (equal.some((name) => (other[name] ?? '') !== (labels[name] ?? ''))) return false;
      return !(excludeTwoSided && matchesAll(target, other));
    });
  });
}

test('[BR-AP-008] the index finds what a loop over all alerts finds, through every change of the alerts, the rules and a snapshot', () => {
  let inhibited = 0;
  const step = fc.record({ fingerprint: fc.constantFrom('1', '2', '3', '4'), labels: fc.option(anyLabels) });
  fc.assert(
    fc.property(
      fc.array(fc.array(anyRule, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      fc.array(step, { maxLength: 20 }),
      fc.array(anyLabels, { minLength: 3, maxLength: 3 }),
      (policies, steps, targets) => {
        let state: HoldsState | null = null;
        const sources = new Map<string, LabelSet>();
        for (const [i, { fingerprint, labels: next }] of steps.entries()) {
          const rules = policies[i % policies.length]!;
          if (next === null) sources.delete(fingerprint);
          else sources.set(fingerprint, next);
          state = evolveHolds(state, { type: 'holds.inhibitor', key: 't', at: i, fingerprint, labels: next });
          if (i % 5 === 4 && state !== null) state = unpackHolds(structuredClone(packHolds(state)));
          for (const labels of targets) {
            const found = state === null ? null : inhibitorOf(state, rules, labels);
            assert.equal(found !== null, oracle(rules, sources, labels));
            if (found === null) continue;
            inhibited++;
            const only = new Map([[found.fingerprint, sources.get(found.fingerprint)!]]);
            assert.ok(oracle([found.rule], only, labels), 'the one that is named does it');
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(inhibited > 0, `${inhibited} were inhibited`);
});

test('[BR-AP-008] with 10,000 inhibiting alerts a look asks of each rule once, not of each alert', () => {
  let asked = 0;
  const counting: InhibitionRule = {
    ...CRITICAL,
    source: CRITICAL.source.map((matcher) => ({
      ...matcher,
      matches: (value) => ++asked > 0 && matcher.matches(value),
    })),
  };
  const sources = new Map<string, LabelSet>();
  for (let i = 0; i < 10_000; i++)
    sources.set(`f${i}`, { severity: 'critical', cluster: `c${i % 100}`, service: `s${i}` });
  const index = new SourceIndex([counting], sources);
  asked = 0;
  for (let i = 0; i < 1000; i++) {
    const found = index.inhibitorOf({ severity: 'warning', cluster: `c${i % 100}`, service: `s${i}` });
    assert.equal(found?.fingerprint, `f${i}`);
  }
  assert.ok(asked <= 1000, `${asked} matchers were asked`);
});

test('an alert is a source when some rule asks for it', () => {
  assert.equal(isSource([CRITICAL], { severity: 'critical' }), true);
  assert.equal(isSource([CRITICAL], { severity: 'warning' }), false);
  assert.equal(isSource([], { severity: 'critical' }), false);
});
