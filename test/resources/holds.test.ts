import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesAll } from '../../alert/matcher.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const silence = (spec: string, name = 's1', tenant?: string) => resource('Silence', name, spec, tenant);
const inhibition = (spec: string, name = 'i1', tenant?: string) => resource('Inhibition', name, spec, tenant);

test('[BR-AP-008] declared silences and inhibition rules are the policy of their tenant, in the order of their names', async () => {
  const { policy } = await setOf({
    'b.yaml': silence(
      `{ matchers: ['a="1"', 'b=~"x|y"'], startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-01-02T00:00:00+01:00', comment: why }`,
      'zz',
    ),
    'a.yaml': silence(`{ matchers: ['a="2"'], endsAt: '2026-01-02T00:00:00Z', createdBy: ann }`, 'aa'),
    'c.yaml': silence(
      `{ matchers: ['environment="testing"'], endsAt: '2027-01-01T00:00:00Z', broad: true }`,
      'x',
      'other',
    ),
    'd.yaml': inhibition(
      `{ sourceMatch: ['severity="critical"'], targetMatch: ['severity="warning"'], equal: [cluster, cluster] }`,
    ),
  });
  const declared = policy.silences('default').map((rule) => rule.silence);
  assert.deepEqual(
    declared.map(({ id, createdBy, comment }) => [id, createdBy, comment]),
    [
      ['aa', 'ann', ''],
      ['zz', 'configuration', 'why'],
    ],
  );
  assert.deepEqual([declared[0]!.startsAt, declared[1]!.endsAt], [0, Date.parse('2026-01-01T23:00:00Z')]);
  assert.equal(policy.silences('other')[0]?.silence.broad, true);
  const [rule] = policy.inhibitions('default');
  assert.deepEqual([rule?.name, rule?.equal], ['i1', ['cluster']]);
  assert.ok(matchesAll(rule!.target, { severity: 'warning' }) && matchesAll(rule!.source, { severity: 'critical' }));
  assert.deepEqual([policy.inhibitions('other'), policy.silences('nobody')], [[], []]);
  assert.equal(policy.inhibitions('default'), policy.inhibitions('default'), 'the same list: indexes are kept by it');
});

test('[BR-AP-008] [BR-CFG-002] what can be no silence is refused with its line and what is allowed', async () => {
  const problem = async (spec: string) => (await problemsOf({ 'a.yaml': silence(spec) })).join('\n');
  assert.match(await problem(`{ matchers: ['a="1"'] }`), /spec\.endsAt: is missing/);
  assert.match(
    await problem(`{ matchers: ['a="1"'], endsAt: tomorrow }`),
    /spec\.endsAt: is "tomorrow"; allowed: a time with its offset/,
  );
  assert.match(await problem(`{ matchers: ['a="1"'], endsAt: '2026-01-01T00:00:00' }`), /spec\.endsAt: .*its offset/);
  assert.match(
    await problem(`{ matchers: ['a="1"'], endsAt: '2026-02-31T00:00:00Z' }`),
    /spec\.endsAt: is "2026-02-31T/,
  );
  assert.match(await problem(`{ matchers: [], endsAt: '2026-01-01T00:00:00Z' }`), /spec\.matchers/);
  assert.match(await problem(`{ matchers: ['a=~"("'], endsAt: '2026-01-01T00:00:00Z' }`), /spec\.matchers\[0\]: .*RE2/);
  assert.match(
    await problem(`{ matchers: ['a="1"'], startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }`),
    /spec\.endsAt: is "2026-01-01T00:00:00Z", not after startsAt/,
  );
  for (const matchers of [`['a!="1"']`, `['a=~".*"']`, `['environment="production"']`]) {
    assert.match(
      await problem(`{ matchers: ${matchers}, endsAt: '2026-01-01T00:00:00Z' }`),
      /spec\.matchers: .*broad: true/,
    );
  }
});

test('[BR-AP-008] [BR-CFG-002] an inhibition rule without a source or a target, or with a bad matcher, is refused', async () => {
  const problem = async (spec: string) => (await problemsOf({ 'a.yaml': inhibition(spec) })).join('\n');
  assert.match(await problem(`{ sourceMatch: ['a="1"'] }`), /spec\.targetMatch: is missing/);
  assert.match(await problem(`{ sourceMatch: [], targetMatch: ['a="1"'] }`), /spec\.sourceMatch/);
  assert.match(await problem(`{ sourceMatch: ['a'], targetMatch: ['a="1"'] }`), /spec\.sourceMatch\[0\]/);
  assert.match(await problem(`{ sourceMatch: ['a="1"'], targetMatch: ['a="1"'], equals: [x] }`), /did you mean equal/);
});
