/**
 * Whose turn it is in a rotation. Turns are counted on the clock on the wall: a daily one goes from nine to nine, whether the day
 * has 23, 24 or 25 hours. A hand-over that the clock skips comes as much later; one that it shows twice is the first.
 *
 * For every instant from the first hand-over on there is exactly one turn: hand-overs never go back in time, since none are
 * closer together than an hour, which is as far as clocks are set (Lord Howe Island sets its by half of that).
 */

import { instantOf } from './local-time.ts';
import { DAY, MINUTE } from './wall-clock.ts';
import type { Zone } from './zone.ts';

export const HOUR = 60 * MINUTE;

export interface Rotation {
  readonly zone: Zone;
  /** The first hand-over, on the clock on the wall: ms, counted as if it stood in UTC. */
  readonly first: number;
  /** Whole hours, at least one; days and weeks are many hours. Milliseconds. */
  readonly length: number;
  /** Names of users, in their order. At least one. */
  readonly users: readonly string[];
}

export interface Turn {
  /** 0 for the first. */
  readonly index: number;
  readonly user: string;
  /** Unix ms; `until` is the first instant that is no longer in it. */
  readonly from: number;
  readonly until: number;
}

/** Before the first hand-over it is the first one's turn: whether the rotation is in force then, its layer says. */
export function turnAt(rotation: Rotation, at: number): Turn {
  const { zone, first, length, users } = rotation;
  const handOver = (index: number) => instantOf(zone, first + index * length);
  const wall = at + zone.spanAt(at).offset;
  let index = Math.max(0, Math.floor((wall - first) / length));
  // The clock may have been set since, by up to a day where a country changed sides of the date line.
  while (index > 0 && handOver(index) > at) index--;
  while (handOver(index + 1) <= at) index++;
  return { index, user: users[index % users.length]!, from: handOver(index), until: handOver(index + 1) };
}

/**
 * The last time of day `clock` (minutes), on `weekday` where one is asked for, that is not after `start`. All on the wall.
 */
export function lastHandOver(start: number, clock: number, weekday: number | null): number {
  let wall = Math.floor(start / DAY) * DAY + clock * MINUTE;
  if (wall > start) wall -= DAY;
  if (weekday === null) return wall;
  // 1970-01-01 was a Thursday.
  while ((((Math.floor(wall / DAY) + 4) % 7) + 7) % 7 !== weekday) wall -= DAY;
  return wall;
}
