import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelSet } from '../../alert/alert.ts';
import { isProtected } from '../../alert/filter.ts';
import type { NamespaceProfile } from '../../alert/namespace.ts';
import { compileTenantFilters } from '../../resources/filter.ts';
import type { Declared } from '../../resources/resource.ts';
import type { FilterRule } from '../../rules/filter.ts';
import { compileFilters } from '../../rules/filter.ts';
import '../support/leaks.ts';
import { aProfile } from '../support/namespace-profile.ts';
import { anAlert } from '../support/notification.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

function filtersOf(...rules: object[]) {
  const spec = { rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })) };
  return compileTenantFilters([{ tenant: 'default', name: 'noise', spec } as Declared]).get('default')!;
}

function factsOf(labels: LabelSet, profile: Partial<NamespaceProfile> = {}) {
  return { alert: anAlert({ labels }), profile: aProfile({ environment: 'staging', priority: 'P3', ...profile }) };
}

function outcome(labels: LabelSet, ...rules: object[]) {
  return filtersOf(...rules).apply(factsOf(labels), NOW);
}

const codes = (reasons: readonly { readonly code: string }[]) => reasons.map(({ code }) => code);

test('[BR-AP-001] rules are asked in order, and drop and keep end the asking', () => {
  const rules = [
    { matchers: ['team="web"'], action: 'keep' },
    { when: 'labels.alertname.startsWith("Noise")', action: 'drop' },
    { action: 'setPriority', priority: 'P5' },
  ];
  const kept = outcome({ alertname: 'Noise1', team: 'web' }, ...rules);
  assert.deepEqual([kept.dropped, kept.priority, codes(kept.reasons)], [null, null, ['filter.kept']]);
  const dropped = outcome({ alertname: 'Noise1', team: 'db' }, ...rules);
  assert.deepEqual(dropped.dropped, { code: 'filter.dropped', detail: 'rule r1 of Filter default/noise' });
  const other = outcome({ alertname: 'Other' }, ...rules);
  assert.deepEqual([other.dropped, other.priority], [null, 'P5']);
  assert.equal(other.reasons[0]!.detail, 'rule r2 of Filter default/noise: P5');
});

test('[BR-AP-006] a rule sees what those before it made of the alert, in its condition and in its matchers', () => {
  const rules = [
    { action: 'setLabels', labels: { tier: 'gold' } },
    { matchers: ['tier="gold"'], action: 'setPriority', priority: 'P2' },
    { when: 'priority == "P2" && labels.tier == "gold"', action: 'dropLabels', labelNames: ['team'] },
  ];
  const { labels, priority, reasons } = outcome({ alertname: 'X', team: 'db' }, ...rules);
  assert.deepEqual(labels, { alertname: 'X', tier: 'gold' });
  assert.equal(priority, 'P2');
  assert.match(reasons.map(({ detail }) => detail).join(), /r0 .*: tier,.*r1 .*: P2,.*r2 .*: team \(taken away\)/);
});

test('a rule with a condition and matchers needs both; a rule with neither always applies', () => {
  const both = { matchers: ['team="db"'], when: 'environment == "staging"', action: 'drop' };
  assert.notEqual(outcome({ team: 'db' }, both).dropped, null);
  assert.equal(outcome({ team: 'web' }, both).dropped, null);
  assert.equal(filtersOf(both).apply(factsOf({ team: 'db' }, { environment: 'testing' }), NOW).dropped, null);
  assert.notEqual(outcome({}, { action: 'drop' }).dropped, null);
});

test('matchers see what Herald added, and never a label of that name that a sender sent', () => {
  const forged = { alertname: 'X', environment: 'testing', owner: 'me', priority: 'P5' };
  const apply = (matcher: string, owner: string | null) =>
    filtersOf({ matchers: [matcher], action: 'drop' }).apply(factsOf(forged, { owner }), NOW).dropped;
  assert.equal(apply('environment="testing"', null), null);
  assert.equal(apply('owner="me"', null), null);
  assert.equal(apply('priority="P5"', null), null);
  assert.notEqual(apply('owner="payments"', 'payments'), null);
  assert.notEqual(apply('environment="staging"', null), null);
});

