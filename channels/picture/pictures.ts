/** Pictures for messages. They are drawn in threads, since one takes some tens of milliseconds. */

import type { Notification } from '../../alert/notification.ts';
import { createTaskPool } from '../../rules/task-pool.ts';
import { shadeOf } from '../palette.ts';
import type { Locale } from '../template/locale.ts';
import { chartSvg, HEIGHT, type Theme, WIDTH } from './chart.ts';
import { historyOf, peakAndLast } from './history.ts';
import { createMetrics, type Metric, type MetricPorts } from './metric.ts';
import { type Firing, metricSvg } from './metric-chart.ts';
import { LANGUAGE_PICTURES } from './words.ts';
import type { DrawTask } from './worker.ts';

export interface Picture {
  readonly contentType: 'image/png';
  readonly content: Buffer;
  /** For who cannot see it. One line. */
  readonly alt: string;
  /** As it is to be shown; it has twice as many pixels. */
  readonly width: number;
  readonly height: number;
  /** What is drawn, as its sender named it; empty: `alt` says all there is to say. */
  readonly caption: string;
}

export type PictureResult =
  | { readonly kind: 'drawn'; readonly picture: Picture }
  /** There is nothing to see in it, such as the history of one alert. */
  | { readonly kind: 'none' }
  /** For the detail of an outcome: the message goes without it. */
  | { readonly kind: 'failed'; readonly detail: string };

export interface Pictures {
  /** How many alerts of the group fired over time. Never rejects. */
  history(notification: Notification, locale: Locale, theme?: Theme): Promise<PictureResult>;
  /** What the alerts' rule compares, over the last hour or so, within METRIC_LIMIT. Never rejects. */
  metric(notification: Notification, locale: Locale, theme?: Theme): Promise<PictureResult>;
  close(): Promise<void>;
}

/** Milliseconds, the wait for a thread included: a message does not wait longer for its picture. */
const LIMIT = 3000;
/** Milliseconds, for asking and drawing together: a message does not wait longer for its metric, whoever hangs. */
export const METRIC_LIMIT = 2000;
/** Pictures that wait for the thread. In a storm messages go without rather than at the speed of drawing. */
const MOST_WAITING = 8;
/** Those of the last groups: everybody who is told of a group in the same zone gets the same one. */
const MOST_KEPT = 50;
const SCALE = 2;

/** `ports`: where metrics are had; left out: nowhere. `metricLimit`: milliseconds. */
export function createPictures(ports: MetricPorts | null = null, metricLimit = METRIC_LIMIT): Pictures {
  const pool = createTaskPool<DrawTask, Uint8Array>(new URL('./worker.ts', import.meta.url), { waiting: MOST_WAITING });
  const metrics = ports === null ? null : createMetrics(ports);
  const kept = new Map<string, Promise<Uint8Array>>();

  function drawn(svg: string, limit = LIMIT): Promise<Uint8Array> {
    const known = kept.get(svg);
    if (known !== undefined) return known;
    const drawing = pool.run({ svg, width: WIDTH, height: HEIGHT, scale: SCALE }, limit);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(svg, drawing);
    // The next one may find a free thread.
    drawing.catch(() => kept.delete(svg));
    return drawing;
  }

  return {
    async history(notification, locale, theme = 'light') {
      try {
        // Not the present time: a retry, and the next recipient, get the same picture.
        const series = historyOf(notification, notification.createdAt);
        if (series === null) return { kind: 'none' };
        const { colour } = shadeOf(notification);
        const svg = chartSvg(series, locale, { theme, colour, shape: 'steps', whole: true });
        const content = Buffer.from(await drawn(svg));
        const alt = LANGUAGE_PICTURES[locale.language].history(peakAndLast(series));
        return {
          kind: 'drawn',
          picture: { contentType: 'image/png', content, alt, width: WIDTH, height: HEIGHT, caption: '' },
        };
      } catch (error) {
        const detail = `no picture of the history: ${error instanceof Error ? error.message : String(error)}`;
        return { kind: 'failed', detail };
      }
    },
    async metric(notification, locale, theme = 'light') {
      if (ports === null || metrics === null) return { kind: 'none' };
      const began = ports.clock.monotonic();
      try {
        const result = await metrics.of(notification, metricLimit);
        if (result.kind === 'none') return result;
        if (result.kind === 'failed') return { kind: 'failed', detail: `no picture of the metric: ${result.detail}` };
        const { colour } = shadeOf(notification);
        const svg = metricSvg(result.metric, firingOf(notification), locale, { theme, colour });
        const left = Math.max(1, Math.ceil(metricLimit - (ports.clock.monotonic() - began)));
        const content = Buffer.from(await drawn(svg, left));
        return { kind: 'drawn', picture: metricPicture(content, result.metric, locale) };
      } catch (error) {
        const detail = `no picture of the metric: ${error instanceof Error ? error.message : String(error)}`;
        return { kind: 'failed', detail };
      }
    },
    async close() {
      await Promise.all([pool.close(), metrics?.close()]);
    },
  };
}

/** The time that is marked: since the first of them fires, until the last one ended. */
function firingOf({ alerts }: Notification): Firing {
  const startsAt = Math.min(...alerts.map((alert) => alert.startsAt));
  const isOver = alerts.every(({ status, endsAt }) => status === 'resolved' && endsAt !== null);
  return { startsAt, endsAt: isOver ? Math.max(...alerts.map(({ endsAt }) => endsAt ?? 0)) : null };
}

const LONGEST_CAPTION = 300;

function metricPicture(content: Buffer, { lines, threshold, expression }: Metric, { language, tag }: Locale): Picture {
  const values = lines.flatMap((samples) => samples.map(({ value }) => value));
  const { format } = new Intl.NumberFormat(tag, { maximumSignificantDigits: 4 });
  const least = values.reduce((a, b) => Math.min(a, b));
  const peak = values.reduce((a, b) => Math.max(a, b));
  const shown = { least: format(least), peak: format(peak), last: format(lines[0]!.at(-1)!.value) };
  const alt = LANGUAGE_PICTURES[language].metric({
    ...shown,
    threshold: threshold === null ? null : format(threshold),
  });
  const caption = expression.replaceAll(/\s+/g, ' ').slice(0, LONGEST_CAPTION).toWellFormed();
  return { contentType: 'image/png', content, alt, width: WIDTH, height: HEIGHT, caption };
}
