/** Times and durations as people write them, in their language and time zone. Formatters are costly to make, so each is kept. */

import type { Locale } from './locale.ts';

export type TimeStyle = 'full' | 'short' | 'date' | 'clock' | 'iso';

export const TIME_STYLES: readonly TimeStyle[] = ['full', 'short', 'date', 'clock', 'iso'];

const PARTS: Readonly<Record<Exclude<TimeStyle, 'iso'>, Intl.DateTimeFormatOptions>> = {
  full: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  },
  short: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  clock: { hour: '2-digit', minute: '2-digit' },
};

/** Recipients come from anywhere: 400 zones, times languages, times styles, stay within some tens of megabytes, but not more. */
const MOST_KEPT = 500;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** `time`: Unix ms. Throws RangeError for a zone that is none. */
export function formatTime(time: number, style: TimeStyle, { tag, timeZone }: Locale): string {
  if (style === 'iso') return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const key = `${tag} ${timeZone} ${style}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(tag, { ...PARTS[style], timeZone });
    if (formatters.size >= MOST_KEPT) formatters.clear();
    formatters.set(key, formatter);
  }
  // Some languages put narrow no-break spaces in, which many a phone and terminal shows as a box.
  return formatter.format(time).replace(/[\u202f\u00a0]/g, ' ');
}

const UNITS = [
  { unit: 'day', length: 86_400_000, en: 'd', de: ' T' },
  { unit: 'hour', length: 3_600_000, en: 'h', de: ' Std' },
  { unit: 'minute', length: 60_000, en: 'm', de: ' Min' },
  { unit: 'second', length: 1000, en: 's', de: ' Sek' },
] as const;

/** The two largest units: `2h 5m`; in German `2 Std 5 Min`. Milliseconds. */
export function formatDuration(milliseconds: number, { language }: Locale): string {
  const whole = Math.round(Math.abs(milliseconds) / 1000) * 1000;
  const largest = Math.max(
    0,
    UNITS.findIndex(({ length }) => whole >= length),
  );
  if (whole === 0) return `0${UNITS[3][language]}`;
  let rest = whole;
  const parts = UNITS.slice(largest, largest + 2).map((unit) => {
    const count = Math.floor(rest / unit.length);
    rest -= count * unit.length;
    return count === 0 ? '' : `${count}${unit[language]}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

const relatives = new Map<string, Intl.RelativeTimeFormat>();

/** `5 minutes ago`, `vor 5 Minuten`; of the future `in 5 minutes`. */
export function formatRelative(time: number, now: number, { tag }: Locale): string {
  let formatter = relatives.get(tag);
  if (formatter === undefined) {
    formatter = new Intl.RelativeTimeFormat(tag, { numeric: 'always' });
    if (relatives.size >= MOST_KEPT) relatives.clear();
    relatives.set(tag, formatter);
  }
  const distance = time - now;
  const { unit, length } = UNITS.find((one) => Math.abs(distance) >= one.length) ?? UNITS[3];
  return formatter.format(Math.trunc(distance / length), unit).replace(/[\u202f\u00a0]/g, ' ');
}
