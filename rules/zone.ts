/**
 * What the clocks on the wall show in a zone of the IANA database. The only file that knows Temporal. A conversion there takes
 * about 5 µs; so each zone keeps the spans between its clock changes, and within a span local time is an addition.
 */

import { Temporal } from 'temporal-polyfill';

/** Between two clock changes. Unix ms; `until` is the first instant that is no longer in it, Infinity after the last change. */
export interface OffsetSpan {
  readonly from: number;
  readonly until: number;
  /** What is added to Unix ms to get wall-clock ms. */
  readonly offset: number;
}

export interface Zone {
  /** As the IANA database writes it. */
  readonly name: string;
  spanAt(at: number): OffsetSpan;
}

const zones = new Map<string, Zone>();

/** null: no such zone. Upper and lower case do not matter; an offset such as +01:00 is no zone, for it knows no summer. */
export function zoneOf(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const official = officialName(name);
  if (official === null) return null;
  const zone = zones.get(official) ?? createZone(official);
  zones.set(official, zone);
  zones.set(name, zone);
  return zone;
}

export const UTC: Zone = createZone('UTC');

/** For suggestions; aliases, which are zones as well, are not in it. */
export function zoneNames(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

function officialName(name: string): string | null {
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function createZone(name: string): Zone {
  const spans: OffsetSpan[] = [];
  let latest: OffsetSpan | null = null;
  return {
    name,
    spanAt(at) {
      if (latest !== null && at >= latest.from && at < latest.until) return latest;
      let span = spans.find((known) => at >= known.from && at < known.until);
      if (span === undefined) {
        span = readSpan(name, at);
        spans.push(span);
      }
      latest = span;
      return span;
    },
  };
}

function readSpan(name: string, at: number): OffsetSpan {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(name);
  const offset = instant.offsetNanoseconds / 1_000_000;
  // A change at this very instant begins the span.
  const before = instant.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const after = instant.getTimeZoneTransition('next');
  return Object.freeze({
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset,
  });
}
