import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CorrelationRule, TOPOLOGY, type WindowAlert } from '../../alert/correlation.ts';
import { correlate } from '../../rules/correlate.ts';
import { anAlert, aRule, nodeDown, noise, START } from './window-alert.ts';
import '../support/leaks.ts';

const similar = { labels: null, message: false, topology: [], need: 'any' } as const;

test('[BR-AP-004] a node goes down with 200 pods: one incident, the node its parent, noise in none', () => {
  const rule = aRule({ similarity: { ...similar, topology: ['node'] }, threshold: 5, needsParent: true });
  const [found, ...more] = correlate([...nodeDown('n7', 200), ...noise(300)], [rule]);
  assert.equal(more.length, 0);
  assert.ok(found !== undefined);
  assert.equal(found.members.length, 201);
  assert.equal(found.parent, nodeDown('n7', 0)[0]!.fingerprint);
  const texts = found.evidence.map(({ kind, text, alerts }) => `${kind} (${alerts}): ${text}`);
  assert.ok(texts.includes('node (201): same node n7'), texts.join('\n'));
  assert.ok(texts.includes('labels (201): all have cluster="eu-1", node="n7"'), texts.join('\n'));
  assert.match(texts[0]!, /rule rule: 201 alerts, at least 5 within 60 s/);
});

test('[BR-AP-004] two nodes that go down at once are two incidents', () => {
  const rule = aRule({ similarity: { ...similar, topology: ['node'] }, needsParent: true });
  const found = correlate([...nodeDown('n1', 30), ...nodeDown('n2', 20)], [rule]);
  assert.deepEqual(
    found.map(({ members }) => members.length).sort((a, b) => a - b),
    [21, 31],
  );
});

test('[BR-AP-004] without the alert that explains them the pods are no incident of a rule that asks for a parent', () => {
  const rule = aRule({ similarity: { ...similar, topology: ['node'] }, needsParent: true });
  assert.deepEqual(correlate(nodeDown('n7', 50).slice(1), [rule]), []);
});

function failingDeployment(namespaces: number): WindowAlert[] {
  return Array.from({ length: namespaces }, (_, i) =>
    anAlert(
      {
        alertname: 'CrashLoop',
        deployment: 'checkout',
        severity: 'critical',
        cluster: 'eu-1',
        namespace: `shop-${i}`,
        pod: `checkout-${i}x${i * 31}`,
      },
      {
        message: `Container main of checkout-${i}x${i * 31} in shop-${i} restarted ${i} times`,
        startsAt: START + i * 500,
      },
    ),
  );
}

test('[BR-AP-004] one deployment fails in many namespaces: found by the likeness of labels alone, noise stays out', () => {
  const found = correlate(
    [...failingDeployment(40), ...noise(400)],
    [aRule({ similarity: { ...similar, labels: 0.5 } })],
  );
  assert.deepEqual(
    found.map(({ members }) => members.length),
    [40],
  );
});

test('[BR-AP-004] and by its message alone, whose template is named', () => {
  const found = correlate(
    [...failingDeployment(40), ...noise(8)],
    [aRule({ threshold: 10, similarity: { ...similar, message: true } })],
  );
  assert.deepEqual(
    found.map(({ members }) => members.length),
    [40],
  );
  const template = found[0]!.evidence.find(({ kind }) => kind === 'template');
  assert.equal(template?.text, 'message "Container main of <*> in <*> restarted <*> times"');
});

test('[BR-AP-004] unrelated noise is no incident, whatever the rule compares', () => {
  const rule = aRule({ similarity: { labels: 0.5, message: false, topology: [...TOPOLOGY], need: 'any' } });
  assert.deepEqual(correlate(noise(500), [rule]), []);
});

test('[BR-AP-004] groupBy alone: what is close in time with the same values belongs together, the rest does not', () => {
  const at = (cluster: string, seconds: number) =>
    anAlert({ alertname: 'A', cluster, n: String(seconds) }, { startsAt: START + seconds * 1000 });
  const late = [at('eu', 500), at('eu', 510)];
  const found = correlate(
    [at('eu', 0), at('eu', 50), at('eu', 100), at('us', 0), ...late, anAlert({ alertname: 'NoCluster' })],
    [aRule({ groupBy: ['cluster'] })],
  );
  assert.deepEqual(
    found.map(({ key, members }) => [key, members.length]),
    [
      [{ cluster: 'eu' }, 3],
      [{ cluster: 'eu' }, 2],
    ],
  );
});

