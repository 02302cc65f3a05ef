/**
 * Fields of a point in time in a zone, as CEL's `getHours("Europe/Berlin")` asks for them. The library formats the time and reads
 * it back as if it were the host's: 400 µs, and wrong in the hours that the host's own clock skips. A zone keeps its clock changes,
 * so here it is an addition.
 */

import { zoneOf } from './zone.ts';

/** Of the time on the wall, counted as if it stood in UTC. Numbered as CEL numbers them. */
const FIELDS: Readonly<Record<string, (wall: Date) => number>> = {
  getFullYear: (wall) => wall.getUTCFullYear(),
  getMonth: (wall) => wall.getUTCMonth(),
  getDate: (wall) => wall.getUTCDate(),
  getDayOfMonth: (wall) => wall.getUTCDate() - 1,
  getDayOfWeek: (wall) => wall.getUTCDay(),
  getDayOfYear: (wall) => Math.floor((wall.getTime() - Date.UTC(wall.getUTCFullYear(), 0, 1)) / 86_400_000),
  getHours: (wall) => wall.getUTCHours(),
  getMinutes: (wall) => wall.getUTCMinutes(),
  getSeconds: (wall) => wall.getUTCSeconds(),
  getMilliseconds: (wall) => wall.getUTCMilliseconds(),
};

export type TimeField = (wall: Date) => number;

/** null: no method that takes a zone. */
export function timeField(method: string): TimeField | null {
  return Object.hasOwn(FIELDS, method) ? FIELDS[method]! : null;
}

/** What a clock on the wall shows at an instant; both in Unix ms. */
export type WallClock = (at: number) => number;

export const ZONES_ALLOWED = 'a zone of the IANA database such as Europe/Berlin, or an offset such as +02:00';

const OFFSET = /^([+-]?)(\d\d):([0-5]\d)$/;

/** null: no such zone. */
export function wallClockOf(zone: string): WallClock | null {
  const offset = OFFSET.exec(zone);
  if (offset !== null) {
    const [, sign, hours, minutes] = offset;
    const ms = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
    return (at) => at + ms;
  }
  const known = zoneOf(zone);
  return known === null ? null : (at) => at + known.spanAt(at).offset;
}
