/**
 * Starts that recur by an RRULE of RFC 5545, by the clock on the wall of a zone. The only file that knows rrule-temporal. A start
 * that the clock skips does not happen, one that it shows twice happens the first time (3.3.10).
 *
 * The library takes parts that it does not know and numbers that cannot be; so every part is looked at here first.
 */

import { RRuleTemporal } from 'rrule-temporal';
import type { Zone } from './zone.ts';

export interface Starts {
  /** The latest start at or before the instant that was asked for, and the first after it. Unix ms; null: there is none. */
  readonly last: number | null;
  readonly next: number | null;
}

export interface Recurrence {
  around(at: number): Starts;
}

export type CompiledRecurrence =
  | { readonly ok: true; readonly recurrence: Recurrence }
  | { readonly ok: false; readonly message: string };

/** `start`: wall-clock ms, where the rule begins to count; a start itself only where the rule says so. */
export function compileRecurrence(rule: string, start: number, zone: Zone): CompiledRecurrence {
  const wrong = wrongPart(rule);
  if (wrong !== null) return { ok: false, message: wrong };
  const dtstart = new Date(start).toISOString().slice(0, 19).replace(/[-:]/g, '');
  let parsed: RRuleTemporal;
  try {
    const rruleString = `DTSTART;TZID=${zone.name}:${dtstart}\nRRULE:${rule}`;
    parsed = new RRuleTemporal({ rruleString, strict: true, cache: false });
  } catch (error) {
    return { ok: false, message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (nextStart(parsed, start - 2 * 86_400_000) === null) return { ok: false, message: 'never happens' };
  return { ok: true, recurrence: remembering(parsed) };
}

/** Each question costs tenths of a millisecond, and the answer holds until the next start. */
function remembering(parsed: RRuleTemporal): Recurrence {
  let known: { readonly from: number; readonly starts: Starts } | null = null;
  return {
    around(at) {
      const next = known?.starts.next ?? Number.POSITIVE_INFINITY;
      if (known !== null && at >= known.from && at < next) return known.starts;
      const last = previousStart(parsed, at);
      known = { from: last ?? at, starts: Object.freeze({ last, next: nextStart(parsed, at) }) };
      return known.starts;
    },
  };
}

function nextStart(parsed: RRuleTemporal, after: number): number | null {
  return found(() => parsed.next(new Date(after), false));
}

function previousStart(parsed: RRuleTemporal, at: number): number | null {
  return found(() => parsed.previous(new Date(at), true));
}

/** The rule is sound: all that the library throws then is that it saw no start in 10,000 periods, which means never. */
function found(ask: () => { readonly epochMilliseconds: number } | null | undefined): number | null {
  try {
    return ask()?.epochMilliseconds ?? null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const DAYS = 'MO|TU|WE|TH|FR|SA|SU';

interface Part {
  readonly allowed: string;
  fits(value: string): boolean;
}

const PARTS: Readonly<Record<string, Part>> = {
  FREQ: { allowed: FREQUENCIES.join(', '), fits: (value) => FREQUENCIES.includes(value) },
  INTERVAL: { allowed: 'a number from 1 to 1000', fits: (value) => isWhole(value, 1, 1000) },
  COUNT: { allowed: 'a number from 1 to 1000', fits: (value) => isWhole(value, 1, 1000) },
  UNTIL: { allowed: 'a UTC time such as 20271231T235959Z', fits: (value) => /^\d{8}T\d{6}Z$/.test(value) },
  BYDAY: {
    allowed: 'weekdays such as MO,WE or, by the month, 1SA and -1FR',
    fits: each((value) => new RegExp(`^([+-]?([1-9]|[1-4][0-9]|5[0-3]))?(${DAYS})$`).test(value)),
  },
  BYMONTH: { allowed: 'months from 1 to 12', fits: each((value) => isWhole(value, 1, 12)) },
  BYMONTHDAY: { allowed: 'days from 1 to 31, or from -1 to -31', fits: each((value) => isPlace(value, 31)) },
  BYYEARDAY: { allowed: 'days from 1 to 366, or from -1 to -366', fits: each((value) => isPlace(value, 366)) },
  BYWEEKNO: { allowed: 'weeks from 1 to 53, or from -1 to -53', fits: each((value) => isPlace(value, 53)) },
  BYHOUR: { allowed: 'hours from 0 to 23', fits: each((value) => isWhole(value, 0, 23)) },
  BYMINUTE: { allowed: 'minutes from 0 to 59', fits: each((value) => isWhole(value, 0, 59)) },
  BYSETPOS: { allowed: 'places from 1 to 366, or from -1 to -366', fits: each((value) => isPlace(value, 366)) },
  WKST: { allowed: DAYS.replaceAll('|', ', '), fits: (value) => new RegExp(`^(${DAYS})$`).test(value) },
};

/** What is wrong with the first part that is wrong; null: nothing. */
function wrongPart(rule: string): string | null {
  const seen = new Set<string>();
  for (const text of rule.split(';')) {
    const [name = '', value = ''] = text.split('=');
    const part = PARTS[name];
    if (part === undefined || text.split('=').length !== 2) {
      return `has the part ${JSON.stringify(text)}; allowed: ${Object.keys(PARTS).join(', ')}, as in FREQ=WEEKLY;BYDAY=SA`;
    }
    if (seen.has(name)) return `has ${name} twice`;
    if (!part.fits(value)) return `has ${text}; allowed for ${name}: ${part.allowed}`;
    seen.add(name);
  }
  return seen.has('FREQ') ? null : `says not how often; allowed: FREQ with one of ${FREQUENCIES.join(', ')}`;
}

function each(fits: (value: string) => boolean): (list: string) => boolean {
  return (list) => list.split(',').every(fits);
}

function isWhole(value: string, min: number, max: number): boolean {
  return /^\d{1,4}$/.test(value) && Number(value) >= min && Number(value) <= max;
}

function isPlace(value: string, max: number): boolean {
  return isWhole(value.replace(/^[+-]/, ''), 1, max);
}