test('[BR-AP-005] relabel steps run one after the other, and may drop', () => {
  const steps = {
    action: 'relabel',
    relabel: [
      { sourceLabels: ['instance'], regex: '([^:]+):.*', targetLabel: 'host' },
      { action: 'labeldrop', regex: 'instance|job' },
      { action: 'drop', sourceLabels: ['host'], regex: 'test-.*' },
    ],
  };
  const { labels, reasons } = outcome({ alertname: 'X', instance: 'db1:9100', job: 'node' }, steps);
  assert.deepEqual(labels, { alertname: 'X', host: 'db1' });
  assert.match(reasons[0]!.detail, /host, instance \(taken away\), job \(taken away\)/);
  assert.equal(outcome({ instance: 'test-1:9100' }, steps).dropped?.code, 'filter.dropped');
  assert.deepEqual(outcome({ alertname: 'X' }, steps).reasons, [], 'what changes nothing is not worth a reason');
});

test('[BR-AP-005] relabelling that looks at too many labels of one alert fails as a rule, and the alert goes on', () => {
  const labels = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`label_${i}`, 'x']));
  const relabel = Array(100).fill({ action: 'labelmap', regex: 'label_(.*)', replacement: 'l_$1' });
  const rule = { action: 'relabel' as const, relabel };
  const { labels: after, reasons } = outcome(labels, rule, rule);
  assert.deepEqual(
    reasons.map(({ code }) => code),
    ['filter.error', 'filter.error'],
  );
  assert.match(reasons[0]?.detail ?? '', /looks at more than 250000 labels of one alert/);
  assert.equal(after, labels, 'as they were');
});

test('labels that relabelling makes grow without end are left as they were', () => {
  const twice = { sourceLabels: ['a'], targetLabel: 'a', replacement: '$1$1' };
  const { labels, reasons } = outcome({ a: 'xxxxxxxx' }, { action: 'relabel', relabel: Array(40).fill(twice) });
  assert.deepEqual(labels, { a: 'xxxxxxxx' });
  assert.equal(reasons[0]!.code, 'filter.error');
});

test('[BR-QUAL-002] production and critical alerts are dropped only by a rule that says so', () => {
  const drop = { name: 'all', action: 'drop' };
  const apply = (labels: LabelSet, environment: NamespaceProfile['environment'], ...rules: object[]) =>
    filtersOf(...rules).apply(factsOf(labels, { environment }), NOW);
  const refused = apply({ alertname: 'X' }, 'production', drop);
  assert.deepEqual([refused.dropped, codes(refused.reasons)], [null, ['filter.drop-refused']]);
  assert.equal(apply({ severity: 'Critical' }, 'testing', drop).dropped, null);
  const lowered = [{ action: 'setLabels', labels: { severity: 'info' } }, drop];
  assert.equal(apply({ severity: 'critical' }, 'testing', ...lowered).dropped, null, 'no rule talks it down first');
  assert.notEqual(apply({ severity: 'critical' }, 'production', { ...drop, dropProduction: true }).dropped, null);
});

test('an alert stays where an earlier rule could not be evaluated, which might have kept it', () => {
  const rules = [
    { when: 'int(labels.weight) > 5', action: 'keep' },
    { when: 'labels.team == "db"', action: 'drop' },
  ];
  const { dropped, reasons } = outcome({ team: 'db', weight: 'heavy' }, ...rules);
  assert.equal(dropped, null);
  assert.deepEqual(codes(reasons), ['filter.error', 'filter.drop-unsafe']);
  assert.match(reasons[0]!.detail, /rule r0 of Filter default\/noise: int\(\) type error/);
  assert.notEqual(outcome({ team: 'db', weight: '1' }, ...rules).dropped, null);
});

