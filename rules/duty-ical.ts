/** A roster as a calendar (RFC 5545), for the calendars of those who are on it. Pure. */

import type { Shift } from './duty-roster.ts';

export interface CalendarOf {
  readonly tenant: string;
  readonly schedule: string;
  readonly shifts: readonly Shift[];
  /** When it was made. Unix time in milliseconds. */
  readonly now: number;
}

/**
 * One event for each shift; a gap is none. A shift that began earlier or ends later than what was looked at is cut off there. The
 * same shift has the same UID, whenever it is asked for from its beginning on.
 */
export function rosterCalendar({ tenant, schedule, shifts, now }: CalendarOf): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Herald//Schedules//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeText(`${schedule} (${tenant})`)}`,
    ...shifts.flatMap(({ user, start, end, detail }) =>
      user === null
        ? []
        : [
            'BEGIN:VEVENT',
            `UID:${tenant}-${schedule}-${user}-${start}@herald`,
            `DTSTAMP:${stamp(now)}`,
            `DTSTART:${stamp(start)}`,
            `DTEND:${stamp(end)}`,
            `SUMMARY:${escapeText(user)}`,
            `DESCRIPTION:${escapeText(detail)}`,
            'END:VEVENT',
          ],
    ),
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}

function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;
}

/** 3.3.11: these have a meaning of their own; others that end a line for some reader must not begin one of their own. */
function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n?|[\n\x85\u2028\u2029]/g, '\\n')
    .replace(/(?!\t)\p{Cc}/gu, '');
}

const LONGEST_LINE = 75;

/** 3.1: no line is longer than 75 bytes; the next one goes on behind a space. A character is never cut in two. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (bytes + size > LONGEST_LINE) {
      parts.push(part);
      part = ' ';
      bytes = 1;
    }
    part += character;
    bytes += size;
  }
  return [...parts, part].join('\r\n');
}
