/**
 * Alerts that open and end all the time. More openings within the time than the rule allows: the alert is flapping. The episode that
 * makes it so is told, as flapping; further ones are held back until nothing has opened for as long as the rule's time, and told then
 * if they still fire.
 *
 *   opens            | not flapping                           | flapping
 *   -----------------|----------------------------------------|---------------------------------------
 *   too often        | flapping: this episode is told as such | flapping: held back until it is calm
 *   less often       | not flapping                           | flapping: held back until it is calm
 *   after a calm     | not flapping                           | not flapping
 */

import type { Priority } from './alert.ts';
import type { FlappingRule } from './lifecycle-policy.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold } from './policy.ts';
import { type Reason, reason } from './reason.ts';

/** An episode of a flapping alert. */
export interface Flapping {
  /** Since when the alert is flapping. Unix time in milliseconds. */
  readonly since: number;
  /** Held back until then unless it opens again; null: the episode that is told. */
  readonly heldUntil: number | null;
  /** Within the time of the rule, this one included. */
  readonly openings: number;
}

/** In the state of an alert, and in the event that opens an episode. Left out where no rule asks for it. */
export interface FlappingMemory {
  /** When it opened lately, as far as the rule needs to know. */
  readonly openings?: readonly number[];
  readonly flapping?: Flapping;
}

export interface FlappingDecision {
  readonly memory: FlappingMemory;
  readonly reasons: readonly Reason[];
}

/** Of an alert that opens. */
export function decideFlapping(
  before: FlappingMemory | null,
  rule: FlappingRule | null,
  priority: Priority,
  now: number,
): FlappingDecision {
  if (rule === null || (rule.priorities !== null && !rule.priorities.includes(priority))) return NOT_ASKED;
  const { openings: limit, within } = rule;
  const recent = (before?.openings ?? []).filter((at) => at > now - within);
  const openings = [...recent, now].slice(-(limit + 1));
  const was = recent.length === 0 ? undefined : before?.flapping;
  if (was === undefined && openings.length <= limit) return { memory: { openings }, reasons: [] };
  const heldUntil = was === undefined ? null : now + within;
  const flapping = { since: was?.since ?? now, heldUntil, openings: openings.length };
  return { memory: { openings, flapping }, reasons: [reason('alert.flapping', describe(flapping, within))] };
}

const NOT_ASKED: FlappingDecision = { memory: {}, reasons: [] };

function describe({ since, heldUntil, openings }: Flapping, within: number): string {
  const often = `opened ${openings} times within ${Math.round(within / 1000)}s`;
  if (heldUntil === null) return `${often}: told as flapping, the next ones are held back`;
  return `${often}, flapping since ${iso(since)}; held back until ${iso(heldUntil)} unless it opens again`;
}

export function flappingHold({ flapping }: GroupedAlert, now: number): Hold | null {
  if (flapping === undefined || flapping.heldUntil === null || flapping.heldUntil <= now) return null;
  const { since, heldUntil } = flapping;
  return { reason: reason('hold.flapping', `since ${iso(since)}; until ${iso(heldUntil)}`), until: heldUntil };
}

/** Reasons of one notification. */
const MOST_NAMED = 5;

/** What a notification says of those that it tells as flapping. */
export function flappingReasons(firing: readonly GroupedAlert[]): Reason[] {
  const flapping = firing.filter((alert) => alert.flapping !== undefined).slice(0, MOST_NAMED);
  return flapping.map(({ fingerprint, flapping: { openings = 0, since = 0 } = {} }) =>
    reason('alert.flapping', `${fingerprint} opened ${openings} times lately, flapping since ${iso(since)}`),
  );
}

/** How long an alert must be remembered, so that it is known when it opens again. Unix time in milliseconds; 0: no longer. */
export function rememberedFor({ openings = [] }: FlappingMemory, rule: FlappingRule | null): number {
  const last = openings.at(-1);
  return last === undefined || rule === null ? 0 : last + rule.within;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
