/**
 * What was decided about an alert, step by step in the order in which deciding goes: what each step looked at, and its reasons
 * with the policy that they are by. A reason belongs to the step that its code begins with; one of a kind that is not known here
 * makes a step of its own, so that nothing is left out. Pure.
 */

import type { LabelSet } from '../../alert/alert.ts';
import type { AlertRow, GroupHistoryRow, HistoryRow } from '../schema.ts';
import { heldIn } from './ledger.ts';
import type { LedgerRows } from './ledger-rows.ts';
import { lineOf } from './lines.ts';
import { time } from './query.ts';
import { inputsOf, STEPS, type StepName } from './step-inputs.ts';

const STEP_OF: Readonly<Record<string, StepName>> = {
  environment: 'classify',
  namespace: 'classify',
  promotion: 'classify',
  filter: 'filter',
  plugin: 'filter',
  approval: 'filter',
  priority: 'priority',
  alert: 'lifecycle',
  command: 'lifecycle',
  correlation: 'group',
  incident: 'group',
  storm: 'group',
  hold: 'holds',
  silence: 'holds',
  route: 'route',
  escalation: 'escalate',
  group: 'deliver',
  delivery: 'deliver',
  channel: 'deliver',
};

export interface StepReason {
  readonly code: string;
  readonly detail: string;
  /** RFC 3339; null: when it was last routed. */
  readonly at: string | null;
  /** How many equal ones in a row it stands for; `at` is the newest. */
  readonly times: number;
  /** The line: a channel, with the recipient behind a space. null: it is about the alert, whoever is told. */
  readonly channel: string | null;
  /** Hash of the policy that decided; null: no policy has a say in it, or the journal does not name it. */
  readonly policy: string | null;
}

export interface Step {
  readonly step: string;
  /** What it looked at: names and values, as far as the archive keeps them. */
  readonly input: LabelSet;
  readonly reasons: readonly StepReason[];
}

/** Of the incidents that it is part of, as queries/incidents.ts answers. */
export interface PartOf {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly joinedAt: string;
  readonly because: unknown;
}

/** Lines of its history that are shown: the newest, and every comment. */
const MOST_LINES = 10;

/** `lines`: its history, newest first. */
export function stepsOf(
  alert: AlertRow,
  lines: readonly HistoryRow[],
  rows: LedgerRows,
  incidents: readonly PartOf[],
): Step[] {
  const steps = new Map<string, { input: LabelSet; reasons: StepReason[] }>();
  const inputs = inputsOf(alert, rows);
  for (const step of STEPS) steps.set(step, { input: inputs[step], reasons: [] });
  const add = (one: StepReason, step: string = stepOf(one.code)) => {
    if (!steps.has(step)) steps.set(step, { input: {}, reasons: [] });
    steps.get(step)!.reasons.push(one);
  };
  for (const one of meaningOf(alert)) add(one);
  // What routing decided stands in the line of its event, too; what else that line says is the alert's life.
  const known = new Set(meaningOf(alert).map(({ code }) => code));
  // What people wrote is not pushed out by what came again and again.
  const shown = lines.filter(({ type }, i) => i < MOST_LINES || type === 'alert.commented');
  for (const line of shown.reverse()) for (const one of ofLine(line, known)) add(one);
  for (const one of incidents) add(membership(one), 'group');
  for (const one of holdsIn(rows)) add(one, 'holds');
  for (const event of rows.events.toReversed()) for (const one of ofEvent(event)) add(one, stepOfEvent(event));
  const told = [...flushesIn(alert, rows), ...deliveriesIn(alert, rows)];
  for (const one of told.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))) add(one, 'deliver');
  return [...steps].map(([step, { input, reasons }]) => ({ step, input, reasons }));
}

function stepOf(code: string): string {
  const kind = code.slice(0, code.indexOf('.'));
  return STEP_OF[kind] ?? kind;
}

/** An escalation is one, whatever its reasons are called. */
function stepOfEvent({ type }: GroupHistoryRow): string {
  return type.startsWith('group.escal') ? 'escalate' : 'group';
}

/** Why it is what it is, as it was last routed. Its life has lines of its own. */
function meaningOf(alert: AlertRow): StepReason[] {
  const { policy } = alert;
  return reasonsIn(alert)
    .filter(({ code }) => stepOf(code) !== 'lifecycle')
    .map((why) => ({ ...why, at: null, times: 1, channel: null, policy }));
}

function ofLine(line: HistoryRow, known: ReadonlySet<string>): StepReason[] {
  const at = time(line.at);
  return reasonsIn(line)
    .filter(({ code }) => !known.has(code))
    .map(({ code, detail }, i) => {
      const told = i === 0 ? joined(detail, line.detail) : detail;
      return { code, detail: told, at, times: line.count, channel: null, policy: null };
    });
}

/** What the line says of itself may begin with its reason, or be part of it. */
function joined(detail: string, more: string): string {
  if (more === '' || detail.includes(more)) return detail;
  return more.startsWith(detail) ? more : `${detail} (${more})`;
}

function membership({ id, kind, rule, joinedAt, because }: PartOf): StepReason {
  const texts = Array.isArray(because) ? because.map(String) : [];
  const detail = [`${kind} ${id} by CorrelationRule ${rule}`, ...texts].join('; ');
  return { code: `${kind}.joined`, detail, at: joinedAt, times: 1, channel: null, policy: null };
}

function holdsIn({ holds }: LedgerRows): StepReason[] {
  return holds.map(({ code, detail, since, until }) => {
    const over = until === null ? 'still held back' : `held back until ${time(until)}`;
    return { code, detail: `${detail}; ${over}`, at: time(since), times: 1, channel: null, policy: null };
  });
}

function ofEvent(event: GroupHistoryRow): StepReason[] {
  const channels = JSON.parse(event.channels) as string[];
  const channel = channels.length === 0 ? null : channels.join(', ');
  return reasonsIn(event).map((why) => ({ ...why, at: time(event.at), times: 1, channel, policy: null }));
}

function flushesIn(alert: AlertRow, { decisions }: LedgerRows): StepReason[] {
  // The channels of one flush stay in their order.
  return decisions
    .toSorted((a, b) => a.at - b.at)
    .flatMap((row) => {
      const held = heldIn(row, alert.fingerprint);
      const { channel, count: times } = row;
      const policy = row.policy === '' ? null : row.policy;
      const id = row.notification_id === null ? '' : `, notification ${row.notification_id}`;
      const own = reasonsIn(row).map(({ code, detail }, i) => ({ code, detail: i === 0 ? `${detail}${id}` : detail }));
      return [...(held === null ? [] : [held]), ...own].map((why) => {
        return { ...why, at: time(row.at), times, channel, policy };
      });
    });
}

function deliveriesIn(alert: AlertRow, { deliveries, attempts }: LedgerRows): StepReason[] {
  const channelOf = new Map(deliveries.map((row) => [row.notification_id, lineOf(row)]));
  return attempts
    .filter(({ at }) => at >= alert.opened_at)
    .flatMap((line) => {
      const channel = channelOf.get(line.notification_id) ?? null;
      return reasonsIn(line).map((why) => ({ ...why, at: time(line.at), times: 1, channel, policy: null }));
    });
}

function reasonsIn(row: { readonly reasons: string }): { readonly code: string; readonly detail: string }[] {
  return JSON.parse(row.reasons) as { code: string; detail: string }[];
}
