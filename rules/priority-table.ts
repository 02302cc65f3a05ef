/**
 * The priority of an alert, by the table of one PriorityPolicy: overrides by matchers first, then the rows in order, the first
 * whose conditions all hold, then the default. Whatever a row says, production does not fall below the floor, unless the row
 * says that it means it.
 */

import type { Environment, Priority } from '../alert/alert.ts';
import { type CompiledMatcher, matchesAll, printMatchers } from '../alert/matcher.ts';
import type { Criticality } from '../alert/namespace.ts';
import type { PriorityDecision, PriorityFacts } from '../alert/policy.ts';
import { type Reason, reason } from '../alert/reason.ts';

export type Hours = 'inside' | 'outside';

/** What the row leaves out, any value fulfils. Severities are lower-case. */
export interface PriorityRow {
  readonly name: string;
  readonly environments: readonly Environment[] | null;
  readonly severities: readonly string[] | null;
  readonly criticalities: readonly Criticality[] | null;
  readonly slos: readonly string[] | null;
  readonly hours: Hours | null;
  /** null: that of the namespace. */
  readonly priority: Priority | null;
  readonly override: boolean;
}

export interface PriorityOverride {
  readonly name: string;
  readonly matchers: readonly CompiledMatcher[];
  readonly priority: Priority;
  readonly override: boolean;
}

export interface PriorityRules {
  /** As `tenant/name`. */
  readonly policy: string;
  readonly floor: Priority;
  readonly overrides: readonly PriorityOverride[];
  readonly rows: readonly PriorityRow[];
  /** null: the priority of the namespace. */
  readonly default: Priority | null;
}

/** Business hours, by the name of a Calendar (rules/calendar.ts); null where there is none of that name. */
export type CalendarNamed = (
  name: string,
) => { at(now: number): { readonly inside: boolean; readonly why: string } } | null;

export function decidePriority(
  rules: PriorityRules,
  facts: PriorityFacts,
  now: number,
  calendar: CalendarNamed,
): PriorityDecision {
  const override = rules.overrides.find(({ matchers }) => matchesAll(matchers, facts.labels));
  if (override !== undefined) {
    const { name, priority, matchers } = override;
    const why = reason(
      'priority.override',
      `${priority}, override ${name} ${printMatchers(matchers)} of ${named(rules)}`,
    );
    return heedFloor(rules, facts, { priority, why, free: override.override });
  }
  const hours = hoursAt(facts, now, calendar);
  // Not to know whether somebody is at work must not make an alert less urgent.
  const possible = hours.inside === null ? [true, false] : [hours.inside];
  const outcomes = possible.map((inside) => heedFloor(rules, facts, choose(rules, facts, inside, hours.why)));
  const [first, second] = outcomes;
  const worst = second !== undefined && second.priority < first!.priority ? second : first!;
  return hours.problem === null ? worst : { ...worst, reasons: [...worst.reasons, hours.problem] };
}

interface Choice {
  readonly priority: Priority;
  readonly why: Reason;
  /** May it lie below the floor? */
  readonly free: boolean;
}

function choose(rules: PriorityRules, facts: PriorityFacts, inside: boolean, hours: string): Choice {
  const row = rules.rows.find((candidate) => fits(candidate, facts, inside));
  const priority = (row === undefined ? rules.default : row.priority) ?? facts.fallback.priority;
  const known = `${describe(facts)}, hours ${inside ? 'inside' : 'outside'}${hours}`;
  const why =
    row === undefined
      ? reason('priority.table-default', `${priority}, default of ${named(rules)} (${known})`)
      : reason('priority.row', `${priority}, row ${row.name} of ${named(rules)} (${known})`);
  return { priority, why, free: row?.override ?? false };
}

function fits(row: PriorityRow, facts: PriorityFacts, inside: boolean): boolean {
  const { environments, severities, criticalities, slos, hours } = row;
  return (
    (environments === null || environments.includes(facts.environment)) &&
    (severities === null || (facts.severity !== null && severities.includes(facts.severity.trim().toLowerCase()))) &&
    (criticalities === null || (facts.criticality !== null && criticalities.includes(facts.criticality))) &&
    (slos === null || (facts.slo !== null && slos.includes(facts.slo))) &&
    (hours === null || (hours === 'inside') === inside)
  );
}

/** Priorities compare as text: P1 is the most urgent. */
function heedFloor(
  { floor, ...rules }: PriorityRules,
  facts: PriorityFacts,
  { priority, why, free }: Choice,
): PriorityDecision {
  if (facts.environment !== 'production' || free || priority <= floor) return { priority, reasons: [why] };
  const detail = `${priority} raised to ${floor}, the floor of PriorityPolicy ${rules.policy} for production`;
  return { priority: floor, reasons: [why, reason('priority.floor', detail)] };
}

interface HoursAt {
  /** null: not known. */
  readonly inside: boolean | null;
  readonly why: string;
  readonly problem: Reason | null;
}

function hoursAt({ calendar: name }: PriorityFacts, now: number, calendar: CalendarNamed): HoursAt {
  if (name === null) return { inside: true, why: ': no calendar', problem: null };
  const unknown = (why: string): HoursAt => {
    return { inside: null, why: '', problem: reason('priority.hours-unknown', `calendar ${name}: ${why}`) };
  };
  const found = calendar(name);
  if (found === null) return unknown('is not declared');
  try {
    const { inside, why } = found.at(now);
    return { inside, why: `: ${why}`, problem: null };
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

function describe({ environment, severity, criticality, slo }: PriorityFacts): string {
  return `environment ${environment}, severity ${severity ?? 'none'}, criticality ${criticality ?? 'none'}, SLO ${slo ?? 'none'}`;
}

function named({ policy }: Pick<PriorityRules, 'policy'>): string {
  return `PriorityPolicy ${policy}`;
}
