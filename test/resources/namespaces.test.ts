/** NamespaceClass, Namespace, NamingStandard, PriorityPolicy: what is refused at check, and what becomes of them together. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../alert/dry-run.ts';
import { priorityFacts } from '../../alert/namespace.ts';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { anAlert } from '../support/notification.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const POLICY = `labels: { keys: [stage], values: { production: [Live], testing: [lab] } }
environments:
  - { name: production, patterns: ['-prod$'], attributes: { criticality: high, calendar: calendar/office } }
  - { name: development, patterns: ['-dev$'] }`;
const OFFICE = "zone: Europe/Berlin\nhours: { monday: ['08:00-18:00'] }";
const TABLE = `floor: P2
overrides:
  - { name: watchdog, matchers: ['alertname="Watchdog"', 'owner="core"'], priority: P5, override: true }
rows:
  - { name: page, environment: [production], severity: [Critical], criticality: [high], hours: inside, priority: P1 }
  - { name: night, environment: [production], hours: outside, priority: P2 }
  - { name: rest, priority: namespace }
default: P4`;

test('[BR-AP-025] [BR-AP-031] [BR-AP-033] what is declared about namespaces decides together, for its tenant alone', async () => {
  const { policy } = await setOf({
    'a.yaml':
      consoleChannel() +
      resource('EnvironmentPolicy', 'p', POLICY) +
      resource('Calendar', 'office', OFFICE) +
      resource('Namespace', 'shop', 'labels: { stage: lab, team: web }') +
      resource(
        'NamespaceClass',
        'web',
        'matchLabels: { team: web }\nattributes: { owner: web, slo: { name: gold, objective: 99.9 } }',
      ) +
      resource('PriorityPolicy', 't', TABLE),
  });
  const shop = policy.profile('default', 'shop');
  assert.deepEqual([shop.environment, shop.owner, shop.slo], ['testing', 'web', { name: 'gold', objective: 99.9 }]);
  const prod = policy.profile('default', 'pay-prod');
  assert.deepEqual([prod.criticality, prod.calendar], ['high', 'office']);
  assert.equal(policy.profile('default', 'x', { stage: 'LIVE' }).environment, 'production');
  assert.equal(policy.profile('other', 'shop').owner, null);
  assert.equal(policy.profile('other', 'x-dev').environment, 'production');

  const monday = Date.parse('2026-11-23T09:00:00+01:00');
  const decide = (labels: Record<string, string>, now = monday, profile = prod) => {
    const { priority, reasons } = policy.priority(profile.tenant, priorityFacts(profile, labels), now);
    return [priority, reasons[0]?.code];
  };
  assert.deepEqual(decide({ severity: 'critical' }), ['P1', 'priority.row']);
  assert.deepEqual(decide({ severity: 'critical' }, monday + 12 * 3_600_000), ['P2', 'priority.row']);
  assert.deepEqual(decide({ alertname: 'Watchdog', owner: 'core' }), ['P5', 'priority.override']);
  assert.deepEqual(decide({}, monday, shop), ['P4', 'priority.row'], 'testing has P4');
  const other = policy.profile('other', 'x');
  assert.deepEqual(decide({}, monday, other), ['P1', 'priority.default'], 'no table: the priority of the environment');
});

test('[BR-AP-024] a violation of the naming standard is a reason that every alert of the namespace carries', async () => {
  const standard =
    'shapes: [{ name: service, segments: [{ name: team, values: [pay] }, { name: env, values: [prod, dev] }] }]';
  const { policy } = await setOf({ 'a.yaml': consoleChannel() + resource('NamingStandard', 'n', standard) });
  const codes = (namespace: string) => policy.profile('default', namespace).reasons.map(({ code }) => code);
  assert.deepEqual(codes('pay-prod'), ['environment.default']);
  assert.deepEqual(codes('crm-prod'), ['environment.default', 'namespace.naming-violation']);
});

test('every attribute, label and row changes the hash of the policy', async () => {
  const hashOf = async (...parts: string[]) =>
    (await setOf({ 'a.yaml': consoleChannel() + parts.join('') })).policy.hash;
  const hashes = await Promise.all([
    hashOf(),
    hashOf(resource('Namespace', 'shop', 'labels: { env: dev }')),
    hashOf(resource('Namespace', 'shop', 'labels: { env: prod }')),
    hashOf(resource('NamespaceClass', 'a', 'attributes: { owner: x }')),
    hashOf(resource('NamespaceClass', 'a', 'attributes: { owner: y }')),
    hashOf(resource('PriorityPolicy', 'a', 'rows: []\ndefault: P1')),
    hashOf(resource('PriorityPolicy', 'a', 'rows: []\ndefault: P2')),
  ]);
  assert.equal(new Set(hashes).size, hashes.length);
});

test('[BR-QUAL-013] mistakes are refused with line, path, what stands there and what is allowed', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      resource('NamespaceClass', 'a', "patterns: ['(?=x)']\nattributes: { owner: x }"),
      /^5 spec\.patterns\[0\]: is "\(\?=x\)", which RE2 refuses/,
    ],
    [
      resource('NamespaceClass', 'a', 'attributes: { ownr: x }'),
      /^5 spec\.attributes\.ownr: is not a known field \(did you mean owner\?\)/,
    ],
    [
      resource('NamespaceClass', 'a', 'attributes: { criticality: huge }'),
      /spec\.attributes\.criticality: is "huge".*critical, high, medium, low/,
    ],
    [
      resource('NamespaceClass', 'a', 'attributes: { calendar: calendar/offce }') +
        resource('Calendar', 'office', OFFICE),
      /spec\.attributes\.calendar: is "calendar\/offce", but tenant default has no such Calendar \(did you mean office\?\); allowed: calendar\/office/,
    ],
    [resource('EnvironmentPolicy', 'p', POLICY), /spec\.environments\[0\]\.attributes\.calendar: .*it has none/],
    [resource('PriorityPolicy', 'a', 'rows: []'), /spec\.default: is missing; allowed: P1, P2, P3, P4, P5, namespace/],
    [
      resource('PriorityPolicy', 'a', 'rows: [{ name: r, severity: [x], priority: P9 }]\ndefault: P1'),
      /spec\.rows\[0\]\.priority: is "P9".*allowed: P1/,
    ],
    [
      resource('PriorityPolicy', 'a', 'rows:\n  - { name: r, environment: [production], priority: P4 }\ndefault: P1'),
      /^6 spec\.rows\[0\]\.priority: is P4 for production, below the floor P3; allowed: P3 or more urgent, or override: true/,
    ],
    [
      resource(
        'PriorityPolicy',
        'a',
        'rows:\n  - { name: r, priority: P1 }\n  - { name: r, priority: P2 }\ndefault: P1',
      ),
      /^7 spec\.rows\[1\]\.name: is "r", as rows\[0\] is; allowed: a name of its own/,
    ],
    [
      resource(
        'PriorityPolicy',
        'a',
        'overrides: [{ name: r, matchers: ["a=b"], priority: P1 }]\nrows: [{ name: r, priority: P2 }]\ndefault: P1',
      ),
      /^6 spec\.rows\[0\]\.name: is "r", as overrides\[0\] is/,
    ],
    [
      resource(
        'PriorityPolicy',
        'a',
        'rows: []\noverrides: [{ name: o, matchers: ["x=~("], priority: P1 }]\ndefault: P1',
      ),
      /spec\.overrides\[0\]\.matchers\[0\]: is "x=~\("/,
    ],
    [
      resource('PriorityPolicy', 'a', 'rows: []\ndefault: P1') +
        resource('PriorityPolicy', 'b', 'rows: []\ndefault: P1'),
      /metadata\.name: is a second PriorityPolicy of tenant default/,
    ],
    [
      resource('NamingStandard', 'a', 'shapes: [{ name: s, segments: [{ name: x, values: [a], pattern: b }] }]'),
      /segment x has a pattern beside listed values/,
    ],
    [resource('NamingStandard', 'a', 'maxLength: 1000'), /spec\.maxLength: is 1000/],
    [resource('Namespace', 'a', 'labels: { env: 1 }'), /spec\.labels\.env: is 1 \(number\)/],
  ];
  for (const [text, problem] of cases) {
    const [found, ...others] = await problemsOf({ 'a.yaml': text });
    assert.match(found ?? '', problem);
    assert.deepEqual(others, []);
  }
});

test('[BR-AP-020] [BR-AP-024] [BR-QUAL-017] the alerts of the example of two teams carry environment, violation and row as reasons', async () => {
  const env = { SHOP_SOURCE_TOKEN: 'a', SHOP_HOOK_SECRET: 'b', PAYMENTS_SOURCE_TOKEN: 'c', PAYMENTS_HOOK_TOKEN: 'd' };
  const loaded = await loadResources('examples/teams', { channelTypes: channelSchemas, env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const at = Date.parse('2026-11-23T20:00:00+01:00');
  const meant = (labels: Record<string, string>) => {
    const { priority, environment, reasons } = dryRun(loaded.set.policy, anAlert({ tenant: 'payments', labels }), at);
    return [environment, priority, ...reasons.map(({ code }) => code).filter((code) => !code.startsWith('route.'))];
  };
  assert.deepEqual(meant({ namespace: 'ledger-prod', severity: 'critical' }), [
    'production',
    'P1',
    'environment.default',
    'priority.row',
  ]);
  assert.deepEqual(meant({ namespace: 'Web_2', severity: 'warning' }), [
    'production',
    'P3',
    'environment.default',
    'namespace.naming-violation',
    'priority.row',
  ]);
  assert.deepEqual(meant({ namespace: 'web-prod', alertname: 'Watchdog' }).slice(1), [
    'P5',
    'environment.default',
    'priority.override',
  ]);
});