test('[BR-QUAL-006] each rule counts how often it matched, did not, and failed; a trial counts nothing', () => {
  const filters = filtersOf(
    { when: 'labels.team == "db"', action: 'drop' },
    { when: 'int(labels.weight) > 5', action: 'setPriority', priority: 'P4' },
    { matchers: ['team="nobody"'], action: 'keep' },
  );
  for (const labels of [{ team: 'db' }, { weight: '9' }, { weight: 'x' }, { weight: '1' }] as LabelSet[]) {
    filters.apply(factsOf(labels), NOW);
    filters.tryOut(factsOf(labels), NOW);
  }
  assert.deepEqual(filters.counts(), [
    { matched: 1, notMatched: 3, errors: 0 },
    { matched: 1, notMatched: 1, errors: 1 },
    { matched: 0, notMatched: 3, errors: 0 },
  ]);
});

test('reasons are bounded, and say how many there were beyond', () => {
  const rules = Array.from({ length: 50 }, (_, i) => ({ action: 'setLabels', labels: { [`l${i}`]: 'x' } }));
  const { reasons } = outcome({ a: 'b' }, ...rules);
  assert.equal(reasons.length, 21);
  assert.deepEqual(reasons.at(-1), { code: 'filter.more', detail: '30 more' });
});

const label = fc.constantFrom('team', 'tier', 'severity', 'alertname');
const value = fc.constantFrom('a', 'b', 'critical', 'warning');
const condition = fc.oneof(
  fc.tuple(label, value).map(([name, text]) => ({ when: `labels.${name} == "${text}"` })),
  fc.tuple(label, value).map(([name, text]) => ({ when: `labels.${name} != "${text}" && environment == "staging"` })),
  fc.tuple(label, value, value).map(([name, a, b]) => ({ when: `labels.${name} in ["${a}", "${b}"]` })),
  fc.tuple(label, value).map(([name, text]) => ({ matchers: [`${name}="${text}"`] })),
  fc.tuple(label, value).map(([name, text]) => ({ matchers: [`${name}=~"${text}|x"`, 'priority!="P1"'] })),
  fc.constantFrom({}, { when: 'int(labels.tier) > 1' }, { matchers: ['environment="production"'] }),
);
const action = fc.oneof(
  fc.constantFrom({ action: 'drop' }, { action: 'keep' }),
  fc.tuple(label, value).map(([name, text]) => ({ action: 'setLabels', labels: { [name]: text } })),
  fc.constantFrom('P1', 'P4').map((priority) => ({ action: 'setPriority', priority })),
  label.map((name) => ({ action: 'dropLabels', labelNames: [name] })),
  fc.tuple(label, label).map(([from, to]) => ({
    action: 'relabel',
    relabel: [
      { sourceLabels: [from], targetLabel: to },
      { action: 'drop', sourceLabels: [to], regex: 'b' },
    ],
  })),
);
const anyRules = fc.array(
  fc.tuple(condition, action).map(([when, what]) => ({ ...when, ...what })),
  {
    minLength: 1,
    maxLength: 40,
  },
);
const anyLabels = fc.dictionary(label, value, { noNullPrototype: true });
const environments = fc.constantFrom('production', 'staging', 'testing', 'development');

test('[BR-QUAL-002] whatever the rules, nothing production or critical is dropped without dropProduction', () => {
  fc.assert(
    fc.property(anyRules, anyLabels, environments, (rules, labels, environment) => {
      const facts = factsOf(labels, { environment });
      const { dropped } = filtersOf(...rules).apply(facts, NOW);
      assert.ok(dropped === null || !isProtected(facts, labels));
    }),
    { numRuns: 1000 },
  );
});

test('[BR-QUAL-007] finding rules by what must be equal changes no outcome', () => {
  fc.assert(
    fc.property(anyRules, anyLabels, environments, (rules, labels, environment) => {
      const filters = filtersOf(...rules);
      const all = compileFilters(filters.rules as FilterRule[], false);
      const facts = factsOf(labels, { environment });
      assert.deepEqual(filters.apply(facts, NOW), all.apply(facts, NOW));
      assert.deepEqual(filters.counts(), all.counts());
    }),
    { numRuns: 1000 },
  );
});
