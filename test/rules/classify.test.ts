import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENVIRONMENTS, type Environment } from '../../alert/alert.ts';
import { namespaceOf } from '../../alert/namespace.ts';
import { compileClassifier, LONGEST_NAME } from '../../rules/classify.ts';
import { type EnvironmentRule, type EnvironmentRules, NO_POLICY } from '../../rules/environment-rules.ts';

function rule(name: Environment, patterns: string[], rest: Partial<EnvironmentRule> = {}): EnvironmentRule {
  return { name, patterns, exclude: [], priority: null, ...rest };
}

function rules(environments: EnvironmentRule[], rest: Partial<EnvironmentRules> = {}): EnvironmentRules {
  return { policy: 'default/main', default: 'production', caseSensitive: false, environments, ...rest };
}

function classifier(given: EnvironmentRules, memoLimit?: number) {
  const compiled = compileClassifier(given, memoLimit);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.classifier;
}

const usual = rules([
  rule('production', ['^prod-', '-(prod|prd|live)$'], { exclude: ['^pre-prod-'], priority: 'P1' }),
  rule('staging', ['(^|-)(stg|staging)(-|$)', '^pre-prod-'], { priority: 'P2' }),
  rule('development', ['^dev-']),
]);

test('[BR-AP-021] [BR-AP-020] [BR-QUAL-017] a namespace is classified by its pattern, and the reason names rule and policy', () => {
  const found = classifier(usual).classify('payments-prod');
  assert.equal(found.environment, 'production');
  assert.equal(found.priority, 'P1');
  assert.equal(found.rule, '-(prod|prd|live)$');
  assert.equal(found.policy, 'default/main');
  assert.deepEqual(found.reasons, [
    {
      code: 'environment.pattern',
      detail:
        'namespace payments-prod matches production pattern "-(prod|prd|live)$" of EnvironmentPolicy default/main',
    },
    { code: 'priority.environment', detail: 'P1, declared for production by EnvironmentPolicy default/main' },
  ]);
});

test('[BR-QUAL-002] of several environments the most dangerous wins and all of them are named', () => {
  const found = classifier(usual).classify('prod-stg-mirror');
  assert.equal(found.environment, 'production');
  assert.equal(found.reasons[0]!.code, 'environment.ambiguous');
  assert.match(found.reasons[0]!.detail, /production pattern "\^prod-" and staging pattern/);
  assert.equal(classifier(usual).classify('dev-stg').environment, 'staging');
});

test('[BR-AP-022] a match of an exclude pattern does not count, for its own environment only', () => {
  const found = classifier(usual).classify('pre-prod-live');
  assert.equal(found.environment, 'staging');
  assert.equal(found.reasons[0]!.code, 'environment.pattern');
  const only = rules([rule('production', ['prod'], { exclude: ['^pre-'] })], { default: 'testing' });
  const excluded = classifier(only).classify('pre-prod');
  assert.equal(excluded.environment, 'testing');
  assert.match(excluded.reasons[0]!.detail, /production is ruled out by exclude "\^pre-"/);
});

test('[BR-QUAL-002] what no pattern knows is handled as production, or as the policy says', () => {
  const unknown = classifier(usual).classify('mystery');
  assert.deepEqual([unknown.environment, unknown.reasons[0]!.code], ['production', 'environment.default']);
  assert.equal(unknown.rule, null);
  assert.equal(classifier({ ...usual, default: 'testing' }).classify('mystery').environment, 'testing');
});

test('[BR-AP-031] an environment without a priority has the default of its kind', () => {
  const found = classifier(usual).classify('dev-a');
  assert.deepEqual([found.priority, found.reasons[1]!.code], ['P5', 'priority.default']);
  const none = classifier(NO_POLICY).classify('anything');
  assert.deepEqual([none.environment, none.priority, none.policy], ['production', 'P1', null]);
});

test('[BR-AP-021] the namespace is exported_namespace, else namespace, else default', () => {
  assert.equal(namespaceOf({ exported_namespace: 'app', namespace: 'monitoring' }), 'app');
  assert.equal(namespaceOf({ exported_namespace: '', namespace: 'monitoring' }), 'monitoring');
  assert.equal(namespaceOf({ exported_namespace: ' \t', namespace: ' web-prod\n' }), 'web-prod');
  assert.equal(namespaceOf({ job: 'prod', service: 'prod', container: 'prod', instance: 'prod' }), 'default');
});

test('empty, blank and strange names are answered, and an endless one counts as production', () => {
  const strict = classifier({ ...usual, default: 'development' });
  for (const blank of ['', ' ', '\t\n']) assert.equal(strict.classify(blank).namespace, 'default');
  assert.equal(strict.classify('\ud800\u0000-prod').environment, 'production');
  const endless = strict.classify(`dev-${'x'.repeat(LONGEST_NAME)}`);
  assert.equal(endless.environment, 'production');
  assert.equal(endless.reasons[0]!.code, 'environment.default');
  assert.ok(endless.namespace.length < 300);
  assert.equal(strict.classify(`dev-${'x'.repeat(1000)}`).environment, 'development');
});

test('bad patterns are data, counted through patterns and excludes in order', () => {
  const compiled = compileClassifier(
    rules([rule('production', ['ok', '(a'], { exclude: ['[b'] }), rule('staging', ['(?=c)'])]),
  );
  assert.ok(!compiled.ok);
  assert.deepEqual(
    compiled.problems.map(({ index, pattern }) => [index, pattern]),
    [
      [1, '(a'],
      [2, '[b'],
      [3, '(?=c)'],
    ],
  );
});

const word = fc.constantFrom('prod', 'live', 'dev', 'stg', 'test', 'web', 'db', 'pre', 'x');
const name = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join('-'));
const environment = fc.record({
  name: fc.constantFrom(...ENVIRONMENTS),
  patterns: fc.array(word, { minLength: 1, maxLength: 4 }),
  exclude: fc.array(word, { maxLength: 2 }),
  priority: fc.constant(null),
});

test('[BR-QUAL-002] production is never missed: any counting match of a production pattern decides', () => {
  fc.assert(
    fc.property(
      fc.array(environment, { maxLength: 6 }),
      fc.constantFrom(...ENVIRONMENTS),
      name,
      (given, fallback, ns) => {
        const environments = given.map((one) => ({ ...one, exclude: one.name === 'production' ? [] : one.exclude }));
        const found = classifier(rules(environments, { default: fallback })).classify(ns);
        const claimed = environments.some(
          (one) => one.name === 'production' && one.patterns.some((pattern) => ns.includes(pattern)),
        );
        if (claimed) assert.equal(found.environment, 'production');
      },
    ),
  );
});

test('[BR-QUAL-007] the same name has the same answer however often and in whatever order it is asked', () => {
  fc.assert(
    fc.property(fc.array(environment, { maxLength: 4 }), fc.array(name, { maxLength: 40 }), (environments, names) => {
      const shared = classifier(rules(environments), 4);
      for (const ns of names) assert.deepEqual(shared.classify(ns), classifier(rules(environments)).classify(ns));
    }),
  );
});

test('an answer cannot be changed by who receives it', () => {
  const found = classifier(usual).classify('payments-prod');
  assert.ok(Object.isFrozen(found) && Object.isFrozen(found.reasons) && Object.isFrozen(found.reasons[0]));
});
