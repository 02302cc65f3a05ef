import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Priority } from '../../alert/alert.ts';
import { seenLabels } from '../../alert/hold.ts';
import { forgetIndex, type IncidentHold, incidentHold } from '../../alert/incident-hold.ts';
import type { GroupedAlert } from '../../alert/notification.ts';
import { aRule } from '../rules/window-alert.ts';
import { aPolicy } from '../support/fake-policy.ts';
import '../support/leaks.ts';

const policy = aPolicy({
  correlations: [
    {
      rule: aRule({ name: 'storm' }),
      judge: ({ severity }) => ({ met: severity !== 'info', problem: null }),
      mayBeParent: () => false,
    },
  ],
});

function alertOf(fingerprint: string, labels: Record<string, string> = {}, priority: Priority = 'P3'): GroupedAlert {
  return {
    tenant: 't',
    fingerprint,
    status: 'firing',
    labels,
    annotations: {},
    startsAt: 0,
    endsAt: null,
    generatorURL: '',
    source: 's',
    environment: 'production',
    priority,
  };
}

function holdOf(holds: readonly IncidentHold[], alert: GroupedAlert) {
  return incidentHold(new Map(holds.map((hold) => [hold.incident, hold])), alert, seenLabels(alert), policy);
}

const childrenOf = (incident: string, parent: string, ...children: string[]): IncidentHold => {
  return { kind: 'children', incident, rule: 'r', parent, parentName: 'NodeDown', children };
};

test('[BR-AP-004] a child is held by its incident, with the parent in the reason; others are not', () => {
  const holds = [childrenOf('i1', 'p', 'a', 'b')];
  assert.deepEqual(holdOf(holds, alertOf('a')), {
    reason: { code: 'hold.correlated', detail: 'part of incident i1 (rule r) while its parent NodeDown p fires' },
    until: null,
  });
  assert.equal(holdOf(holds, alertOf('p')), null);
  assert.equal(holdOf(holds, alertOf('c')), null);
});

const print = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const holdArbitrary = fc
  .tuple(fc.integer({ min: 0, max: 99 }), print, fc.uniqueArray(print))
  .map(([n, parent, children]) => childrenOf(`i${n}`, parent, ...children.filter((child) => child !== parent)));

test('[BR-AP-004] however incidents overlap, what is held has a parent that is told', () => {
  fc.assert(
    fc.property(fc.array(holdArbitrary, { maxLength: 8 }), print, (holds, fingerprint) => {
      const unique = [...new Map(holds.map((hold) => [hold.incident, hold])).values()];
      if (holdOf(unique, alertOf(fingerprint)) === null) return;
      const over = unique.filter((hold) => hold.kind === 'children' && hold.children.includes(fingerprint));
      assert.ok(over.length > 0);
      for (const hold of over) assert.equal(hold.kind === 'children' && holdOf(unique, alertOf(hold.parent)), null);
    }),
  );
});

const STORM: IncidentHold & { kind: 'storm' } = {
  kind: 'storm',
  incident: 's1',
  rule: 'storm',
  groupedBy: { namespace: 'shop' },
  hold: ['P2', 'P3'],
  members: null,
  summary: 'summary',
};

test('[BR-AP-027] while a storm rises it holds what meets its rule and key, of its priorities, and never its own summary', () => {
  const held = (alert: GroupedAlert) => holdOf([STORM], alert)?.reason.code ?? null;
  const shop = { namespace: 'shop' };
  assert.equal(held(alertOf('a', shop)), 'hold.storm');
  assert.equal(held(alertOf('a', { exported_namespace: 'shop', namespace: 'monitoring' })), 'hold.storm');
  assert.equal(held(alertOf('a', { namespace: 'billing' })), null);
  assert.equal(held(alertOf('a', shop, 'P1')), null);
  assert.equal(held(alertOf('a', { ...shop, severity: 'info' })), null);
  assert.equal(held(alertOf('summary', shop)), null);
});

test('[BR-AP-027] a calm storm holds those that came in it and no others', () => {
  const calm = { ...STORM, members: ['a', 'b'] };
  assert.equal(holdOf([calm], alertOf('a', { namespace: 'shop' }))?.reason.code, 'hold.storm');
  assert.equal(holdOf([calm], alertOf('c', { namespace: 'shop' })), null);
  assert.equal(holdOf([calm], alertOf('a', { namespace: 'shop' }, 'P1')), null);
});

test('a map that was changed in place is looked at anew', () => {
  const holds = new Map([['i1', childrenOf('i1', 'p', 'a')]]);
  const isHeld = () => incidentHold(holds, alertOf('a'), {}, policy) !== null;
  assert.ok(isHeld());
  holds.delete('i1');
  holds.set('i2', childrenOf('i2', 'p', 'b'));
  forgetIndex(holds);
  assert.ok(!isHeld());
});

test('[BR-AP-027] what a limit allows is not held by the storm of what comes beyond it', () => {
  const storm: IncidentHold = {
    kind: 'storm',
    incident: 'i1',
    rule: 'storm',
    groupedBy: {},
    hold: ['P3'],
    members: null,
    spared: ['a'],
    summary: 's',
  };
  assert.equal(holdOf([storm], alertOf('a')), null);
  assert.equal(holdOf([storm], alertOf('b'))?.reason.code, 'hold.storm');
});
