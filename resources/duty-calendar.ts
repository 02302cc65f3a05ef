/** The layer of a Schedule that is a calendar kept elsewhere: each event is the duty of the user whom its summary names. */

import type { Duties } from '../rules/on-call.ts';
import { DAY } from '../rules/wall-clock.ts';
import type { Zone } from '../rules/zone.ts';
import { type CalendarEvent, readCalendar } from './ical.ts';

export interface DutyNames {
  /** Names of users that may be named. */
  readonly users: readonly string[];
  /** What the calendar calls them, in lower case; by that their names. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** null: the summary names nobody who is known. */
function userOf({ summary }: CalendarEvent, { users, aliases }: DutyNames): string | null {
  const said = summary.toLowerCase();
  return aliases.get(said) ?? users.find((user) => user === said || `user/${user}` === said) ?? null;
}

/** What is wrong with the text; null: nothing. */
export function calendarProblem(text: string, zone: Zone, names: DutyNames): string | null {
  const events = readCalendar(text, zone);
  if (events.length === 0) return 'holds no event; allowed: a calendar (RFC 5545) with at least one VEVENT';
  const stranger = events.find((event) => userOf(event, names) === null);
  if (stranger === undefined) return null;
  const allowed = [...names.users, ...names.aliases.keys()].join(', ');
  return `has an event ${JSON.stringify(stranger.summary.slice(0, 100))}, which names no user of the layer; allowed: a summary among ${allowed}`;
}

/** Events are looked up by windows of this length: a calendar may repeat without an end. */
const WINDOW = 31 * DAY;

interface Duty {
  readonly user: string;
  readonly start: number;
  readonly end: number;
}

/** Of several at a time the one that began last decides, and of these the first by name. */
export function dutiesFrom(text: string, zone: Zone, names: DutyNames): Duties {
  const events = readCalendar(text, zone).flatMap((event) => {
    const user = userOf(event, names);
    return user === null ? [] : [{ event, user }];
  });
  let window: { readonly from: number; readonly duties: readonly Duty[] } | null = null;
  const dutiesIn = (from: number): readonly Duty[] => {
    if (window?.from === from) return window.duties;
    const duties = events.flatMap(({ event, user }) =>
      event.instances(from, from + WINDOW).map(({ start, end }) => ({ user, start, end })),
    );
    window = { from, duties: duties.sort((a, b) => b.start - a.start || (a.user < b.user ? -1 : 1)) };
    return window.duties;
  };
  return {
    users: [...new Set(events.map(({ user }) => user))],
    at(now) {
      const from = Math.floor(now / WINDOW) * WINDOW;
      const duties = dutiesIn(from);
      let until = from + WINDOW;
      for (const { start, end } of duties) {
        if (start > now && start < until) until = start;
        if (end > now && end < until) until = end;
      }
      const duty = duties.find(({ start, end }) => start <= now && now < end);
      return { user: duty?.user ?? null, until };
    },
  };
}
