/** Filters for times and durations, in the recipient's language and zone unless the template names another. */

import { zoneOf } from '../../rules/zone.ts';
import { TemplateMisuse } from './misuse.ts';
import { textOf } from './output.ts';
import { contextOf, type FilterCall } from './render-context.ts';
import { formatDuration, formatRelative, formatTime, TIME_STYLES, type TimeStyle } from './times.ts';

export const TIME_FILTERS = {
  /** `{{ alert.startsAt | time }}`, `| time: 'Europe/Berlin'`, `| time: 'short'`, `| time: 'Europe/Berlin', 'clock'`. */
  time(this: FilterCall, value: unknown, ...given: unknown[]): string {
    const time = timeOf(value);
    if (time === null) return '';
    const { locale } = contextOf(this).settings;
    const words = given.map(textOf);
    const style = words.find(isStyle) ?? 'full';
    const zone = words.find((word) => !isStyle(word));
    if (zone === undefined) return formatTime(time, style, locale);
    const known = zoneOf(zone);
    if (known === null) {
      throw new TemplateMisuse(
        'time',
        `${JSON.stringify(zone)} is no time zone such as Europe/Berlin, and none of ${TIME_STYLES.join(', ')}`,
      );
    }
    return formatTime(time, style, { ...locale, timeZone: known.name });
  },

  /** Of milliseconds: `2h 5m`. */
  duration(this: FilterCall, value: unknown): string {
    const milliseconds = Number(textOf(value) || Number.NaN);
    return Number.isFinite(milliseconds) ? formatDuration(milliseconds, contextOf(this).settings.locale) : '';
  },

  /** `5 minutes ago`. */
  relative(this: FilterCall, value: unknown): string {
    const time = timeOf(value);
    const { now, locale } = contextOf(this).settings;
    return time === null ? '' : formatRelative(time, now, locale);
  },
};

function isStyle(word: string): word is TimeStyle {
  return TIME_STYLES.some((style) => style === word);
}

/** Unix ms, or a time as text. null: there is none, such as the end of what goes on. */
function timeOf(value: unknown): number | null {
  const text = textOf(value).trim();
  if (text === '') return null;
  const time = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
  // Dates end 100,000,000 days from 1970.
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? time : null;
}
