/**
 * What the edge costs, and what strangers do to the others: token, network list and limits beside a Source without any; TLS beside
 * plain HTTP; many idle and slow connections beside those that work; a very large webhook beside small ones. What alerts are
 * cleaned of cannot be switched off, so that it is part of both sides. Fresh processes for each run, in another order each round; a quick
 * one shows that each case works, and has one Herald for all of them.
 */

import { type BenchOptions, median } from './rig/benchmark.ts';
import type { BodyOptions } from './rig/bodies.ts';
import { type CrowdSpec, startCrowd } from './rig/crowd.ts';
import { type Edge, startEdge, TOKEN } from './rig/edge-herald.ts';
import { allAccepted, type LoadChild, type LoadPlan, startLoad } from './rig/load.ts';
import { type LoadRun, rate, rowOf } from './rig/load-run.ts';
import { against, type Findings } from './rig/report.ts';
import { GROUPED } from './rig/resources.ts';
import { type Scratch, withScratch } from './rig/scratch.ts';

/** Characters in each alert that make 10,000 of them 20 MB. */
const FILLER = 1270;
/** Milliseconds from one small request beside the large one to the next. */
const EVERY = { quick: 25, whole: 5 };
/** Each on a connection of its own, as senders are: on one, each would wait for those before it as well. */
const SENDERS = 16;
const HEALTH = { format: 'get', path: '/healthz', alerts: 0 } as const;
/** Seconds in which they come alone. The large one leaves half as long after that. */
const WARM_UP = 0.5;

const body = (path: string, alerts = 1): BodyOptions => ({
  format: 'webhook',
  path: `/v1/webhooks/${path}`,
  alerts,
  label: GROUPED,
});

interface Run extends LoadRun {
  readonly note: string;
  /** Of the large webhook: the longest that a small request waited, in milliseconds. */
  readonly stall: number;
}

/** Where cases run. */
interface Place {
  readonly scratch: Scratch;
  readonly quick: boolean;
  readonly herald: Edge;
  readonly load: LoadChild;
}

interface Case {
  readonly name: string;
  run(place: Place): Promise<Run>;
}

const busy = (quick: boolean): LoadPlan => ({
  kind: 'closed',
  warmUp: quick ? 0.1 : 2,
  seconds: quick ? 0.2 : 5,
});
/** Longer than the ten seconds after which the server ends idle connections. */
const steady = (quick: boolean): LoadPlan => ({
  kind: 'open',
  rate: quick ? 100 : 1000,
  warmUp: quick ? 0.1 : 2,
  seconds: quick ? 0.3 : 12,
});

const CASES = {
  open: { name: 'no authentication, no limits', run: (place) => loaded(place, busy, body('alertmanager')) },
  guarded: {
    name: 'token, network list, rates, concurrency',
    run: (place) => loaded(place, busy, { ...body('guarded'), bearer: TOKEN }),
  },
  tls: {
    name: 'TLS with keep-alive, else as the first',
    run: (place) => loaded(place, busy, body('alertmanager'), { tls: true }),
  },
  alone: { name: '1,000 requests/s alone', run: (place) => loaded(place, steady, body('alertmanager')) },
  crowded: {
    name: '1,000 requests/s beside 5,000 idle and 500 slow connections',
    run: (place) =>
      loaded(place, steady, body('alertmanager'), {
        crowd: place.quick ? { idle: 50, slow: 10 } : { idle: 5000, slow: 500 },
      }),
  },
  large: { name: 'a webhook of 10,000 alerts beside small ones', run: large },
} satisfies Record<string, Case>;

