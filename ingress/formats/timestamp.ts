/**
 * RFC 3339 times, as JSON encoders of Go, Python and JavaScript write them: fractions of any length (nanoseconds), offsets
 * with or without a colon. Read by position, without a regular expression or Date.parse: a request may hold 20,000 of them,
 * and Date.parse takes much that is no RFC 3339.
 */

/** Go's zero time: how Alertmanager writes "none". */
const GO_ZERO = '0001-01-01T00:00:00Z';
const GO_ZERO_MS = -62_135_596_800_000;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const MINUTE = 60_000;

/** Unix time in milliseconds; `none` for Go's zero time; null for what is no time. */
export function readTimestamp(text: string): number | 'none' | null {
  if (text === GO_ZERO) return 'none';
  const at = parse(text);
  return at === GO_ZERO_MS ? 'none' : at;
}

function parse(text: string): number | null {
  if (!separatorsStand(text)) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (year < 0 || !isDay(year, month, day)) return null;
  // 60: a leap second, counted as the first of the next minute.
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return null;
  const end = endOfFraction(text);
  if (end < 0) return null;
  const offset = readOffset(text, end);
  if (offset === null) return null;
  return utc(year, month, day) + ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds(text, end);
}

/** `2026-11-23T08:57:22`, the T in either case or a space. */
function separatorsStand(text: string): boolean {
  if (text.length < 20 || text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return false;
  const t = text[10];
  return t === 'T' || t === 't' || t === ' ';
}

/** -1 where a character is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]!) return false;
  return month !== 2 || day !== 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

/** Index behind the fraction, if there is one; -1 for a point without digits. */
function endOfFraction(text: string): number {
  if (text[19] !== '.') return 19;
  let end = 20;
  while (digits(text, end, 1) >= 0) end++;
  return end === 20 ? -1 : end;
}

function milliseconds(text: string, end: number): number {
  if (end === 19) return 0;
  const count = Math.min(3, end - 20);
  return digits(text, 20, count) * 10 ** (3 - count);
}

/** Minutes east of UTC; null for no offset. */
function readOffset(text: string, at: number): number | null {
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : null;
  if (sign !== '+' && sign !== '-') return null;
  const colon = text[at + 3] === ':' ? 1 : 0;
  if (text.length !== at + 5 + colon) return null;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 3 + colon, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  return (hours * 60 + minutes) * (sign === '-' ? -1 : 1);
}

/** Days from the civil calendar (https://howardhinnant.github.io/date_algorithms.html): Date.UTC misreads years below 100. */
function utc(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * 1440 * MINUTE;
}
