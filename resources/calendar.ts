/** Calendar: when a tenant works. Weekly hours, holidays, and days that are worked against the rule, in one time zone. */

import Type from 'typebox';
import { type Calendar, compileCalendar, type DayRange, type Holiday, WEEKDAYS } from '../rules/calendar.ts';
import { DAY, daysInMonth, type MinuteRange, merged, parseClock } from '../rules/wall-clock.ts';
import { deepFreeze } from './canonical.ts';
import { type Declared, fieldOf } from './resource.ts';
import { checkedZone, zoneSchema } from './zone.ts';

const HOURS = 'hours such as 08:00-18:00, up to 24:00';

const hours = Type.Refine(
  Type.String({ description: HOURS }),
  (text) => typeof readHours(text) !== 'string',
  (text) => `is ${JSON.stringify(text)}${readHours(text)}`,
);

const hoursOfDay = Type.Array(hours, { minItems: 1, description: `a list of ${HOURS}` });

const weekly = Type.Refine(
  Type.Object(
    {
      monday: Type.Optional(hoursOfDay),
      tuesday: Type.Optional(hoursOfDay),
      wednesday: Type.Optional(hoursOfDay),
      thursday: Type.Optional(hoursOfDay),
      friday: Type.Optional(hoursOfDay),
      saturday: Type.Optional(hoursOfDay),
      sunday: Type.Optional(hoursOfDay),
    },
    { additionalProperties: false, description: "hours by weekday, such as { monday: ['08:00-18:00'] }" },
  ),
  (days) => Object.keys(days).length > 0,
  () =>
    "is empty, so no time would ever be working time; allowed: hours by weekday, such as { monday: ['08:00-18:00'] }",
);

const DATE = 'a day such as 2026-05-01, or 05-01 for every year';

const date = Type.Refine(
  Type.String({ description: DATE }),
  (text) => readDate(text) !== null,
  (text) => `is ${JSON.stringify(text)}, which is no day of the calendar; allowed: ${DATE}`,
);

const day = {
  name: Type.String({ minLength: 1, description: 'a name, which stands in explanations' }),
  date: Type.Optional(date),
  from: Type.Optional(date),
  to: Type.Optional(date),
};

export const calendarSpec = Type.Object(
  {
    zone: zoneSchema,
    hours: weekly,
    holidays: Type.Optional(
      Type.Array(
        Type.Refine(Type.Object(day, { additionalProperties: false }), (one) => daysProblem(one) === null, daysMessage),
      ),
    ),
    exceptions: Type.Optional(
      Type.Array(
        Type.Refine(
          Type.Object({ ...day, hours: hoursOfDay }, { additionalProperties: false }),
          (one) => daysProblem(one) === null,
          daysMessage,
        ),
      ),
    ),
  },
  { additionalProperties: false },
);

type CalendarDeclared = Type.Static<typeof calendarSpec>;
type DeclaredDays = { readonly date?: string; readonly from?: string; readonly to?: string };

/** By tenant, then by name. */
export function compileCalendars(declared: readonly Declared[]): ReadonlyMap<string, ReadonlyMap<string, Calendar>> {
  const tenants = [...Map.groupBy(declared, (one) => one.tenant)];
  return new Map(tenants.map(([tenant, list]) => [tenant, new Map(list.map((one) => [one.name, calendarFrom(one)]))]));
}

export function calendarFrom({ tenant, name, spec }: Pick<Declared, 'tenant' | 'name' | 'spec'>): Calendar {
  const checked = spec as CalendarDeclared;
  const holidays = checked.holidays ?? [];
  const exceptions = checked.exceptions ?? [];
  return compileCalendar(
    deepFreeze({
      name: `${tenant}/${name}`,
      zone: checkedZone(checked.zone),
      hours: WEEKDAYS.map((weekday) => checkedHours(checked.hours[weekday] ?? [])),
      holidays: holidays.map(named),
      exceptions: exceptions.map((one) => ({ ...named(one), hours: checkedHours(one.hours) })),
    }),
  );
}

function named(declared: DeclaredDays & { readonly name: string }): Holiday {
  const days = readDays(declared);
  if (typeof days === 'string') throw new TypeError(`unchecked days ${JSON.stringify(declared)}`);
  return { name: declared.name, days };
}

function checkedHours(texts: readonly string[]): readonly MinuteRange[] {
  return merged(
    texts.map((text) => {
      const range = readHours(text);
      if (typeof range === 'string') throw new TypeError(`unchecked hours ${JSON.stringify(text)}`);
      return range;
    }),
  );
}

/** A text says what is wrong. */
function readHours(text: string): MinuteRange | string {
  const [start, end, ...more] = text.split('-');
  const from = parseClock(start ?? '');
  const to = parseClock(end ?? '');
  if (from === null || to === null || more.length > 0) return `; allowed: ${HOURS}`;
  if (from === to) return `, which is no time at all; allowed: ${HOURS}`;
  if (from < to) return { from, to };
  return `, which ends before it starts; a night takes two: ${start}-24:00, and 00:00-${end} on the next weekday`;
}

function daysProblem(declared: unknown): string | null {
  const text = (field: string) => fieldOf(declared, field);
  const dates = [text('date'), text('from'), text('to')];
  // What is no date at all is said at its own place.
  if (dates.some((one) => one !== undefined && (typeof one !== 'string' || readDate(one) === null))) return null;
  const read = readDays(declared as DeclaredDays);
  return typeof read === 'string' ? read : null;
}

function daysMessage(declared: unknown): string {
  return daysProblem(declared) ?? 'is no day';
}

/** A text says what is wrong. */
function readDays({ date: one, from, to }: DeclaredDays): DayRange | string {
  if (one !== undefined && from === undefined && to === undefined) return between(one, one);
  if (one === undefined && from !== undefined && to !== undefined) return between(from, to);
  return 'says not which days; allowed: either date, or from and to';
}

function between(from: string, to: string): DayRange | string {
  const first = readDate(from);
  const last = readDate(to);
  if (first === null || last === null) return `is no day; allowed: ${DATE}`;
  if (first.yearly !== last.yearly) return 'names a year at one end only; allowed: a year at both ends, or at none';
  if (!first.yearly && first.at > last.at) return `ends on ${to}, before it starts on ${from}; swap from and to`;
  return { yearly: first.yearly, from: first.at, to: last.at };
}

/** As DayRange counts; null: no such day. */
function readDate(text: string): { readonly yearly: boolean; readonly at: number } | null {
  const parts = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return null;
  const yearly = parts[1] === undefined;
  // 2000 was a leap year.
  const year = yearly ? 2000 : Number(parts[1]);
  const month = Number(parts[2]);
  const dayOfMonth = Number(parts[3]);
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) return null;
  return { yearly, at: yearly ? month * 100 + dayOfMonth : Date.UTC(year, month - 1, dayOfMonth) / DAY };
}