export default async function edge({ quick, note }: BenchOptions): Promise<Findings> {
  const cases: Case[] = Object.values(CASES);
  const rounds = quick ? 1 : 3;
  const runs = new Map<Case, Run[]>(cases.map((one) => [one, []]));
  const take = async (place: Place, one: Case, round: number) => {
    note(`round ${round + 1} of ${rounds}: ${one.name}`);
    runs.get(one)!.push(await one.run(place));
  };
  for (let round = 0; round < rounds; round++) {
    const inTurn = [...cases.slice(round), ...cases.slice(0, round)];
    if (!quick) for (const one of inTurn) await withPlace(quick, (place) => take(place, one, round));
    else
      await withPlace(quick, async (place) => {
        for (const one of inTurn) await take(place, one, round);
      });
  }
  const middle = (one: Case, figure: (run: Run) => number) => figure(median(runs.get(one)!, figure));
  const { open, guarded, tls, alone, crowded, large } = CASES;
  return {
    rows: cases.map((one) => {
      const run = median(runs.get(one)!, one === alone || one === crowded ? p99 : rate);
      return rowOf(one.name, run, run.note);
    }),
    verdicts: [
      against('edge-guards', middle(guarded, rate) / middle(open, rate)),
      against('edge-tls', middle(tls, rate) / middle(open, rate)),
      against('edge-crowd', middle(crowded, p99) / middle(alone, p99)),
      against('edge-large', middle(large, ({ load }) => load.max) / 1000),
      against(
        'edge-stall',
        middle(large, ({ stall }) => stall),
      ),
    ],
    omitted: [],
  };
}

const p99 = ({ load }: Run) => load.p99;

interface Besides {
  readonly tls?: boolean;
  readonly crowd?: Omit<CrowdSpec, 'port'>;
}

function withPlace<T>(quick: boolean, run: (place: Place) => Promise<T>): Promise<T> {
  return withScratch(async (scratch) =>
    run({ scratch, quick, herald: await startEdge(scratch), load: startLoad(scratch) }),
  );
}

async function loaded(
  { scratch, quick, herald, load: generator }: Place,
  plan: (quick: boolean) => LoadPlan,
  body: BodyOptions,
  { tls = false, crowd: size }: Besides = {},
): Promise<Run> {
  const crowd = size === undefined ? null : startCrowd(scratch);
  const opened = await crowd?.ask({ port: herald.port, ...size! });
  const before = herald.figures().cpu;
  const port = tls ? herald.tlsPort : herald.port;
  const load = allAccepted(
    await generator.ask({ port, tls, connections: quick ? 16 : 64, body, first: 0, plan: plan(quick) }),
  );
  const { cpu, rss } = herald.figures();
  const held = await crowd?.ask('state');
  await herald.verify(load.accepted);
  const note =
    opened === undefined || held === undefined
      ? `generator ${Math.round(load.busy * 100)} % of a core`
      : `opened ${opened.idle} idle, ${opened.slow} slow; at the end ${held.idle} and ${held.slow}, ` +
        `at the least ${held.lowest} together; ${held.reopened} were ended and opened again`;
  return { load, cpu: ((cpu - before) * 1e6) / load.accepted, rss, note, stall: Number.NaN };
}

/**
 * The small requests begin before the large one, and warm Herald up; the longest wait of all of them counts. Asking for its health
 * beside tells whether Herald stood still or only the storing took long.
 */
async function large({ scratch, quick, herald, load: big }: Place): Promise<Run> {
  const seconds = quick ? 4 : 8;
  const every = quick ? EVERY.quick : EVERY.whole;
  let isOver = false;
  const beside = async (body: BodyOptions) => {
    const plan = { kind: 'open', rate: 1000 / every, warmUp: WARM_UP, seconds } as const;
    const result = await startLoad(scratch).ask({ port: herald.port, connections: SENDERS, body, first: 0, plan });
    isOver = true;
    return allAccepted(result);
  };
  const both = Promise.all([beside(body('alertmanager')), beside({ ...body(''), ...HEALTH })]);
  await new Promise((resolve) => setTimeout(resolve, 1500 * WARM_UP));
  const before = herald.figures().cpu;
  const load = allAccepted(
    await big.ask({
      port: herald.port,
      connections: 1,
      body: { ...body('large', quick ? 1000 : 10_000), filler: FILLER },
      first: 1_000_000,
      plan: { kind: 'count', requests: 1 },
    }),
  );
  if (isOver)
    throw new Error(`the large webhook was not answered within the ${seconds} s in which small ones were sent`);
  const { cpu, rss } = herald.figures();
  const [small, health] = await both;
  await herald.verify(load.accepted + small.accepted);
  const note =
    `${(load.size / 1e6).toFixed(1)} MB in one request; webhooks of one alert every ${every} ms: ` +
    `p50 ${small.p50.toFixed(1)}, p99 ${small.p99.toFixed(1)}, longest ${small.max.toFixed(1)} ms; ` +
    `/healthz, which stores nothing: longest ${health.max.toFixed(1)} ms`;
  return { load, cpu: ((cpu - before) * 1e6) / load.accepted, rss, note, stall: small.max };
}
