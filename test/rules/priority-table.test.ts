import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENVIRONMENTS, PRIORITIES } from '../../alert/alert.ts';
import { CRITICALITIES } from '../../alert/namespace.ts';
import type { PriorityFacts } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { checkedMatcher } from '../../resources/matcher.ts';
import {
  type CalendarNamed,
  decidePriority,
  type PriorityRow,
  type PriorityRules,
} from '../../rules/priority-table.ts';
import '../support/leaks.ts';

function row(name: string, change: Partial<PriorityRow>): PriorityRow {
  const any = { environments: null, severities: null, criticalities: null, slos: null, hours: null };
  return { name, ...any, priority: 'P2', override: false, ...change };
}

const rules: PriorityRules = {
  policy: 'default/table',
  floor: 'P3',
  overrides: [
    { name: 'watchdog', matchers: [checkedMatcher('alertname="Watchdog"')], priority: 'P5', override: true },
    { name: 'noise', matchers: [checkedMatcher('alertname="Noise"')], priority: 'P5', override: false },
  ],
  rows: [
    row('core', {
      environments: ['production'],
      severities: ['critical'],
      criticalities: ['critical'],
      priority: 'P1',
    }),
    row('gold', { environments: ['production'], slos: ['gold'], priority: 'P1' }),
    row('at night', { environments: ['production'], severities: ['warning'], hours: 'outside', priority: 'P3' }),
    row('by day', { environments: ['production'], severities: ['warning'], hours: 'inside', priority: 'P2' }),
    row('info', { severities: ['info'], priority: 'P5' }),
    row('info of the lab', { environments: ['production'], severities: ['none'], priority: 'P5', override: true }),
    row('elsewhere', { environments: ['testing', 'development'], priority: null }),
  ],
  default: 'P3',
};

function facts(change: Partial<PriorityFacts> = {}): PriorityFacts {
  const fallback = { priority: 'P4', reasons: [reason('priority.environment')] } as const;
  const nothing = { severity: null, criticality: null, slo: null, calendar: null };
  return { environment: 'production', ...nothing, fallback, labels: {}, ...change };
}

/** Works in odd milliseconds. */
const office: CalendarNamed = (name) =>
  name === 'office' ? { at: (now) => ({ inside: now % 2 === 1, why: now % 2 === 1 ? 'open' : 'closed' }) } : null;

const decide = (change: Partial<PriorityFacts>, now = 1, table = rules) => {
  const { priority, reasons } = decidePriority(table, facts(change), now, office);
  return [priority, ...reasons.map(({ code }) => code)];
};

test('[BR-QUAL-004] [BR-QUAL-008] the first row whose conditions all hold decides, and the reason names it', () => {
  const { priority, reasons } = decidePriority(
    rules,
    facts({ severity: 'Critical', criticality: 'critical' }),
    1,
    office,
  );
  assert.equal(priority, 'P1');
  assert.deepEqual(reasons, [
    {
      code: 'priority.row',
      detail:
        'P1, row core of PriorityPolicy default/table (environment production, severity Critical, criticality critical, SLO none, hours inside: no calendar)',
    },
  ]);
  assert.deepEqual(decide({ severity: 'critical', criticality: 'low' }), ['P3', 'priority.table-default']);
  assert.deepEqual(
    decide({ severity: 'critical' }),
    ['P3', 'priority.table-default'],
    'what is not known fulfils nothing',
  );
});

test('[BR-AP-032] [BR-QUAL-004] the objective of the namespace counts', () => {
  assert.deepEqual(decide({ slo: 'gold' }), ['P1', 'priority.row']);
  assert.deepEqual(decide({ slo: 'silver' }), ['P3', 'priority.table-default']);
});

test('[BR-AP-033] business hours are those of the calendar of the namespace; without one it is always working time', () => {
  const warning = { severity: 'warning', calendar: 'office' };
  assert.deepEqual(decide(warning, 1), ['P2', 'priority.row']);
  assert.deepEqual(decide(warning, 2), ['P3', 'priority.row']);
  assert.match(
    decidePriority(rules, facts(warning), 2, office).reasons[0]!.detail,
    /row at night .*hours outside: closed/,
  );
  assert.deepEqual(decide({ severity: 'warning' }, 2), ['P2', 'priority.row']);
});

test('[BR-AP-033] a calendar that cannot be asked makes nothing less urgent', () => {
  assert.deepEqual(decide({ severity: 'warning', calendar: 'gone' }), ['P2', 'priority.row', 'priority.hours-unknown']);
  const failing: CalendarNamed = () => ({
    at() {
      throw new RangeError('no such zone');
    },
  });
  const { priority, reasons } = decidePriority(rules, facts({ severity: 'warning', calendar: 'x' }), 2, failing);
  assert.equal(priority, 'P2');
  assert.match(reasons.at(-1)!.detail, /calendar x: no such zone/);
});

test('[BR-QUAL-004] production does not fall below the floor, unless the row means it', () => {
  assert.deepEqual(decide({ severity: 'info' }), ['P3', 'priority.row', 'priority.floor']);
  assert.deepEqual(decide({ severity: 'info', environment: 'staging' }), ['P5', 'priority.row']);
  assert.deepEqual(decide({ severity: 'none' }), ['P5', 'priority.row']);
  assert.deepEqual(decide({}, 1, { ...rules, default: 'P5' }), ['P3', 'priority.table-default', 'priority.floor']);
  assert.deepEqual(decide({}, 1, { ...rules, default: null }), ['P3', 'priority.table-default', 'priority.floor']);
});

test('[BR-QUAL-013] overrides by matchers come first, and keep to the floor as rows do', () => {
  const core = { severity: 'critical', criticality: 'critical' } as const;
  assert.deepEqual(decide({ ...core, labels: { alertname: 'Watchdog' } }), ['P5', 'priority.override']);
  assert.deepEqual(decide({ ...core, labels: { alertname: 'Noise' } }), ['P3', 'priority.override', 'priority.floor']);
});

test('a row may leave the priority to the namespace', () => {
  assert.deepEqual(decide({ environment: 'testing' }), ['P4', 'priority.row']);
});

const anyFacts = fc.record({
  environment: fc.constantFrom(...ENVIRONMENTS),
  severity: fc.constantFrom('critical', 'warning', 'info', 'none', null),
  criticality: fc.constantFrom(...CRITICALITIES, null),
  slo: fc.constantFrom('gold', 'silver', null),
  calendar: fc.constantFrom('office', 'gone', null),
  labels: fc.constantFrom({}, { alertname: 'Noise' }),
});

test('[BR-QUAL-004] [BR-QUAL-007] whatever the rows, production stays at the floor or above, and the same facts decide the same', () => {
  const anyRow = fc
    .record({
      environments: fc.constantFrom(null, ['production'] as const, ['staging'] as const),
      severities: fc.constantFrom(null, ['info'], ['critical', 'warning']),
      hours: fc.constantFrom(null, 'inside' as const, 'outside' as const),
      priority: fc.constantFrom(...PRIORITIES, null),
    })
    .map((change) => row('any', change));
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 6 }),
      fc.constantFrom(...PRIORITIES),
      anyFacts,
      fc.nat(3),
      (rows, floor, given, now) => {
        const table = { ...rules, rows, floor };
        const found = decidePriority(table, facts(given), now, office);
        if (given.environment === 'production') assert.ok(found.priority <= floor);
        assert.ok(found.reasons.length > 0);
        assert.deepEqual(decidePriority(table, facts(given), now, office), found);
      },
    ),
  );
});
