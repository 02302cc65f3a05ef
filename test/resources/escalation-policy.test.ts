import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const MINUTE = 60_000;
const policy = (spec: string, name = 'night', tenant?: string) => resource('EscalationPolicy', name, spec, tenant);
const route = (spec: string) => resource('Route', 'root', `receivers: [channel/console]\n${spec}`);

const STEPS = `steps:
  - { after: 10m, receivers: [channel/console] }
  - { after: 30m, receivers: [channel/console], repeat: { every: 5m, times: 2 } }`;

test('[BR-AP-009] an EscalationPolicy is every time at which somebody is told, and for whom it is', async () => {
  const { policy: compiled } = await setOf({
    'a.yaml': policy(`severities: [critical]\npriorities: [P1]\nstopOn: [acknowledged]\n${STEPS}`) + consoleChannel(),
  });
  const found = compiled.escalation('default', 'night');
  assert.deepEqual(
    found?.turns.map(({ at, step, repetition }) => [at / MINUTE, step, repetition]),
    [
      [10, 1, 0],
      [30, 2, 0],
      [35, 2, 1],
      [40, 2, 2],
    ],
  );
  assert.deepEqual([found?.severities, found?.priorities, found?.stopOn], [['critical'], ['P1'], ['acknowledged']]);
  assert.deepEqual([compiled.escalation('other', 'night'), compiled.escalation('default', 'day')], [null, null]);
});

test('[BR-NOT-017] a route has the escalation of its parent, its own, or none', async () => {
  const children = `escalation: escalationPolicy/night
routes:
  - { matchers: ['a="1"'] }
  - { matchers: ['a="2"'], escalation: escalationPolicy/day }
  - { matchers: ['a="3"'], escalation: none, routes: [{ matchers: ['b="1"'] }] }`;
  const { policy: compiled } = await setOf({
    'a.yaml': [route(children), policy(STEPS), policy(STEPS, 'day'), consoleChannel()].join(''),
  });
  const escalation = (labels: Record<string, string>) => compiled.route('default', labels)[0]?.timing.escalation;
  assert.deepEqual([{}, { a: '1' }, { a: '2' }, { a: '3' }, { a: '3', b: '1' }].map(escalation), [
    'night',
    'night',
    'day',
    undefined,
    undefined,
  ]);
});

test('[BR-CFG-002] what can be no escalation is refused with its line and what is allowed', async () => {
  const problem = async (...documents: string[]) =>
    (await problemsOf({ 'a.yaml': [...documents, consoleChannel()].join('') })).join('\n');
  assert.match(await problem(policy('steps: []')), /spec\.steps/);
  assert.match(await problem(policy(STEPS.replace('30m', '10m'))), /^7 spec\.steps\[1\]\.after: is 10m, but step 1/);
  assert.match(await problem(policy(STEPS.replace('times: 2', 'times: 0'))), /spec\.steps\[1\]\.repeat\.times/);
  assert.match(await problem(policy(`${STEPS}\nstopOn: [resolved]`)), /stopOn\[0\]: .*allowed: acknowledged, snoozed/);
  assert.match(await problem(policy(STEPS.replace('channel/console', 'channel/consle'))), /did you mean console\?/);
  assert.match(await problem(policy(STEPS), route('escalation: night')), /escalation: .*escalationPolicy\/NAME/);
  assert.match(
    await problem(policy(STEPS), route('routes:\n  - { escalation: escalationPolicy/nigth }')),
    /spec\.routes\[0\]\.escalation: is "escalationPolicy\/nigth", .*did you mean night\?.*allowed: escalationPolicy\/night/,
  );
  assert.match(
    await problem(
      policy(STEPS, 'night', 'other'),
      resource('Channel', 'console', 'type: console', 'other'),
      route('escalation: escalationPolicy/night'),
    ),
    /tenant default has no such EscalationPolicy; it has none/,
  );
});
