/** What a Prometheus answers to a query over time (https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries), and what of it is about these alerts. */

import type { LabelSet } from '../../alert/alert.ts';
import { fieldOf } from '../api-call.ts';

/** Samples in order of time; what is no number that can be drawn is left out, and so is a gap. Unix ms. */
export type Samples = readonly { readonly at: number; readonly value: number }[];

export type AnswerRead =
  | { readonly kind: 'lines'; readonly lines: readonly Samples[] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The difference of two larger ones may be no number. */
const LARGEST = 1e300;

/** Some hundred are asked for. They are put together to a picture where others wait for it. */
const MOST_SAMPLES = 1000;

/** Seconds: what a date can say. */
const LATEST = 8.64e12;

/** More of them nobody tells apart. */
const MOST_LINES = 6;
/** Some may hold nothing. */
const MOST_LOOKED_AT = 100;

/** `alerts`: their labels. None of the lines may be about them. */
export function linesIn(body: unknown, alerts: readonly LabelSet[]): AnswerRead {
  const result = fieldOf(body, 'data', 'result');
  if (fieldOf(body, 'data', 'resultType') !== 'matrix' || !Array.isArray(result)) {
    return { kind: 'unreadable', why: 'its answer holds no series over time' };
  }
  const series = result.flatMap((one: unknown) => {
    const [labels, values] = [fieldOf(one, 'metric'), fieldOf(one, 'values')];
    return typeof labels === 'object' && labels !== null && Array.isArray(values) ? [{ labels, values }] : [];
  });
  const about = series.filter(({ labels }) => alerts.some((alert) => isOf(labels, alert)));
  // The labels that a rule adds may hide one of the series' own: where there is but one, it is the one.
  const chosen = about.length === 0 && series.length === 1 ? series : about;
  const shown = chosen.slice(0, MOST_LOOKED_AT);
  const most = Math.max(0, ...shown.map(({ values }) => values.length));
  if (most > MOST_SAMPLES) {
    return { kind: 'unreadable', why: `a series of its answer holds ${most} samples; allowed: ${MOST_SAMPLES}` };
  }
  const lines = shown.map(({ values }) => samplesIn(values)).filter((samples) => samples.length > 0);
  return { kind: 'lines', lines: lines.slice(0, MOST_LINES) };
}

/** An alert has the labels of its series, but for those that were dropped on its way. */
function isOf(labels: object, alert: LabelSet): boolean {
  return Object.entries(labels).every(
    ([name, value]) => name === '__name__' || alert[name] === undefined || alert[name] === value,
  );
}

function samplesIn(values: readonly unknown[]): Samples {
  return values.flatMap((pair) => {
    const [seconds, text] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const value = typeof text === 'string' ? Number(text) : Number.NaN;
    if (typeof seconds !== 'number' || !(Math.abs(seconds) <= LATEST) || !(Math.abs(value) <= LARGEST)) return [];
    return [{ at: seconds * 1000, value }];
  });
}
