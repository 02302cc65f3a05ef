/**
 * What an alert means, all of it, in one thread: classified, filtered, prioritised, routed, and looked at by all that could hold
 * it back. Beside it what the steps take, what filters would take if every rule were asked, and how long a large policy takes
 * to be made: for so long the event loop, and with it every partition of the process, would stand still.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Alert } from '../alert/alert.ts';
import { fingerprint } from '../alert/fingerprint.ts';
import { decideHold, holdContext } from '../alert/hold.ts';
import { decideAlert } from '../alert/lifecycle.ts';
import { namespaceOf } from '../alert/namespace.ts';
import type { Policy } from '../alert/policy.ts';
import { storedAlert, withFields } from '../alert/stored-alert.ts';
import { channelSchemas } from '../channels/registry.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { loadResources } from '../resources/load.ts';
import { compileFilters } from '../rules/filter.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { type DecisionSizes, decisionLabels, decisionResources } from './rig/decision-resources.ts';
import { figuresOf } from './rig/machine.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { withScratch } from './rig/scratch.ts';

const SIZES: DecisionSizes = { filters: 200, patterns: 500, silences: 50, inhibitions: 20, routes: 100 };
const LARGE: DecisionSizes = { filters: 1000, patterns: 5000, silences: 50, inhibitions: 20, routes: 100 };
/** Alerts in one look at the clock. */
const SLICE = 20;
/** Firing alerts that inhibit others, in every partition's mind. */
const SOURCES = 1000;
const NOW = Date.parse('2026-11-23T10:00:00Z');

export default async function decide({ quick, note }: BenchOptions): Promise<Findings> {
  const count = quick ? 500 : 100_000;
  const { set } = await load(SIZES);
  const { policy } = set;
  const alerts = Array.from({ length: 5000 }, (_, i) => alertOf(i));
  note('whole decisions');
  const whole = await measure('everything', count, decideWhole(policy, alerts));
  const rows = [whole];
  for (const [what, step] of steps(set, alerts)) {
    note(what);
    rows.push(await measure(what, what.includes('every rule') ? Math.ceil(count / 10) : count, step));
  }
  note('a large policy');
  const compiled = await measureCompile(quick);
  const verdicts = [
    against('decision', whole.cpu ?? 0),
    against('policy-compile', (compiled.p50 ?? 0) / 1000),
    against('policy-stall', compiled.p99 ?? 0),
  ];
  return { rows: [...rows, compiled], verdicts, omitted: [] };
}

interface Loaded {
  readonly set: ResourceSet;
  /** Milliseconds, as the longest stall of the event loop. */
  readonly took: number;
  readonly stall: number;
  /** Microseconds of CPU. */
  readonly cpu: number;
}

async function load(sizes: DecisionSizes): Promise<Loaded> {
  return withScratch(async (scratch) => {
    const folder = scratch.folder();
    for (const [file, text] of Object.entries(decisionResources(sizes))) writeFileSync(join(folder, file), text);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const before = process.cpuUsage();
    const started = performance.now();
    const result = await loadResources(folder, { channelTypes: channelSchemas });
    const took = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    // The delay shows once the timer that measures it has had its turn.
    await pause(20);
    delay.disable();
    if (!result.ok) throw new Error(`the benchmark's resources are wrong: ${result.problems[0]?.message}`);
    return { set: result.set, took, stall: delay.max / 1e6, cpu: user + system };
  });
}

/** As ingress hands it on: its labels are text until they are looked at. */
function alertOf(i: number): Alert {
  const labels = decisionLabels(i);
  const annotations = { summary: `latency of ${labels.pod} is high`, runbook: 'https://runbooks.example/latency' };
  const source = {
    startsAt: NOW - 60_000,
    endsAt: null,
    generatorURL: 'http://prometheus.example/graph',
    source: 'am',
  };
  const alert: Alert = {
    tenant: 'default',
    fingerprint: fingerprint(labels),
    status: 'firing',
    labels,
    annotations,
    ...source,
  };
  return storedAlert(alert);
}

type Step = (i: number) => boolean;

