/**
 * Naming an environment: one set of patterns, the memo before it, the whole profile with 50 classes and a naming standard, the
 * pool for bulk work by batch size, and what one would write first, a loop over single expressions.
 */

import { createHistogram } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import RE2 from 're2';
import { type Classifier, compileClassifier } from '../rules/classify.ts';
import type { EnvironmentRules } from '../rules/environment-rules.ts';
import { createRulesPool } from '../rules/pool.ts';
import { compileProfiler, type ProfileRules } from '../rules/profile.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { figuresOf } from './rig/machine.ts';
import { against, type Findings, type Row } from './rig/report.ts';

const SIZES = [50, 500, 5000];
const BUDGETED_SIZE = 500;
/** Names in one look at the clock: reading it costs about as much as an answer of the memo. */
const SLICE = 100;

export default async function classify({ quick, note }: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  const verdicts: Findings['verdicts'][number][] = [];
  for (const size of quick ? [BUDGETED_SIZE] : SIZES) {
    note(`${size} patterns`);
    const rules = rulesOf(size);
    const set = await measureSet(rules, size, quick);
    const known = await measureKnown(rules, size, quick);
    rows.push(set, known, ...(await measureProfiles(rules, size, quick)), ...(await measureLoops(rules, size, quick)));
    if (size === BUDGETED_SIZE) {
      verdicts.push(against('classify-new', microsecondsOf(set)), against('classify-known', microsecondsOf(known)));
      for (const batch of quick ? [100] : [1, 100, 2000]) rows.push(await measurePool(rules, size, batch, quick));
    }
  }
  return { rows, verdicts, omitted: [] };
}

function microsecondsOf({ throughput = 0 }: Row): number {
  return 1e6 / throughput;
}

/** A quarter each for the four environments; most names match one pattern, some two, some none. */
function rulesOf(size: number): EnvironmentRules {
  const environments = (['production', 'staging', 'testing', 'development'] as const).map((name, i) => ({
    name,
    priority: null,
    patterns: Array.from(
      { length: size / 4 + (i < size % 4 ? 1 : 0) },
      (_, n) => `^team-${n}-[a-z]+-${shorts[i]}(-|$)`,
    ),
    exclude: [],
  }));
  return { policy: 'bench', default: 'production', caseSensitive: false, environments };
}

const shorts = ['prod', 'stg', 'test', 'dev'];

function nameOf(i: number, size: number): string {
  const suffix = i % 10 === 9 ? 'canary' : shorts[i % 4];
  return `team-${i % Math.ceil(size / 4)}-checkout-${suffix}-${i}`;
}

function classifierOf(rules: EnvironmentRules): Classifier {
  const compiled = compileClassifier(rules);
  if (!compiled.ok) throw new Error(`the benchmark's patterns do not compile: ${compiled.problems[0]?.message}`);
  return compiled.classifier;
}

function measureSet(rules: EnvironmentRules, size: number, quick: boolean): Promise<Row> {
  const { classify: decide } = classifierOf(rules);
  return loop('set, new names', size, quick ? 2000 : 200_000, (i) => decide(nameOf(i, size)).environment);
}

function measureKnown(rules: EnvironmentRules, size: number, quick: boolean): Promise<Row> {
  const { classify: decide } = classifierOf(rules);
  const names = Array.from({ length: 1000 }, (_, i) => nameOf(i, size));
  for (const name of names) decide(name);
  return loop('memo, known names', size, quick ? 2000 : 2_000_000, (i) => decide(names[i % names.length]!).environment);
}

/** With what an organisation of 50 teams declares beside the environments. */
function profileRulesOf(environments: EnvironmentRules): ProfileRules {
  const classes = Array.from({ length: 50 }, (_, n) => ({
    name: `bench/team-${n}`,
    precedence: 0,
    names: [],
    patterns: [`^team-${n}-`],
    exclude: [],
    matchLabels: {},
    environments: [],
    attributes: { businessUnit: `unit-${n % 5}`, owner: `team-${n}`, criticality: 'high' as const },
  }));
  const segment = { values: [], pattern: null, environments: {}, optional: false, repeat: false };
  const segments = ['team', 'number', 'service', 'env', 'copy'].map((name) => ({ ...segment, name }));
  const shapes = [{ name: 'service', environments: [], segments }];
  const naming = { standard: 'bench/names', separator: '-', maxLength: 63, forbidden: ['tmp'], exempt: [], shapes };
  return { tenant: 'bench', environments, classes, labels: {}, naming };
}

