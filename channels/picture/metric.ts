/**
 * The metric of a notification's alerts: which expression, who is asked, and what came of it. A thread asks and reads. Who does not answer
 * is left alone for a while: in a storm one message waits for it, not each.
 */

import type { LabelSet } from '../../alert/alert.ts';
import type { Notification } from '../../alert/notification.ts';
import type { FindMetricSource, MetricSource } from '../../resources/metric-source.ts';
import { createTaskPool } from '../../rules/task-pool.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { drawnOf } from './expression.ts';
import type { Samples } from './metric-answer.ts';
import type { MetricAnswer, MetricTask } from './metric-worker.ts';

export interface MetricPorts {
  readonly clock: Clock;
  readonly find: FindMetricSource;
}

export interface Metric {
  readonly lines: readonly Samples[];
  readonly threshold: number | null;
  /** As the rule has it. */
  readonly expression: string;
  /** Unix ms. */
  readonly from: number;
  readonly until: number;
  /** Between two samples. Milliseconds. */
  readonly step: number;
}

export type MetricResult =
  | { readonly kind: 'metric'; readonly metric: Metric }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly detail: string };

export interface Metrics {
  /** Within `limit` milliseconds. Rejects for bugs and what the pool throws. */
  of(notification: Notification, limit: number): Promise<MetricResult>;
  close(): Promise<void>;
}

/** At once; they only wait for their answers. */
const AT_ONCE = 4;
const MOST_WAITING = 16;
/** Those of the last notifications: everybody who is told of it gets the same. */
const MOST_KEPT = 50;
/** Milliseconds in which one that failed is not asked again. */
const LEFT_ALONE = 30_000;
const LONGEST_EXPRESSION = 4096;
const MOST_SAMPLES = 120;
/** No more than a few lines are drawn. */
const MOST_ALERTS = 50;
/** Milliseconds for going there and back within this process. */
const MARGIN = 150;

export function createMetrics({ clock, find }: MetricPorts): Metrics {
  const file = new URL('./metric-worker.ts', import.meta.url);
  const pool = createTaskPool<MetricTask, MetricAnswer>(file, { waiting: MOST_WAITING, atOnce: AT_ONCE });
  const kept = new Map<string, Promise<MetricAnswer>>();
  /** By key of the source: until when. By the monotonic clock. */
  const leftAlone = new Map<string, number>();

  async function ask(source: MetricSource, task: MetricTask, limit: number): Promise<MetricAnswer> {
    if ((leftAlone.get(source.key) ?? 0) > clock.monotonic()) {
      return { kind: 'failed', detail: 'it failed a moment ago, and is not asked now', hadTime: false };
    }
    // What the pool throws is that too many wait, for others: it says nothing of this one.
    const answer = await pool.run(task, limit);
    if (answer.kind === 'lines') leftAlone.delete(source.key);
    else if (answer.hadTime) leftAlone.set(source.key, clock.monotonic() + LEFT_ALONE);
    return answer;
  }

  return {
    async of(notification, limit) {
      const wanted = wantedOf(notification, find);
      if (wanted === null) return { kind: 'none' };
      const { source, task, drawn } = wanted;
      const key = JSON.stringify([source, task]);
      let asking = kept.get(key);
      if (asking === undefined) {
        asking = ask(source, { ...task, until: clock.now() + limit - MARGIN }, limit);
        if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
        kept.set(key, asking);
        const forget = () => void kept.delete(key);
        asking.then(({ kind }) => kind === 'failed' && forget(), forget);
      }
      const answer = await asking;
      if (answer.kind === 'failed') return { kind: 'failed', detail: `${source.key}: ${answer.detail}` };
      if (answer.lines.every((samples) => samples.length < 2)) return { kind: 'none' };
      return { kind: 'metric', metric: { ...drawn, lines: answer.lines } };
    },
    close: () => pool.close(),
  };
}

interface Wanted {
  readonly source: MetricSource;
  readonly task: Omit<MetricTask, 'until'>;
  readonly drawn: Omit<Metric, 'lines'>;
}

/** Of the first alert whose metric can be had, one that fires before one that ended; with it those of the same expression. */
function wantedOf({ alerts, createdAt }: Notification, find: FindMetricSource): Wanted | null {
  const inOrder = [...alerts].sort((a, b) => Number(a.status === 'resolved') - Number(b.status === 'resolved'));
  for (const alert of inOrder) {
    // Where nothing is declared this costs nothing, however many alerts there are.
    const source = find(alert);
    const rule = source === null ? null : ruleOf(alert.generatorURL);
    if (rule === null || source === null) continue;
    const same = inOrder.slice(0, MOST_ALERTS).filter((one) => ruleOf(one.generatorURL) === rule);
    return wanted(
      source,
      rule,
      [alert, ...same.filter((one) => one !== alert)].map((one) => one.labels),
      createdAt,
    );
  }
  return null;
}

function wanted(source: MetricSource, rule: string, alerts: readonly LabelSet[], until: number): Wanted {
  const { expression, threshold } = drawnOf(rule);
  const step = Math.max(1, Math.ceil(source.window / MOST_SAMPLES / 1000)) * 1000;
  // Samples at full steps: who is told a second later is told the same.
  const end = Math.floor(until / step) * step;
  const from = end - source.window;
  const query = new URLSearchParams({
    query: expression,
    start: String(from / 1000),
    end: String(end / 1000),
    step: String(step / 1000),
    timeout: '2s',
  });
  const { authorization, secrets, allowPrivateAddresses } = source;
  return {
    source,
    task: { url: `${source.url}/api/v1/query_range?${query}`, authorization, secrets, allowPrivateAddresses, alerts },
    drawn: { expression: rule, threshold, from, until: end, step },
  };
}

/** Prometheus' own link to it. null: it holds none. */
function ruleOf(generatorURL: string): string | null {
  if (!URL.canParse(generatorURL)) return null;
  const expression = new URL(generatorURL).searchParams.get('g0.expr')?.trim() ?? '';
  return expression === '' || expression.length > LONGEST_EXPRESSION ? null : expression;
}
