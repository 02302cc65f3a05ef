import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProfile } from '../support/namespace-profile.ts';
import { anAlert } from '../support/notification.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const filter = (rule: string) => resource('Filter', 'f', `rules:\n  - { name: ask, ${rule} }`);
const asking = (approval: string, rest = '') => filter(`action: requireApproval, requireApproval: ${approval}${rest}`);

function applied(set: Awaited<ReturnType<typeof setOf>>, labels: Record<string, string>) {
  const alert = anAlert({ tenant: 'default', labels: { alertname: 'X', ...labels } });
  return set.policy.filter({ alert, profile: aProfile({ environment: 'testing' }) }, 0);
}

test('[BR-AP-019] a rule says for how long somebody is asked, what silence means, and who may decide', async () => {
  const set = await setOf({
    'f.yaml': asking('{ deadline: 10m, default: reject, approvers: [ann, bob] }', `, matchers: ['team="db"']`),
  });
  const outcome = applied(set, { team: 'db' });
  const demand = { deadline: 600_000, default: 'reject', approvers: ['ann', 'bob'] };
  assert.deepEqual(outcome.approval, { ...demand, rule: 'rule ask of Filter default/f' });
  assert.equal(applied(set, { team: 'web' }).approval, undefined);
});

test('[BR-AP-019] the first rule that fits says whose decision it is; one that drops decides it all', async () => {
  const rules = [
    'rules:',
    '  - { name: first, action: requireApproval, requireApproval: { deadline: 1m, default: approve } }',
    '  - { name: second, action: requireApproval, requireApproval: { deadline: 9m, default: reject } }',
    `  - { name: noise, matchers: ['team="noise"'], action: drop }`,
  ];
  const set = await setOf({ 'f.yaml': resource('Filter', 'f', rules.join('\n')) });
  assert.equal(applied(set, {}).approval?.deadline, 60_000);
  assert.equal(applied(set, { team: 'noise' }).dropped?.code, 'filter.dropped');
});

test('[BR-AP-019] [BR-ERR-010] what cannot be asked of people is refused with its place and what is allowed', async () => {
  const both = '{ deadline: 10m, default: reject }';
  const cases: readonly [string, RegExp][] = [
    [filter('action: requireApproval'), /requireApproval: is missing; the action requireApproval needs it/],
    [filter(`action: drop, requireApproval: ${both}`), /requireApproval: does not belong to the action drop/],
    [asking('{ default: reject }'), /requireApproval.deadline: is missing/],
    [asking('{ deadline: 10m }'), /requireApproval.default: is missing/],
    [asking('{ deadline: 10m, default: wait }'), /default: is "wait"; allowed: approve, reject/],
    [asking('{ deadline: 8d, default: approve }'), /^\d+ .*deadline: is "8d"; allowed: at most 7d/],
    [asking('{ deadline: soon, default: approve }'), /deadline: is "soon"/],
    [asking('{ deadline: 1m, default: approve, approvers: [] }'), /approvers: is \[\]/],
    [
      asking(both, `, matchers: ['environment="production"']`),
      /default: is "reject", and the rule is for production or critical/,
    ],
    [
      asking(both, `, matchers: ['severity="Critical"']`),
      /allowed: approve, for these wait only where silence means yes/,
    ],
    [asking(both, `, when: 'environment == "production" && labels.team == "db"'`), /default: is "reject"/],
    [asking(both, `, when: 'labels.severity == "critical"'`), /default: is "reject"/],
  ];
  for (const [yaml, expected] of cases) assert.match((await problemsOf({ 'f.yaml': yaml })).join('\n'), expected, yaml);
  const allowed = asking('{ deadline: 10m, default: approve }', `, matchers: ['environment="production"']`);
  await setOf({
    'f.yaml':
      allowed +
      resource(
        'Filter',
        'g',
        `rules:\n  - { name: a, matchers: ['environment="testing"'], action: requireApproval, requireApproval: ${both} }`,
      ),
  });
});
