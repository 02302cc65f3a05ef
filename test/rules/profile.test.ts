/** Evidence for an environment, and where attributes come from. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENVIRONMENTS, type LabelSet } from '../../alert/alert.ts';
import { profileLabels } from '../../alert/namespace.ts';
import type { EnvironmentRules } from '../../rules/environment-rules.ts';
import type { NamespaceClassRule } from '../../rules/namespace-class.ts';
import { compileProfiler, type ProfileRules } from '../../rules/profile.ts';
import '../support/leaks.ts';

const environments: EnvironmentRules = {
  policy: 'default/main',
  default: 'production',
  caseSensitive: false,
  environments: [
    {
      name: 'production',
      patterns: ['-prod$'],
      exclude: ['^pre-'],
      priority: 'P1',
      attributes: { criticality: 'high' },
    },
    { name: 'staging', patterns: ['-stg$'], exclude: [], priority: null },
    { name: 'development', patterns: ['-dev$'], exclude: [], priority: 'P5' },
  ],
};

function aClass(name: string, change: Partial<NamespaceClassRule>): NamespaceClassRule {
  const nothing = { names: [], patterns: [], exclude: [], matchLabels: {}, environments: [] };
  return { name: `default/${name}`, precedence: 0, ...nothing, attributes: {}, ...change };
}

function profilerOf(change: Partial<ProfileRules> = {}) {
  const compiled = compileProfiler({
    tenant: 'default',
    environments,
    classes: [],
    labels: {},
    naming: null,
    ...change,
  });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.profiler;
}

const decided = (labels: LabelSet | undefined, namespace: string, change: Partial<EnvironmentRules> = {}) => {
  const { environment, because } = profilerOf({ environments: { ...environments, ...change } }).profile(
    namespace,
    labels,
  );
  return [environment, because.environment.code];
};

test('[BR-AP-021] a label of the namespace comes before its name, and its name before the default', () => {
  assert.deepEqual(decided({ env: 'qa' }, 'shop-stg'), ['testing', 'environment.label']);
  assert.deepEqual(decided({ app: 'shop' }, 'shop-stg'), ['staging', 'environment.pattern']);
  assert.deepEqual(decided(undefined, 'shop'), ['production', 'environment.default']);
  assert.deepEqual(decided({ environment: 'Development ' }, 'shop'), ['development', 'environment.label']);
  assert.deepEqual(decided({ env: 'blue' }, 'shop-dev'), ['development', 'environment.pattern'], 'no environment');
});

test('[BR-QUAL-002] a label raises to production always, and takes nothing out of it that a pattern puts there', () => {
  assert.deepEqual(decided({ env: 'prod' }, 'shop-dev'), ['production', 'environment.label']);
  assert.deepEqual(decided({ env: 'dev', environment: 'live' }, 'shop-dev'), ['production', 'environment.label']);
  assert.deepEqual(decided({ env: 'dev' }, 'shop-prod'), ['production', 'environment.conflict']);
  assert.deepEqual(decided({ env: 'dev' }, 'shop-\u0440rod', { default: 'development' }), [
    'production',
    'environment.conflict',
  ]);
  assert.deepEqual(decided({ env: 'pr\u043ed' }, 'shop-dev'), ['production', 'environment.label'], 'a look-alike too');
  assert.deepEqual(decided({ env: 'd\u0435v' }, 'shop'), ['production', 'environment.default'], 'but only upwards');
  assert.equal(decided({ env: 'dev' }, 'x'.repeat(5000))[0], 'production', 'no name at all');
  const labels = { keys: ['env'], values: {}, lowerProduction: true };
  assert.deepEqual(decided({ env: 'development' }, 'shop-prod', { labels }), ['development', 'environment.label']);
});

test('[BR-AP-021] a declared Namespace has the labels that no cluster was asked for; those of the cluster come first', () => {
  const { profile } = profilerOf({ labels: { shop: { env: 'staging', team: 'web' } } });
  assert.equal(profile('shop').environment, 'staging');
  assert.equal(profile('shop', { env: 'dev' }).environment, 'development');
  assert.equal(profile('shops').environment, 'production');
});

test('[BR-QUAL-002] a name that reads like production is production, and no reading lowers one', () => {
  const lax = { default: 'development' } as const;
  for (const name of ['shop-pr\u043ed', 'shop_prod', 'SHOP-PROD', 'shop-pr0d', 'shop-pro\u200bd', 'shop\u2014prod'])
    assert.equal(decided(undefined, name, lax)[0], 'production', name);
  assert.deepEqual(decided(undefined, 'shop_prod', lax)[1], 'environment.look-alike');
  assert.equal(decided(undefined, 'shop_dev')[0], 'production', 'as written nothing says development');
  assert.equal(decided(undefined, 'pre_prod', lax)[0], 'development', 'pre-prod is excluded from production');
});

const aName = fc.string({
  unit: fc.constantFrom('p', 'r', 'o', 'd', 'e', 'v', 's', 't', 'g', '-', '\u043e', '0', '_'),
  maxLength: 14,
});
const labelSets = fc.dictionary(
  fc.constantFrom('env', 'environment', 'x'),
  fc.constantFrom('dev', 'prod', 'qa', 'blue', ''),
);

test('[BR-QUAL-002] whatever its labels, a name that a production pattern claims is production', () => {
  const plain = profilerOf();
  fc.assert(
    fc.property(aName, labelSets, fc.constantFrom(...ENVIRONMENTS), (prefix, labels, fallback) => {
      const name = `${prefix}-prod`;
      const { profile } = profilerOf({ environments: { ...environments, default: fallback } });
      if (!name.startsWith('pre-')) assert.equal(profile(name, labels).environment, 'production');
      assert.deepEqual(plain.profile(prefix, labels), plain.profile(prefix, { ...labels }));
    }),
    { numRuns: 300 },
  );
});

test('[BR-AP-025] [BR-AP-034] [BR-AP-035] [BR-AP-032] every attribute names the rule that it comes from', () => {
  const slo = { name: 'gold', objective: 99.9 };
  const classes = [
    aClass('company', { attributes: { costCenter: 'CC-1', compliance: ['iso27001'] } }),
    aClass('payments', {
      patterns: ['^pay-'],
      attributes: { businessUnit: 'payments', owner: 'team-pay', slo, compliance: ['pci-dss'], calendar: 'office' },
    }),
  ];
  const profile = profilerOf({ classes }).profile('pay-web-prod');
  const { businessUnit, owner, costCenter, criticality, compliance, calendar, because } = profile;
  assert.deepEqual(
    { businessUnit, owner, costCenter, criticality, compliance, calendar, slo: profile.slo },
    {
      businessUnit: 'payments',
      owner: 'team-pay',
      costCenter: 'CC-1',
      criticality: 'high',
      compliance: ['iso27001', 'pci-dss'],
      calendar: 'office',
      slo,
    },
  );
  const details = Object.fromEntries(
    Object.entries(because).map(([name, { code, detail }]) => [name, `${code}: ${detail}`]),
  );
  assert.equal(details.owner, 'namespace.class: owner team-pay: NamespaceClass default/payments, pattern "^pay-"');
  assert.equal(details.costCenter, 'namespace.class: costCenter CC-1: NamespaceClass default/company');
  assert.equal(
    details.criticality,
    'namespace.environment: criticality high: production in EnvironmentPolicy default/main',
  );
  assert.match(details.slo ?? '', /slo gold \(99\.9 %\): NamespaceClass default\/payments/);
  assert.match(
    details.compliance ?? '',
    /pci-dss: NamespaceClass default\/payments.*; iso27001: NamespaceClass default\/company/,
  );
  const other = profilerOf({ classes }).profile('shop-dev');
  assert.deepEqual([other.owner, other.because.owner.code], [null, 'namespace.unset']);
});

test('[BR-AP-030] [BR-QUAL-015] the most specific class wins, attribute by attribute, by the rule that is stated', () => {
  const owner = (name: string) => ({ attributes: { owner: name } });
  const weakest = [
    aClass('all', owner('all')),
    aClass('env', { environments: ['production'], ...owner('env') }),
    aClass('short', { patterns: ['^pay'], ...owner('short') }),
    aClass('long', { patterns: ['^pay-web'], ...owner('long') }),
    aClass('labels', { matchLabels: { team: 'web' }, ...owner('labels') }),
    aClass('more-labels', { matchLabels: { team: 'web', tier: 'front' }, ...owner('more-labels') }),
    aClass('name', { names: ['pay-web-prod'], ...owner('name') }),
    aClass('precedence', { precedence: 1, ...owner('precedence') }),
  ];
  for (let count = 1; count <= weakest.length; count++) {
    const classes = weakest.slice(0, count).reverse();
    const { profile } = profilerOf({ classes });
    const expected = weakest[count - 1]!.attributes.owner;
    assert.equal(profile('pay-web-prod', { team: 'web', tier: 'front' }).owner, expected);
  }
});

test('rules of equal weight that disagree are told apart by name, and the reason says so', () => {
  const classes = [
    aClass('b', { patterns: ['^pay-'], attributes: { owner: 'bob', costCenter: '1' } }),
    aClass('a', { patterns: ['-web-'], attributes: { owner: 'ann', costCenter: '1' } }),
  ].map((one) => ({
    ...one,
    patterns: one.patterns.map((pattern) => pattern.replace('^', '').replace('-web-', 'web-')),
  }));
  const { owner, because } = profilerOf({ classes }).profile('pay-web-x');
  assert.equal(owner, 'ann');
  assert.equal(because.owner.code, 'namespace.ambiguous');
  assert.match(because.owner.detail, /ann: NamespaceClass default\/a.*as much bob: NamespaceClass default\/b/);
  assert.equal(because.costCenter.code, 'namespace.class', 'they agree');
});

test('a class is only for what it says: names, patterns without excludes, labels and environments together', () => {
  const classes = [
    aClass('web', {
      patterns: ['^web-'],
      exclude: ['-test$'],
      names: ['special-test'],
      matchLabels: { team: 'web' },
      environments: ['production'],
      attributes: { owner: 'web' },
    }),
  ];
  const { profile } = profilerOf({ classes });
  const owner = (name: string, labels: LabelSet = { team: 'web' }) => profile(name, labels).owner;
  assert.equal(owner('web-prod'), 'web');
  assert.equal(owner('web-prod', {}), null);
  assert.equal(owner('web-dev'), null, 'another environment');
  assert.equal(owner('web-test'), null, 'excluded');
  assert.equal(owner('special-test'), 'web');
  assert.equal(owner('SPECIAL-TEST'), 'web');
  assert.equal(owner('other'), null);
});

test('[BR-AP-031] a class may give a priority of its own, which is named', () => {
  const classes = [aClass('core', { patterns: ['^core-'], attributes: { priority: 'P2', criticality: 'critical' } })];
  const profile = profilerOf({ classes }).profile('core-dev');
  assert.deepEqual([profile.priority, profile.criticality], ['P2', 'critical']);
  assert.deepEqual(profile.because.priority, {
    code: 'priority.namespace',
    detail: 'P2, NamespaceClass default/core, pattern "^core-"',
  });
});

test('[BR-QUAL-007] the same question has the same, frozen answer', () => {
  const { profile } = profilerOf();
  const first = profile('shop-prod');
  assert.equal(profile('shop-prod'), first);
  assert.equal(profile('shop-prod', { a: '1', b: '2' }), profile('shop-prod', { b: '2', a: '1' }));
  for (const part of [first, first.because, first.because.owner, first.reasons, first.violations, first.compliance])
    assert.ok(Object.isFrozen(part));
});

test('[BR-AP-026] matchers see what is known of the namespace, and nothing a sender could forge where it is not', () => {
  const classes = [aClass('core', { patterns: ['^core-'], attributes: { owner: 'core', criticality: 'low' } })];
  const { profile } = profilerOf({ classes });
  assert.deepEqual(profileLabels(profile('core-prod')), {
    tenant: 'default',
    environment: 'production',
    businessUnit: '',
    owner: 'core',
    criticality: 'low',
  });
});
