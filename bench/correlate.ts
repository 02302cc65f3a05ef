/**
 * Correlating one window in one thread: by its size, and for windows that are all alike or all different, which is where a
 * comparison of each with each would drown. And the same through the pool, with what it costs to hand the window over.
 */

import type { CorrelationRule, WindowAlert } from '../alert/correlation.ts';
import { fingerprint } from '../alert/fingerprint.ts';
import { correlate } from '../rules/correlate.ts';
import { createRulesPool } from '../rules/pool.ts';
import { type BenchOptions, median } from './rig/benchmark.ts';
import { figuresOf } from './rig/machine.ts';
import { against, type Findings, type Row } from './rig/report.ts';

const BUDGETED_SIZE = 10_000;
const RUNS = 5;

const base = {
  within: 300_000,
  threshold: 5,
  groupBy: [],
  needsParent: false,
  action: 'annotate',
  storm: null,
} as const;
const RULES: readonly CorrelationRule[] = [
  { ...base, name: 'node', similarity: { labels: null, message: false, topology: ['node'], need: 'any' } },
  { ...base, name: 'owner', similarity: { labels: null, message: true, topology: ['owner'], need: 'all' } },
  { ...base, name: 'alike', similarity: { labels: 0.5, message: true, topology: ['namespace'], need: 'any' } },
  { ...base, name: 'cluster', groupBy: ['cluster', 'alertname'], similarity: null },
];

export default async function correlateWindow({ quick, note }: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  const sizes = quick ? [500] : [1000, BUDGETED_SIZE, 20_000];
  for (const size of sizes) {
    note(`${size} alerts`);
    rows.push(await measure(`${size} alerts, mixed`, mixed(size), quick, async (alerts) => correlate(alerts, RULES)));
  }
  const size = quick ? 500 : BUDGETED_SIZE;
  for (const [what, alerts] of [
    ['all alike', alike(size)],
    ['all different', different(size)],
  ] as const) {
    note(what);
    rows.push(await measure(`${size} alerts, ${what}`, alerts, quick, async (window) => correlate(window, RULES)));
  }
  const pool = createRulesPool();
  try {
    const inPool = (alerts: readonly WindowAlert[]) => pool.correlate({ alerts, rules: RULES, learnt: [] }, 60_000);
    rows.push(await measure(`${size} alerts, mixed, in the pool`, mixed(size), quick, inPool));
  } finally {
    await pool.close();
  }
  const worst = Math.max(...rows.filter((row) => row.case.startsWith(`${size} `)).map(({ p99 = 0 }) => p99));
  return { rows, verdicts: [against('correlate', worst / 1000)], omitted: [] };
}

async function measure(
  what: string,
  alerts: readonly WindowAlert[],
  quick: boolean,
  run: (alerts: readonly WindowAlert[]) => Promise<readonly { readonly members: readonly unknown[] }[]>,
): Promise<Row> {
  const taken: number[] = [];
  let incidents = 0;
  let members = 0;
  for (let i = 0; i < (quick ? 1 : RUNS); i++) {
    const started = performance.now();
    const found = await run(alerts);
    taken.push(performance.now() - started);
    incidents = found.length;
    members = found.reduce((sum, one) => sum + one.members.length, 0);
  }
  if (incidents === 0 && !what.includes('different')) throw new Error(`${what}: no incident was found`);
  const p50 = median(taken, (one) => one);
  return {
    case: what,
    throughput: (alerts.length / p50) * 1000,
    unit: 'alerts/s',
    p50,
    p99: Math.max(...taken),
    rss: figuresOf(process.pid).rss,
    note: `${incidents} incidents with ${members} members`,
  };
}

function alertOf(labels: Record<string, string>, message: string, second: number): WindowAlert {
  return {
    fingerprint: fingerprint(labels),
    labels,
    message,
    namespace: labels.namespace ?? 'default',
    owner: labels.deployment === undefined ? '' : `deployment/${labels.deployment}`,
    node: labels.node ?? '',
    startsAt: 1_700_000_000_000 + second * 1000,
    environment: 'production',
    priority: 'P2',
    rules: RULES.map(({ name }) => name),
    parentOf: [],
  };
}

/** A third on 20 failing nodes, a third of 30 failing deployments, a third unrelated. */
function mixed(size: number): WindowAlert[] {
  return Array.from({ length: size }, (_, i) => {
    const common = { cluster: `c-${i % 3}`, severity: i % 5 === 0 ? 'critical' : 'warning', job: 'kube-state-metrics' };
    const pod = `pod-${i.toString(16)}`;
    if (i % 3 === 0) {
      const node = `node-${i % 20}`;
      const labels = { ...common, alertname: 'PodNotReady', node, namespace: `ns-${i % 200}`, pod, container: 'main' };
      return alertOf(labels, `Pod ${labels.namespace}/${pod} on ${node} is not ready`, i % 280);
    }
    if (i % 3 === 1) {
      const deployment = `app-${i % 30}`;
      const labels = {
        ...common,
        alertname: 'CrashLoop',
        deployment,
        namespace: `ns-${i % 90}`,
        pod,
        container: 'main',
      };
      return alertOf(labels, `Container main of ${deployment} restarted ${i % 9} times`, i % 280);
    }
    const labels = {
      ...common,
      alertname: `Alert${i % 700}`,
      namespace: `solo-${i}`,
      instance: `10.0.${i >> 8}.${i % 256}`,
    };
    return alertOf(labels, `Value of metric ${i} is ${i * 3}, over its limit`, i % 280);
  });
}

function alike(size: number): WindowAlert[] {
  return Array.from({ length: size }, (_, i) => {
    const labels = {
      alertname: 'Down',
      cluster: 'c-1',
      namespace: 'shop',
      deployment: 'web',
      node: 'n1',
      pod: `pod-${i}`,
    };
    return alertOf(labels, `Pod pod-${i} is down`, i % 280);
  });
}

function different(size: number): WindowAlert[] {
  return Array.from({ length: size }, (_, i) => {
    const labels = {
      alertname: `A${i}`,
      cluster: `c-${i}`,
      namespace: `ns-${i}`,
      team: `t-${i % 97}`,
      zone: `z-${i % 89}`,
    };
    return alertOf(labels, `${letters(i * 7919)} ${letters(i * 104_729)} ${letters(i * 31)} happened`, i % 280);
  });
}

function letters(n: number): string {
  return [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}