test('[BR-AP-004] where all similarities are needed, one of them is not enough', () => {
  const rule = aRule({ similarity: { labels: null, message: true, topology: ['node'], need: 'all' } });
  const message = (node: string, text: string, pod: string) =>
    anAlert({ alertname: 'A', node, pod }, { message: text });
  const found = correlate(
    [
      message('n1', 'disk full', 'a'),
      message('n1', 'disk full', 'b'),
      message('n1', 'clock off', 'c'),
      message('n2', 'disk full', 'd'),
    ],
    [rule],
  );
  assert.deepEqual(
    found.map(({ members }) => members.length),
    [2],
  );
});

const NAMES = ['a', 'b', 'c'];
const alertArbitrary = fc
  .record({
    n: fc.integer({ min: 0, max: 10_000 }),
    alertname: fc.constantFrom('Down', 'Slow', 'Full'),
    node: fc.constantFrom('', 'n1', 'n2'),
    namespace: fc.constantFrom(...NAMES),
    message: fc.constantFrom('', 'disk 1 full', 'disk 2 full', 'no answer'),
    offset: fc.integer({ min: 0, max: 300 }),
    rules: fc.subarray(['one', 'two']),
    parent: fc.boolean(),
  })
  .map(({ n, message, offset, rules, parent, ...labels }) =>
    anAlert(
      { ...labels, n: String(n) },
      { message, startsAt: START + offset * 1000, rules, parentOf: parent ? rules : [] },
    ),
  );
const windowArbitrary = fc.uniqueArray(alertArbitrary, { maxLength: 40, selector: ({ fingerprint }) => fingerprint });
const ruleArbitrary = (name: string) =>
  fc.record<CorrelationRule>({
    name: fc.constant(name),
    within: fc.integer({ min: 1, max: 120_000 }),
    threshold: fc.integer({ min: 1, max: 5 }),
    groupBy: fc.subarray(['namespace', 'node']),
    similarity: fc.option(
      fc.record({
        labels: fc.option(fc.double({ min: 0.1, max: 1, noNaN: true })),
        message: fc.boolean(),
        topology: fc.subarray([...TOPOLOGY]),
        need: fc.constantFrom('any' as const, 'all' as const),
      }),
    ),
    needsParent: fc.boolean(),
    action: fc.constant('annotate' as const),
    storm: fc.constant(null),
  });
const rulesArbitrary = fc.tuple(ruleArbitrary('one'), ruleArbitrary('two'));

test('[BR-AP-004] whatever the window: an alert is in at most one incident of a rule, and only where the rule is asked for', () => {
  fc.assert(
    fc.property(windowArbitrary, rulesArbitrary, (alerts, rules) => {
      const byPrint = new Map(alerts.map((alert) => [alert.fingerprint, alert]));
      const seen = new Set<string>();
      for (const { rule: name, members } of correlate(alerts, rules)) {
        for (const { fingerprint } of members) {
          assert.ok(!seen.has(`${name} ${fingerprint}`));
          seen.add(`${name} ${fingerprint}`);
          assert.ok(byPrint.get(fingerprint)?.rules.includes(name));
        }
      }
    }),
  );
});

test('[BR-AP-004] whatever the window: the parent is a member, the threshold is reached, every member has evidence', () => {
  fc.assert(
    fc.property(windowArbitrary, rulesArbitrary, (alerts, rules) => {
      for (const { rule: name, parent, members, evidence } of correlate(alerts, rules)) {
        const rule = rules.find((one) => one.name === name)!;
        assert.ok(members.length >= Math.max(2, rule.threshold));
        assert.ok(members.some(({ fingerprint }) => fingerprint === parent));
        if (rule.needsParent) {
          assert.ok(alerts.find(({ fingerprint }) => fingerprint === parent)?.parentOf.includes(name));
        }
        for (const { by } of members) {
          assert.ok(by.length >= 2);
          assert.ok(by.every((place) => evidence[place] !== undefined));
        }
        for (const [place, { alerts: count }] of evidence.entries()) {
          assert.equal(members.filter(({ by }) => by.includes(place)).length, count);
        }
      }
    }),
  );
});

test('[BR-AP-004] the same alerts lead to the same incidents, in whatever order they stand', () => {
  fc.assert(
    fc.property(windowArbitrary, rulesArbitrary, fc.infiniteStream(fc.nat()), (alerts, rules, dice) => {
      const shuffled = alerts
        .map((alert) => [dice.next().value!, alert] as const)
        .sort(([a], [b]) => a - b)
        .map(([, alert]) => alert);
      assert.deepEqual(correlate(shuffled, rules), correlate(alerts, rules));
    }),
  );
});
