/**
 * Changes that people make to a schedule at run time: somebody takes a shift or hands one over, or two swap. Pure: what is known, what
 * is wanted and the time go in; out come the changes that are kept from then on, or why not.
 *
 *   made -> in force (from its start) -> over (at its end, or ended before) -> forgotten after 30 days
 *
 * What was in force stays known for as long as the archive keeps what was told: who was on call last Tuesday is asked on Friday.
 */

import { mayChangeShift, mayEndShift, type ShiftActor } from '../access/shift.ts';
import type { User } from '../alert/people.ts';
import { roster } from './duty-roster.ts';
import type { DutySchedule, Override, Span } from './on-call.ts';

export interface ShiftSpan extends Span {
  readonly user: string;
}

export interface ShiftChange {
  readonly id: string;
  /** Name of who made it. */
  readonly by: string;
  /** Which User that is; null: none. */
  readonly person: string | null;
  /** Unix ms. */
  readonly madeAt: number;
  readonly comment: string;
  /** One; two where the second is in return for the first. */
  readonly shifts: readonly ShiftSpan[];
}

/** As one that was kept: what comes back may be damaged. */
export function isShiftChange(value: unknown): value is ShiftChange {
  const { id, by, person, madeAt, comment, shifts } = (value ?? {}) as Record<string, unknown>;
  const areTexts = [id, by, comment].every((one) => typeof one === 'string');
  const isNamed = person === null || typeof person === 'string';
  return areTexts && isNamed && isTime(madeAt) && Array.isArray(shifts) && shifts.every(isShiftSpan);
}

