import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIFECYCLE } from '../../alert/lifecycle-policy.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const MINUTE = 60_000;
const lifecycle = (spec: string, name = 'default', tenant?: string) => resource('Lifecycle', name, spec, tenant);

test('[BR-AP-L24] [BR-AP-L25] how long alerts live and what flapping is, each tenant says for itself; without it the default holds', async () => {
  const flapping = 'flapping: { openings: 5, within: 30m, priorities: [P3, P4] }';
  const { policy } = await setOf({
    'a.yaml': lifecycle(`ageAfter: 2h\nforgetAfter: 5m\n${flapping}`) + lifecycle('ageAfter: 3d', 'x', 'other'),
  });
  assert.deepEqual(policy.lifecycle('default'), {
    ageAfter: 120 * MINUTE,
    forgetAfter: 5 * MINUTE,
    flapping: { openings: 5, within: 30 * MINUTE, priorities: ['P3', 'P4'] },
  });
  assert.deepEqual(policy.lifecycle('other'), { ...DEFAULT_LIFECYCLE, ageAfter: 3 * 24 * 60 * MINUTE });
  assert.equal(policy.lifecycle('nobody'), DEFAULT_LIFECYCLE);
  assert.equal(DEFAULT_LIFECYCLE.flapping, null);
});

test('[BR-CFG-002] [BR-AP-L25] limits that cannot be meant are refused with their line and what is allowed', async () => {
  const problem = async (spec: string) => (await problemsOf({ 'a.yaml': lifecycle(spec) })).join('\n');
  assert.match(await problem('ageAfter: 10s'), /^5 spec\.ageAfter: is 10s; allowed: at least 1m/);
  assert.match(await problem('flapping: { openings: 1, within: 5m }'), /spec\.flapping\.openings/);
  assert.match(await problem('flapping: { openings: 3 }'), /spec\.flapping\.within: is missing/);
  assert.match(
    await problem('flapping: { openings: 3, within: 2d }'),
    /spec\.flapping\.within: is 2d; allowed: at most 1d/,
  );
  const twice = await problemsOf({ 'a.yaml': lifecycle('ageAfter: 2h') + lifecycle('ageAfter: 3h', 'second') });
  assert.match(twice.join('\n'), /is a second Lifecycle of tenant default/);
});