/** Opened, and then what its group asks at a flush. True: somebody would be told. */
function decideWhole(policy: Policy, alerts: readonly Alert[]): Step {
  const context = holds(policy, alerts);
  return (i) => {
    const alert = alerts[i % alerts.length]!;
    const report = { kind: 'report', alert, cause: { receipt: 'r', index: i } } as const;
    const { effects } = decideAlert(null, report, NOW, policy);
    return effects.every((effect) => decideHold(effect.alert, context) === null) && effects.length > 0;
  };
}

function steps({ policy, filters }: ResourceSet, alerts: readonly Alert[]): [string, Step][] {
  const facts = alerts.map((alert) => ({ alert, profile: policy.profile('default', namespaceOf(alert.labels)) }));
  const { rules } = filters.get('default')!;
  const naive = compileFilters(rules, false);
  const at = <T>(list: readonly T[], i: number) => list[i % list.length]!;
  const context = holds(policy, alerts);
  const seen = alerts.map((alert) => withFields(alert, { environment: 'staging', priority: 'P3' } as const));
  return [
    ['profile of a known namespace', (i) => policy.profile('default', namespaceOf(at(alerts, i).labels)) !== null],
    [`${rules.length} filter rules, those that may apply`, (i) => policy.filter(at(facts, i), NOW).dropped === null],
    [`${rules.length} filter rules, every rule asked`, (i) => naive.apply(at(facts, i), NOW).dropped === null],
    [`${SIZES.routes} routes`, (i) => policy.route('default', at(alerts, i).labels).length > 0],
    [`${SIZES.silences} silences, ${SIZES.inhibitions} inhibitions`, (i) => decideHold(at(seen, i), context) === null],
  ];
}

function holds(policy: Policy, alerts: readonly Alert[]) {
  const sources = new Map(
    alerts.slice(0, SOURCES).map(({ fingerprint: id, labels }, i) => {
      return [id, { ...labels, alertname: `NodeDown-${i % SIZES.inhibitions}`, severity: 'critical', node: `x${i}` }];
    }),
  );
  const timing = { groupWait: 0, groupInterval: 1, repeatInterval: 1, channels: ['ops'] };
  return holdContext('default', timing, { sources, silences: new Map(), incidents: new Map() }, policy, NOW);
}

async function measure(what: string, count: number, step: Step): Promise<Row> {
  const warmUp = Math.ceil(count / 5 / SLICE);
  const latency = createHistogram({ lowest: 1, highest: 1_000_000_000, figures: 3 });
  let told = 0;
  let elapsed = 0;
  let before = process.cpuUsage();
  for (let slice = 0; slice < warmUp + count / SLICE; slice++) {
    if (slice === warmUp) before = process.cpuUsage();
    const started = process.hrtime.bigint();
    for (let i = slice * SLICE; i < (slice + 1) * SLICE; i++) if (step(i)) told++;
    const took = Number(process.hrtime.bigint() - started);
    if (slice >= warmUp) {
      latency.record(Math.max(1, Math.round(took / SLICE)));
      elapsed += took;
    }
    if (slice % 100 === 0) await nextTurn();
  }
  const { user, system } = process.cpuUsage(before);
  if (told < count / 2) throw new Error(`${what}: of ${count} alerts only ${told} would be told of`);
  return {
    case: what,
    throughput: (count / elapsed) * 1e9,
    unit: 'alerts/s',
    p50: latency.percentile(50) / 1e6,
    p99: latency.percentile(99) / 1e6,
    cpu: (user + system) / count,
    rss: figuresOf(process.pid).rss,
  };
}

/** p50: how long it takes; p99: the longest time that the event loop stood still for. Of three runs the middle one. */
async function measureCompile(quick: boolean): Promise<Row> {
  const sizes = quick ? SIZES : LARGE;
  const runs = [];
  for (let run = 0; run < (quick ? 1 : 3); run++) runs.push(await load(sizes));
  const { took, stall, cpu } = runs.sort((a, b) => a.took - b.took)[Math.floor(runs.length / 2)]!;
  return {
    case: `policy of ${sizes.patterns} patterns and ${sizes.filters} filter rules, from files`,
    throughput: 1000 / took,
    unit: 'policies/s',
    p50: took,
    p99: stall,
    cpu,
    rss: figuresOf(process.pid).rss,
    note: `${Math.round(took)} ms, of them ${Math.round(stall)} ms at a stretch`,
  };
}