function isShiftSpan(value: unknown): value is ShiftSpan {
  const { user, start, end } = (value ?? {}) as Record<string, unknown>;
  return typeof user === 'string' && isTime(start) && isTime(end);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

export interface ShiftWish {
  readonly id: string;
  readonly user: string;
  /** Unix ms; null: now. */
  readonly start: number | null;
  readonly end: number;
  readonly comment: string;
  /** `user` null: whoever is relieved. */
  readonly inReturn: { readonly user: string | null; readonly start: number; readonly end: number } | null;
}

export interface ShiftContext {
  /** As it is in force. */
  readonly schedule: Pick<DutySchedule, 'name' | 'at' | 'users'>;
  /** Of the tenant. */
  user(name: string): Pick<User, 'contacts'> | null;
  readonly actor: ShiftActor;
  readonly now: number;
}

/** `path`: JSON pointer into what was asked. */
export interface ShiftProblem {
  readonly path: string;
  readonly value: string | number | null;
  readonly allowed: string;
}

export type ChangeDecision =
  /** `all`: what is kept of the schedule from now on. */
  | { readonly code: 'shift.changed'; readonly change: ShiftChange; readonly all: readonly ShiftChange[] }
  /** It was made before, under this id. */
  | { readonly code: 'shift.known'; readonly change: ShiftChange }
  | { readonly code: 'shift.invalid'; readonly problems: readonly ShiftProblem[] }
  | { readonly code: 'shift.denied'; readonly detail: string };

export type EndDecision =
  | { readonly code: 'shift.ended'; readonly change: ShiftChange; readonly all: readonly ShiftChange[] }
  | { readonly code: 'shift.unknown' }
  | { readonly code: 'shift.over' }
  | { readonly code: 'shift.denied'; readonly detail: string };

const DAY = 86_400_000;
export const LONGEST_SHIFT = 90 * DAY;
const FURTHEST = 366 * DAY;
/** Clocks differ: what began so long ago begins now. */
const JUST_NOW = 60_000;
export const MOST_CHANGES = 100;
const KEPT_AFTER_END = 30 * DAY;
const MOST_OVER = 200;

export function decideShiftChange(
  known: readonly ShiftChange[],
  wish: ShiftWish,
  context: ShiftContext,
): ChangeDecision {
  const before = known.find(({ id }) => id === wish.id);
  if (before !== undefined) return { code: 'shift.known', change: before };
  const { schedule, actor, now } = context;
  const spans = spansOf(wish, context);
  if ('problems' in spans) return { code: 'shift.invalid', problems: spans.problems };
  const open = known.filter((change) => !isOver(change, now));
  if (open.length >= MOST_CHANGES) {
    const allowed = `at most ${MOST_CHANGES} at a time in a schedule: end some, or declare them`;
    return { code: 'shift.invalid', problems: [{ path: '', value: open.length, allowed }] };
  }
  for (const { user, start, end } of spans.shifts) {
    const facts = { user, relieved: relievedIn(schedule, start, end), turns: schedule.users };
    const verdict = mayChangeShift(actor, facts);
    if (verdict.code === 'shift.denied') return verdict;
  }
  const { id, comment } = wish;
  const change = { id, by: actor.name, person: actor.person, madeAt: now, comment, shifts: spans.shifts };
  return { code: 'shift.changed', change, all: remembered([...known, change], now) };
}

export function decideShiftEnd(
  known: readonly ShiftChange[],
  id: string,
  { actor, now }: Pick<ShiftContext, 'actor' | 'now'>,
): EndDecision {
  const change = known.find((one) => one.id === id);
  if (change === undefined) return { code: 'shift.unknown' };
  const verdict = mayEndShift(actor, change);
  if (verdict.code === 'shift.denied') return verdict;
  if (isOver(change, now)) return { code: 'shift.over' };
  const shifts = change.shifts
    .filter(({ start }) => start < now)
    .map((one) => ({ ...one, end: Math.min(one.end, now) }));
  const after = { ...change, shifts };
  const all = known.flatMap((one) => (one !== change ? [one] : shifts.length === 0 ? [] : [after]));
  return { code: 'shift.ended', change: after, all: remembered(all, now) };
}

/** As the schedule takes them, in the order in which they were made. `isUser`: what names nobody who is declared is void. */
export function overridesOf(changes: readonly ShiftChange[], isUser: (name: string) => boolean): Override[] {
  return changes.flatMap(({ shifts, by, comment }) =>
    shifts.filter(({ user }) => isUser(user)).map((shift) => ({ ...shift, by, comment })),
  );
}

export type ShiftState = 'upcoming' | 'active' | 'over';

export function shiftState({ start, end }: Span, now: number): ShiftState {
  if (now < start) return 'upcoming';
  return now < end ? 'active' : 'over';
}

/** The others are forgotten. The same list where that is none. */
export function remembered(all: readonly ShiftChange[], now: number): readonly ShiftChange[] {
  const over = all.filter((change) => isOver(change, now));
  const late = new Set(over.slice(0, Math.max(0, over.length - MOST_OVER)));
  for (const one of over) if (one.shifts.every(({ end }) => end + KEPT_AFTER_END <= now)) late.add(one);
  return late.size === 0 ? all : all.filter((one) => !late.has(one));
}

/** Each once, in their order; null: nobody. */
export function relievedIn(schedule: Pick<DutySchedule, 'at'>, start: number, end: number): (string | null)[] {
  return [...new Set(roster(schedule, start, end).map(({ user }) => user))];
}

function isOver({ shifts }: ShiftChange, now: number): boolean {
  return shifts.every(({ end }) => end <= now);
}

function spansOf(
  wish: ShiftWish,
  context: ShiftContext,
): { readonly shifts: readonly ShiftSpan[] } | { readonly problems: readonly ShiftProblem[] } {
  const { now } = context;
  const problems: ShiftProblem[] = [];
  const begun = wish.start !== null && wish.start < now && wish.start >= now - JUST_NOW;
  const start = wish.start === null || begun ? now : wish.start;
  const first = { user: wish.user, start, end: wish.end };
  problems.push(...spanProblems(first, '', context), ...userProblems(wish.user, '/user', context));
  if (wish.inReturn === null) return problems.length > 0 ? { problems } : { shifts: [first] };
  problems.push(...spanProblems(wish.inReturn, '/inReturn', context));
  if (problems.length > 0) return { problems };
  const user = wish.inReturn.user ?? soleRelieved(first, context);
  if (typeof user !== 'string') return { problems: [user] };
  const second = { user, start: wish.inReturn.start, end: wish.inReturn.end };
  problems.push(...userProblems(user, '/inReturn/user', context));
  if (second.start < first.end && first.start < second.end)
    problems.push({ path: '/inReturn/start', value: time(second.start), allowed: 'a time outside of the first shift' });
  if (user === first.user)
    problems.push({ path: '/inReturn/user', value: `user/${user}`, allowed: 'another user than that of the first' });
  return problems.length > 0 ? { problems } : { shifts: [first, second] };
}

function spanProblems({ start, end }: Span, path: string, { now }: ShiftContext): ShiftProblem[] {
  if (start < now) return [{ path: `${path}/start`, value: time(start), allowed: 'a time that is not past' }];
  if (start > now + FURTHEST)
    return [{ path: `${path}/start`, value: time(start), allowed: `a time before ${time(now + FURTHEST)}` }];
  if (end <= start)
    return [{ path: `${path}/end`, value: time(end), allowed: `a time after the start at ${time(start)}` }];
  if (end - start > LONGEST_SHIFT)
    return [
      { path: `${path}/end`, value: time(end), allowed: `at most 90 days: until ${time(start + LONGEST_SHIFT)}` },
    ];
  return [];
}

function userProblems(name: string, path: string, { user }: ShiftContext): ShiftProblem[] {
  const found = user(name);
  const value = `user/${name}`;
  if (found === null) return [{ path, value, allowed: 'user/NAME of a User of the tenant' }];
  if (found.contacts.length === 0)
    return [{ path, value, allowed: 'a user who has a contact: this one hears of nothing' }];
  return [];
}

/** Who owes the shift in return. */
function soleRelieved({ start, end }: ShiftSpan, { schedule }: ShiftContext): string | ShiftProblem {
  const relieved = relievedIn(schedule, start, end);
  if (relieved.length === 1 && relieved[0] !== null) return relieved[0]!;
  const shown = relieved.map((one) => (one === null ? 'nobody' : `user/${one}`)).join(', ');
  const allowed = `a user: in the first shift it is ${shown} who is on call`;
  return { path: '/inReturn/user', value: null, allowed };
}

function time(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
