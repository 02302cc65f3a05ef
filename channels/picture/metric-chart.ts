/** A metric as a picture in SVG: its lines over time, what it is compared with, and since when an alert fires. No text but numbers and times. */

import type { Locale } from '../template/locale.ts';
import {
  type ChartLook,
  chartFrame,
  GROUNDS,
  HEIGHT,
  horizontal,
  LEFT,
  niceStep,
  RIGHT,
  TEXT,
  timeAxis,
  WIDTH,
} from './chart.ts';
import { drawText, round, textWidth } from './glyphs.ts';
import type { Metric } from './metric.ts';
import type { Samples } from './metric-answer.ts';

/** When the alert began and ended. Unix ms. */
export interface Firing {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** Room beside the values of the axis. */
const BESIDE = 9;

type MetricLook = Pick<ChartLook, 'theme' | 'colour'>;

export function metricSvg(
  metric: Metric,
  { startsAt, endsAt }: Firing,
  locale: Pick<Locale, 'timeZone'>,
  { theme, colour }: MetricLook,
): string {
  const { grid, axis, text } = GROUNDS[theme];
  const { from, until, lines, threshold } = metric;
  const ticks = axisTicks(rangeOf(lines, threshold));
  const labels = ticks.map((tick) => tickLabel(tick, ticks));
  const left = Math.max(LEFT, ...labels.map((label) => Math.ceil(textWidth(label, TEXT)) + 2 * BESIDE));
  const { x, y } = chartFrame({ from, until }, { bottom: ticks[0]!, top: ticks.at(-1)! }, left);
  const [begin, end] = [Math.max(from, startsAt), Math.min(until, endsAt ?? until)];
  const drawn = lines.map((samples) => ({ path: lineOf(samples, metric.step, x, y), last: samples.at(-1)! }));
  // The first is drawn last, on top of the others.
  const strokes = drawn.map(({ path }, i) => strokeOf(path, colour, i === 0)).reverse();
  const [first] = drawn;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8" fill="${GROUNDS[theme].ground}" stroke="${GROUNDS[theme].border}"/>`,
    end > begin ? shading(x(begin), x(end), y(ticks.at(-1)!), y(ticks[0]!), colour) : '',
    ...ticks.slice(1).map((tick) => horizontal(y(tick), grid, left)),
    horizontal(y(ticks[0]!), axis, left),
    ...(threshold === null || !isWithin(threshold, ticks) ? [] : [dashed(y(threshold), text, left)]),
    ...strokes,
    `<circle cx="${round(x(first!.last.at))}" cy="${round(y(first!.last.value))}" r="4.5" fill="${colour}" stroke="${GROUNDS[theme].ground}" stroke-width="1.5"/>`,
    ...timeAxis({ from, until }, locale, x, theme),
    `<g fill="none" stroke="${text}" stroke-width="0.95" stroke-linecap="round" stroke-linejoin="round">`,
    ...ticks.map((tick, i) => drawText(labels[i]!, left - BESIDE, y(tick) - TEXT / 2, TEXT, 'end')),
    '</g></svg>',
  ].join('');
}

function strokeOf(path: string, colour: string, isFirst: boolean): string {
  const look = isFirst ? 'stroke-width="2.5"' : 'stroke-width="1.5" stroke-opacity="0.5"';
  return `<path d="${path}" fill="none" stroke="${colour}" ${look} stroke-linejoin="round" stroke-linecap="round"/>`;
}

function shading(left: number, right: number, top: number, bottom: number, colour: string): string {
  const box = `x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(bottom - top)}"`;
  return `<rect ${box} fill="${colour}" fill-opacity="0.1"/>`;
}

function dashed(y: number, colour: string, left: number): string {
  return `<path d="M${left} ${round(y)}H${WIDTH - RIGHT}" stroke="${colour}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
}

/** A sample that is missing breaks the line; one without neighbours is a point. */
function lineOf(samples: Samples, step: number, x: (at: number) => number, y: (value: number) => number): string {
  return samples
    .map(({ at, value }, i) => {
      const before = samples[i - 1];
      const place = `${round(x(at))} ${round(y(value))}`;
      return before !== undefined && at - before.at < step * 1.5 ? `L${place}` : `M${place}h0`;
    })
    .join('');
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** With what it is compared with, unless that is so far off that nothing else could be seen. */
function rangeOf(lines: readonly Samples[], threshold: number | null): Range {
  const values = lines.flatMap((samples) => samples.map(({ value }) => value));
  let [least, most] = [values[0]!, values[0]!];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (threshold === null) return { least, most };
  const reach = 4 * Math.max(most - least, Math.abs(most) / 4, Math.abs(least) / 4, Number.MIN_VALUE);
  const isNear = threshold >= least - reach && threshold <= most + reach;
  return isNear ? { least: Math.min(least, threshold), most: Math.max(most, threshold) } : { least, most };
}

/** Even steps around the range, from 0 on where that is not far below. At most seven. */
export function axisTicks(range: Range): number[] {
  const { least, most } = spreadOut(range);
  const bottom = least > 0 && least < most / 2 ? 0 : least;
  const top = most < 0 && most > least / 2 ? 0 : most;
  const step = niceStep(top - bottom);
  const first = Math.floor(bottom / step + 1e-9);
  const last = Math.max(Math.ceil(top / step - 1e-9), first + 1);
  // A sum with 0 makes -0 a 0.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)) + 0);
}

/** Below it a step would be no number any more. */
const TINY = 1e-290;

/** Where all values are the same, their line is in the middle; that of 0 is at the bottom. */
function spreadOut({ least, most }: Range): Range {
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (size >= TINY && most - least > size * 1e-9) return { least, most };
  return size < TINY ? { least: 0, most: 1 } : { least: least - size / 10, most: most + size / 10 };
}

function isWithin(value: number, ticks: readonly number[]): boolean {
  return value >= ticks[0]! && value <= ticks.at(-1)!;
}

const MOST_DECIMALS = 9;

/** The last one is for what is smaller than all others. */
const UNITS = [
  [1e18, 'E'],
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-6, 'µ'],
  [1e-9, 'n'],
] as const;

/** Few characters, all ticks of an axis in the same unit: 0.02, 15, 2.5k, 3M, 2.5µ. Empty: it would take too many. */
export function tickLabel(tick: number, ticks: readonly number[]): string {
  if (tick === 0) return '0';
  const largest = Math.max(Math.abs(ticks[0]!), Math.abs(ticks.at(-1)!));
  const [unit, letter] =
    UNITS.find(([one]) => largest >= (one === 1e3 ? 10_000 : one === 1 ? 1e-3 : one)) ?? UNITS.at(-1)!;
  const decimals = Math.max(0, -Math.floor(Math.log10((ticks[1]! - ticks[0]!) / unit) + 1e-9));
  const shown = (tick / unit).toFixed(Math.min(decimals, MOST_DECIMALS));
  if (decimals > MOST_DECIMALS || shown.includes('e')) return '';
  return `${shown.includes('.') ? shown.replace(/\.?0+$/, '') : shown}${letter}`;
}