async function measureProfiles(environments: EnvironmentRules, size: number, quick: boolean): Promise<Row[]> {
  const compiled = compileProfiler(profileRulesOf(environments));
  if (!compiled.ok) throw new Error(`the benchmark's patterns do not compile: ${compiled.problems[0]?.message}`);
  const { profile } = compiled.profiler;
  const names = Array.from({ length: 1000 }, (_, i) => nameOf(i, size));
  const fresh = await loop(
    'profile, new names',
    size,
    quick ? 2000 : 100_000,
    (i) => profile(nameOf(i, size)).environment,
  );
  for (const name of names) profile(name);
  const known = (i: number) => profile(names[i % names.length]!).environment;
  return [fresh, await loop('profile, known names', size, quick ? 2000 : 2_000_000, known)];
}

/** What the loops look for is what the set decides: the first environment, in order of danger, with a pattern that matches. */
async function measureLoops(rules: EnvironmentRules, size: number, quick: boolean): Promise<Row[]> {
  const count = quick ? 200 : Math.round(2_000_000 / size);
  const over = (make: (pattern: string) => { test(name: string): boolean }) => {
    const compiled = rules.environments.map(({ name, patterns }) => ({ name, tests: patterns.map(make) }));
    return (i: number) => {
      const name = nameOf(i, size);
      return compiled.find(({ tests }) => tests.filter((one) => one.test(name)).length > 0)?.name ?? rules.default;
    };
  };
  return [
    await loop(
      'naive loop of RE2',
      size,
      count,
      over((pattern) => new RE2(pattern, 'iu')),
    ),
    await loop(
      'naive loop of RegExp',
      size,
      count,
      over((pattern) => new RegExp(pattern, 'i')),
    ),
  ];
}

async function loop(what: string, size: number, count: number, decide: (i: number) => string): Promise<Row> {
  const warmUp = Math.ceil(count / 10 / SLICE);
  const latency = createHistogram({ lowest: 1, highest: 1_000_000_000, figures: 3 });
  let production = 0;
  let elapsed = 0;
  for (let slice = 0; slice < warmUp + count / SLICE; slice++) {
    const started = process.hrtime.bigint();
    for (let i = slice * SLICE; i < (slice + 1) * SLICE; i++) if (decide(i) === 'production') production++;
    const took = Number(process.hrtime.bigint() - started);
    if (slice >= warmUp) {
      latency.record(Math.max(1, Math.round(took / SLICE)));
      elapsed += took;
    }
    if (slice % 100 === 0) await nextTurn();
  }
  mustBeAQuarter(what, production / ((warmUp + count / SLICE) * SLICE));
  return rowOf(what, size, (count / elapsed) * 1e9, latency.percentile(50) / 1e6, latency.percentile(99) / 1e6);
}

/** A tenth of the names match nothing and are production by default; a quarter of the others say so. */
function mustBeAQuarter(what: string, share: number): void {
  if (share < 0.25 || share > 0.4) throw new Error(`${what}: ${share} of the names are production, expected about 0.3`);
}

async function measurePool(rules: EnvironmentRules, size: number, batch: number, quick: boolean): Promise<Row> {
  const pool = createRulesPool({ threads: 1, batch });
  const count = quick ? 400 : batch === 1 ? 10_000 : 100_000;
  try {
    const names = (from: number) => Array.from({ length: count }, (_, i) => nameOf(from + i, size));
    const all = profileRulesOf(rules);
    await pool.classifyAll(all, names(0));
    const fresh = names(count);
    const started = performance.now();
    const result = await pool.classifyAll(all, fresh);
    const seconds = (performance.now() - started) / 1000;
    if (!result.ok || result.classifications.length !== count) throw new Error('the pool did not classify every name');
    return rowOf(`pool of one thread, batches of ${batch}, new names`, size, count / seconds);
  } finally {
    await pool.close();
  }
}

function rowOf(what: string, size: number, throughput: number, p50?: number, p99?: number): Row {
  return {
    case: `${size} patterns, ${what}`,
    throughput,
    unit: 'names/s',
    ...(p50 === undefined || p99 === undefined ? {} : { p50, p99 }),
    rss: figuresOf(process.pid).rss,
    note: `${(1e6 / throughput).toPrecision(3)} µs a name`,
  };
}
