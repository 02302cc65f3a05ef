import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Placement } from '../../alert/promotion-state.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const ENVIRONMENTS = `default: staging
environments:
  - { name: production, patterns: ['-prod$'], priority: P1 }
  - { name: staging, patterns: ['-stg$'], priority: P3 }`;
const policy = (promotion: string) => resource('EnvironmentPolicy', 'p', `${ENVIRONMENTS}\npromotion: ${promotion}`);
const placed = (environment: Placement['environment']): Placement => ({ id: 'p1', environment, because: 'people' });

test('[BR-AP-028] what a promotion takes stands in the EnvironmentPolicy, by the environment to move to', async () => {
  const declared = '{ production: { approvals: 2, approvers: [ann, bob, cleo], deadline: 4h }, testing: {} }';
  const { policy: compiled } = await setOf({ 'p.yaml': policy(declared) });
  const production = { approvals: 2, approvers: ['ann', 'bob', 'cleo'], deadline: 4 * 3_600_000 };
  assert.deepEqual(compiled.promotion('default', 'production'), production);
  const otherwise = { approvals: 1, approvers: [], deadline: 7 * 86_400_000 };
  for (const environment of ['staging', 'testing'] as const) {
    assert.deepEqual(compiled.promotion('default', environment), otherwise);
  }
  assert.deepEqual(compiled.promotion('other', 'production'), otherwise);
  const passable = { ...otherwise, passable: true };
  const { policy: without } = await setOf({ 'p.yaml': policy('{}') });
  assert.deepEqual(without.promotion('default', 'testing'), passable, 'it is none of the policy');
  assert.deepEqual(without.promotion('default', 'staging'), otherwise);
  const { policy: empty } = await setOf({ 'p.yaml': resource('EnvironmentPolicy', 'p', 'environments: []') });
  assert.deepEqual(empty.promotion('default', 'testing'), otherwise, 'it names none: each may be in use');
});

test('[BR-AP-028] what nobody could ever approve is refused with its place and what is allowed', async () => {
  const cases: readonly [string, RegExp][] = [
    [
      '{ production: { approvals: 2, approvers: [ann, bob] } }',
      /^\d+ spec.promotion.production.approvers: names 2; allowed: at least 3/,
    ],
    [
      '{ staging: { approvals: 2, approvers: [ann, ann] } }',
      /spec.promotion.staging.approvers: names 1; allowed: at least 2/,
    ],
    ['{ staging: { approvals: 0 } }', /spec.promotion.staging.approvals: is 0/],
    ['{ development: {} }', /development: is not a known field.*allowed: production, staging, testing/],
    ['{ staging: { deadline: 0s } }', /spec.promotion.staging.deadline: is "0s"/],
  ];
  for (const [promotion, expected] of cases) {
    assert.match((await problemsOf({ 'p.yaml': policy(promotion) })).join('\n'), expected, promotion);
  }
});

test('[BR-AP-028] [BR-AP-035] where people put a namespace counts before its name, and production by either evidence stays', async () => {
  const { policy: compiled } = await setOf({ 'p.yaml': policy('{}') });
  const decided = (namespace: string, labels?: Record<string, string>, place?: Placement) => {
    const { environment, priority, because } = compiled.profile('default', namespace, labels, place);
    return [environment, priority, because.environment.code];
  };
  assert.deepEqual(decided('shop-stg'), ['staging', 'P3', 'environment.pattern']);
  assert.deepEqual(decided('shop-stg', undefined, placed('production')), ['production', 'P1', 'environment.promoted']);
  assert.deepEqual(decided('shop-prod', undefined, placed('staging')), ['staging', 'P3', 'environment.promoted']);
  const byLabel = ['production', 'P1', 'environment.label'];
  assert.deepEqual(decided('shop-prod', { env: 'prod' }, placed('staging')), byLabel, 'the cluster says more');
  const conflict = ['production', 'P1', 'environment.conflict'];
  assert.deepEqual(decided('shop-stg', { env: 'staging' }, placed('production')), conflict);
  const question = ['shop-stg', undefined, placed('production')] as const;
  assert.equal(compiled.profile('default', ...question), compiled.profile('default', ...question));
  assert.deepEqual(decided('shop-stg'), ['staging', 'P3', 'environment.pattern'], 'nothing of it stays behind');
});
