/** Calendars in iCalendar (RFC 5545), for schedules that are kept elsewhere. The only file that knows node-ical. */

import nodeIcal, { type VEvent } from 'node-ical';
import { instantOf } from '../rules/local-time.ts';
import type { Zone } from '../rules/zone.ts';

export interface CalendarEvent {
  readonly uid: string;
  /** Of whom it is, as it is written there. */
  readonly summary: string;
  /** Unix ms, sorted by start: those that touch the time between. */
  instances(from: number, to: number): readonly { readonly start: number; readonly end: number }[];
}

/** Empty where there are none, or the text is no calendar. `zone`: of times that name none, and of whole days. */
export function readCalendar(text: string, zone: Zone): CalendarEvent[] {
  const calendar = nodeIcal.sync.parseICS(text);
  return Object.values(calendar).flatMap((component) =>
    component?.type === 'VEVENT' ? [eventFrom(component as VEvent, zone)] : [],
  );
}

function eventFrom(event: VEvent, zone: Zone): CalendarEvent {
  const { summary } = event;
  const said = typeof summary === 'object' && summary !== null ? summary.val : summary;
  return {
    uid: String(event.uid ?? ''),
    summary: String(said ?? '').trim(),
    instances(from, to) {
      const options = { from: new Date(from), to: new Date(to), expandOngoing: true };
      return nodeIcal
        .expandRecurringEvent(event, options)
        .map(({ start, end }) => ({ start: instant(start, zone), end: instant(end, zone) }))
        .filter(({ start, end }) => start < to && end > from && start < end)
        .sort((a, b) => a.start - b.start);
    },
  };
}

/** The library takes what names no zone for the host's own time, so what the host's clock shows is what is written there. */
function instant(date: Date & { readonly tz?: string | undefined }, zone: Zone): number {
  if (date.tz !== undefined) return date.getTime();
  const wall = Date.UTC(
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  );
  return instantOf(zone, wall);
}
