/**
 * Who is on call: facts and an instant in, one answer with its reason out. Pure.
 *
 * Overrides win; of several the last one declared. Then the layers are asked in their order, and the first that has somebody
 * decides. Within a layer there is never more than one: whose turn it is, by its rotation or its calendar, in the hours to which
 * the layer is restricted. Where two have swapped, one stands for the other. What is left is a gap.
 */

import type { OnCall, Schedule, Times } from '../alert/people.ts';
import { type Rotation, turnAt } from './rotation.ts';

/** Unix ms; `end` is the first instant that is no longer in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Layer {
  readonly name: string;
  /** Unix ms. Infinity where it does not end. */
  readonly start: number;
  readonly end: number;
  readonly turns:
    | { readonly kind: 'rotation'; readonly rotation: Rotation }
    | { readonly kind: 'calendar'; readonly duties: Duties };
  /** The hours in which it is in force; null: all. */
  readonly restriction: Times | null;
}

/** Who is on duty by a calendar. */
export interface Duties {
  /** Everybody who may have one. */
  readonly users: readonly string[];
  /** `user` null: nobody. `until`: Unix ms at which that may change; Infinity: not any more. */
  at(now: number): { readonly user: string | null; readonly until: number };
}

export interface Override extends Span {
  readonly user: string;
  readonly comment: string;
  /** Who made it at run time (shift-change.ts). Left out: it is declared. */
  readonly by?: string;
}

export interface Swap extends Span {
  readonly users: readonly [string, string];
}

export interface ScheduleSpec {
  readonly name: string;
  /** Asked in this order. */
  readonly layers: readonly Layer[];
  readonly overrides: readonly Override[];
  readonly swaps: readonly Swap[];
  readonly otherwise: readonly string[];
}

/** A schedule as it is compiled: deciding looks at less of it. */
export interface DutySchedule extends Schedule {
  /** Names of those who take turns in its layers. */
  readonly users: readonly string[];
  /** The same with these as well: they win over those that it has, the last one over all. */
  override(more: readonly Override[]): DutySchedule;
}

/** So many changes are looked through for the end of an answer. */
const MOST_CHANGES = 10_000;
const HORIZON = 366 * 86_400_000;

export function compileSchedule(spec: ScheduleSpec): DutySchedule {
  const users = spec.layers.flatMap(({ turns }) =>
    turns.kind === 'rotation' ? turns.rotation.users : turns.duties.users,
  );
  let known: { readonly from: number; readonly answer: OnCall } | null = null;
  return {
    name: spec.name,
    otherwise: spec.otherwise,
    users: [...new Set(users)],
    override: (more) => compileSchedule({ ...spec, overrides: [...spec.overrides, ...more] }),
    // A million recipients may ask within one flush, and the answer holds for hours.
    at(now) {
      if (
        known !== null &&
        now >= known.from &&
        (known.answer.until === null ? now === known.from : now < known.answer.until)
      )
        return known.answer;
      const answer = onCallAt(spec, now);
      known = { from: now, answer };
      return answer;
    },
  };
}

export function onCallAt(spec: ScheduleSpec, now: number): OnCall {
  const found = momentAt(spec, now);
  let until = found.until;
  for (let changes = 0; changes < MOST_CHANGES && until < now + HORIZON; changes++) {
    const next = momentAt(spec, until);
    if (next.user !== found.user || next.layer !== found.layer || next.because !== found.because) break;
    until = next.until;
  }
  return { ...found, until: until < now + HORIZON ? until : null };
}

type Moment = Omit<OnCall, 'until'> & { readonly until: number };

/** `until`: nothing that was looked at changes before. */
function momentAt({ layers, overrides, swaps }: ScheduleSpec, now: number): Moment {
  let until = Math.min(nextEdge(overrides, now), nextEdge(swaps, now));
  const override = overrides.findLast((one) => isIn(one, now));
  if (override !== undefined) {
    const { user, comment, start, end, by } = override;
    const whose = by === undefined ? '' : ` of ${by}`;
    const detail = `${user} by an override${whose} from ${time(start)} to ${time(end)}${comment === '' ? '' : `: ${comment}`}`;
    return { user, because: 'override', layer: null, detail, until };
  }
  for (const layer of layers) {
    const duty = dutyIn(layer, now);
    until = Math.min(until, duty.until);
    if (duty.user === null) continue;
    const { user, swapped } = swappedAt(swaps, duty.user, now);
    const own = `by layer ${layer.name}, turn until ${time(duty.turnUntil)}`;
    const detail = swapped ? `${user} for ${duty.user}, who swapped, ${own}` : `${user} ${own}`;
    return { user, because: swapped ? 'swap' : 'layer', layer: layer.name, detail, until };
  }
  return { user: null, because: 'gap', layer: null, detail: 'nobody is on call', until };
}

interface Duty {
  readonly user: string | null;
  readonly until: number;
  /** Of the turn as such, whatever hours the layer is restricted to. */
  readonly turnUntil: number;
}

const OFF_DUTY = { user: null, turnUntil: Number.POSITIVE_INFINITY };

/** One user or nobody. */
export function dutyIn({ start, end, turns, restriction }: Layer, now: number): Duty {
  if (now < start) return { ...OFF_DUTY, until: start };
  if (now >= end) return { ...OFF_DUTY, until: Number.POSITIVE_INFINITY };
  const hours = restriction?.at(now) ?? { inside: true, until: Number.POSITIVE_INFINITY };
  if (!hours.inside) return { ...OFF_DUTY, until: Math.min(end, hours.until) };
  const turn = turns.kind === 'rotation' ? turnAt(turns.rotation, now) : turns.duties.at(now);
  return { user: turn.user, until: Math.min(end, hours.until, turn.until), turnUntil: Math.min(end, turn.until) };
}

function swappedAt(swaps: readonly Swap[], user: string, now: number): { user: string; swapped: boolean } {
  const swap = swaps.findLast((one) => isIn(one, now) && one.users.includes(user));
  if (swap === undefined) return { user, swapped: false };
  const [a, b] = swap.users;
  return { user: user === a ? b : a, swapped: true };
}

function isIn({ start, end }: Span, now: number): boolean {
  return start <= now && now < end;
}

function nextEdge(spans: readonly Span[], now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { start, end } of spans) {
    if (start > now && start < next) next = start;
    if (end > now && end < next) next = end;
  }
  return next;
}

function time(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : 'further notice';
}
