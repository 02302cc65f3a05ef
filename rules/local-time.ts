/** Points in time as people write them: with an offset, or as a clock on the wall shows them in some zone. */

import { DAY } from './wall-clock.ts';
import type { Zone } from './zone.ts';

export interface WrittenTime {
  /** Unix ms where an offset is written, else wall-clock ms: what a clock shows, counted as if it stood in UTC. */
  readonly at: number;
  readonly local: boolean;
}

const WRITTEN = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/;

/** `2026-12-01T22:00` or `2026-12-01T22:00:00+01:00`; null for anything else, a day that no month has included. */
export function parseTime(text: string): WrittenTime | null {
  const parts = WRITTEN.exec(text);
  if (parts === null) return null;
  const wall = `${parts[1]}${parts[2] ?? ':00'}`;
  const local = parts[3] === undefined;
  const shown = Date.parse(`${wall}Z`);
  // Date takes February 30 for March 2.
  if (Number.isNaN(shown) || !new Date(shown).toISOString().startsWith(wall)) return null;
  const at = local ? shown : Date.parse(`${wall}${parts[3]}`);
  return Number.isNaN(at) ? null : { at, local };
}

/**
 * Unix ms. Of a time that the clock shows twice it is the first, and one that it skips is as long after the change as it is
 * written after it, as in RFC 5545, 3.3.5.
 */
export function instantOf(zone: Zone, wall: number): number {
  const before = zone.spanAt(wall - DAY).offset;
  const after = zone.spanAt(wall + DAY).offset;
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const at = wall - offset;
    if (zone.spanAt(at).offset === offset) return at;
  }
  return wall - before;
}
