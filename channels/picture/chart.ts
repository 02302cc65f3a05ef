/** A series as a picture in SVG: steps or a line over time. No text of alerts is in it, only digits. */

import { zoneOf } from '../../rules/zone.ts';
import { DARK, LIGHT } from '../palette.ts';
import type { Locale } from '../template/locale.ts';
import { drawText, round } from './glyphs.ts';
import type { Series } from './history.ts';

export type Theme = 'light' | 'dark';

export interface ChartLook {
  readonly theme: Theme;
  /** `#rrggbb` of the series. */
  readonly colour: string;
  /** `steps`: a value holds until the next; `line`: values are samples. */
  readonly shape: 'steps' | 'line';
  /** Whether values are counts, so that the axis has whole numbers. */
  readonly whole: boolean;
}

export const WIDTH = 600;
export const HEIGHT = 180;

export const LEFT = 44;
export const RIGHT = 20;
const TOP = 18;
const BOTTOM = 30;
export const TEXT = 9;

/** An opaque ground: the picture can be read on whatever page it is put, also where a client turns a light page dark. */
export const GROUNDS: Readonly<
  Record<Theme, { ground: string; border: string; grid: string; axis: string; text: string }>
> = {
  light: { ground: LIGHT.card, border: LIGHT.line, grid: '#e6e9ee', axis: '#9aa3b0', text: LIGHT.quiet },
  dark: { ground: DARK.card, border: DARK.line, grid: '#2d343e', axis: '#6d7785', text: DARK.quiet },
};

export function chartSvg(series: Series, locale: Pick<Locale, 'timeZone'>, look: ChartLook): string {
  const { ground, border, grid, axis, text } = GROUNDS[look.theme];
  const ticks = valueTicks(Math.max(...series.points.map(({ value }) => value)), look.whole);
  const top = ticks.at(-1)!;
  const { x, y } = chartFrame(series, { bottom: 0, top });
  const line = outline(series, look.shape, x, y);
  const last = series.points.at(-1)!;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8" fill="${ground}" stroke="${border}"/>`,
    ...ticks.slice(1).map((tick) => horizontal(y(tick), grid)),
    `<path d="${line}L${round(x(series.until))} ${y(0)}L${LEFT} ${y(0)}Z" fill="${look.colour}" fill-opacity="0.18"/>`,
    horizontal(y(0), axis),
    `<path d="${line}" fill="none" stroke="${look.colour}" stroke-width="2.5" stroke-linejoin="round"/>`,
    `<circle cx="${round(x(series.until))}" cy="${round(y(last.value))}" r="4.5" fill="${look.colour}" stroke="${ground}" stroke-width="1.5"/>`,
    ...timeAxis(series, locale, x, look.theme),
    `<g fill="none" stroke="${text}" stroke-width="0.95" stroke-linecap="round" stroke-linejoin="round">`,
    ...ticks.map((tick) => drawText(String(tick), LEFT - 9, y(tick) - TEXT / 2, TEXT, 'end')),
    '</g></svg>',
  ].join('');
}

/** Where a time and a value are in the picture. */
export function chartFrame(
  { from, until }: Pick<Series, 'from' | 'until'>,
  { bottom, top }: { readonly bottom: number; readonly top: number },
  left = LEFT,
) {
  return {
    x: (at: number) => left + ((at - from) / (until - from)) * (WIDTH - left - RIGHT),
    y: (value: number) => HEIGHT - BOTTOM - ((value - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM),
  };
}

/** The times below the chart, with their marks. */
export function timeAxis(
  { from, until }: Pick<Series, 'from' | 'until'>,
  { timeZone }: Pick<Locale, 'timeZone'>,
  x: (at: number) => number,
  theme: Theme,
): string[] {
  const { axis, text } = GROUNDS[theme];
  const times = timeTicks(from, until, timeZone);
  return [
    ...times.map(({ at }) => `<path d="M${round(x(at))} ${HEIGHT - BOTTOM}v4" stroke="${axis}"/>`),
    `<g fill="none" stroke="${text}" stroke-width="0.95" stroke-linecap="round" stroke-linejoin="round">`,
    ...times.map(({ at, label }) => drawText(label, x(at), HEIGHT - BOTTOM + 10, TEXT, 'middle')),
    '</g>',
  ];
}

export function horizontal(y: number, colour: string, left = LEFT): string {
  return `<path d="M${left} ${round(y)}H${WIDTH - RIGHT}" stroke="${colour}"/>`;
}

/** Points closer than half a pixel are one: a thousand alerts make no larger picture than a hundred. */
function outline(
  { points, until }: Series,
  shape: ChartLook['shape'],
  x: (at: number) => number,
  y: (value: number) => number,
) {
  const [first, ...others] = points;
  let path = `M${round(x(first!.at))} ${round(y(first!.value))}`;
  let drawn = x(first!.at);
  let value = first!.value;
  for (const [index, point] of others.entries()) {
    const next = others[index + 1];
    const at = x(point.at);
    // Of several within half a pixel the last one is drawn, but never the peak is lost.
    if (next !== undefined && x(next.at) - drawn < 0.5 && next.value >= point.value) continue;
    path += shape === 'steps' ? `H${round(at)}V${round(y(point.value))}` : `L${round(at)} ${round(y(point.value))}`;
    [drawn, value] = [at, point.value];
  }
  return shape === 'steps' ? `${path}H${round(x(until))}` : `${path}L${round(x(until))} ${round(y(value))}`;
}

/** 0 and up to four even steps of 1, 2 or 5 times a power of ten. */
export function valueTicks(largest: number, whole: boolean): number[] {
  const most = largest > 0 ? largest : 1;
  const nice = niceStep(most);
  const step = whole ? Math.max(1, Math.ceil(nice)) : nice;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** 1, 2 or 5 times a power of ten, four of which cover the range. */
export function niceStep(range: number): number {
  const rough = range / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * (1 - 1e-12)) ?? power * 10;
}

const MINUTE = 60_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200].map((n) => n * MINUTE);

/** Full minutes, hours or days of the zone, seven at most. Times as 09:30, days as 23.11. */
export function timeTicks(from: number, until: number, timeZone: string): { at: number; label: string }[] {
  const step = STEPS.find((one) => (until - from) / one <= 7) ?? Math.ceil((until - from) / 7);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, day: '2-digit', month: '2-digit' });
  const days = step >= 1440 * MINUTE;
  const ticks: { at: number; label: string }[] = [];
  // In steps from the zone's midnight; a change of clocks in between moves those after it, as it does on the wall.
  const offset = offsetOf(until, timeZone);
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= until; at += step) {
    ticks.push({ at, label: days ? day.format(at).replace('/', '.') : clock.format(at) });
  }
  // One at the very edge would be cut off.
  return ticks.filter(({ at }) => (at - from) / (until - from) > 0.02 && (at - from) / (until - from) < 0.985);
}

function offsetOf(at: number, timeZone: string): number {
  return zoneOf(timeZone)?.spanAt(at).offset ?? 0;
}
