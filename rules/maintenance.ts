/**
 * Maintenance windows: planned work during which the alerts that it causes are nobody's news. Asked for every alert, so the
 * windows in force are kept until one begins or ends; only their matchers are looked at.
 */

import type { LabelSet } from '../alert/alert.ts';
import { type CompiledMatcher, matchesAll } from '../alert/matcher.ts';
import type { Hold } from '../alert/policy.ts';
import { reason } from '../alert/reason.ts';
import type { Recurrence } from './recurrence.ts';

/** Unix ms; `duration` is elapsed time, so a window over a clock change ends at another time of day than usual. */
export type Schedule =
  | { readonly kind: 'once'; readonly start: number; readonly end: number }
  | { readonly kind: 'recurring'; readonly recurrence: Recurrence; readonly duration: number };

export interface MaintenanceWindow {
  /** For the explanation, as `tenant/name`. */
  readonly name: string;
  readonly matchers: readonly CompiledMatcher[];
  readonly schedule: Schedule;
  readonly comment: string;
  readonly by: string;
}

export interface Occurrence {
  /** Unix ms; null: it is not in force. */
  readonly end: number | null;
  /** When to look again, Infinity where nothing will change. */
  readonly until: number;
}

interface InForce {
  readonly matchers: readonly CompiledMatcher[];
  readonly hold: Hold & { readonly until: number };
}

export type MaintenanceHold = (labels: LabelSet, now: number) => Hold | null;

/** Of several windows the one that ends last decides. */
export function compileMaintenance(windows: readonly MaintenanceWindow[]): MaintenanceHold {
  let inForce: readonly InForce[] = [];
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  return (labels, now) => {
    // `now` may go back: then what is known was of a later time.
    if (now < from || now >= until) {
      const occurrences = windows.map((window) => ({ window, ...occurrenceAt(window.schedule, now) }));
      inForce = occurrences
        .flatMap(({ window, end }) => (end === null ? [] : [enforce(window, end)]))
        .sort((a, b) => b.hold.until - a.hold.until);
      from = now;
      until = Math.min(...occurrences.map((one) => one.until));
    }
    return inForce.find(({ matchers }) => matchesAll(matchers, labels))?.hold ?? null;
  };
}

export function occurrenceAt(schedule: Schedule, now: number): Occurrence {
  if (schedule.kind === 'once') {
    if (now < schedule.start) return { end: null, until: schedule.start };
    return now < schedule.end
      ? { end: schedule.end, until: schedule.end }
      : { end: null, until: Number.POSITIVE_INFINITY };
  }
  const { last, next } = schedule.recurrence.around(now);
  const begins = next ?? Number.POSITIVE_INFINITY;
  if (last === null || last + schedule.duration <= now) return { end: null, until: begins };
  // One that is longer than the pause between two starts goes on with the next.
  return { end: last + schedule.duration, until: Math.min(last + schedule.duration, begins) };
}

function enforce({ name, matchers, comment, by }: MaintenanceWindow, end: number): InForce {
  const detail = `Maintenance ${name} until ${new Date(end).toISOString()}: ${JSON.stringify(comment)} (${by})`;
  return { matchers, hold: Object.freeze({ reason: Object.freeze(reason('hold.maintenance', detail)), until: end }) };
}
