/**
 * One of two owners is killed while alerts come: how long its partitions stand still. Both hold live alerts, which the successor has to
 * have back before it can decide; measured from the kill until each partition's first decision by its new owner can be read.
 */

import type { Bus } from '../bus/connection.ts';
import { readJournal } from '../bus/journal-reader.ts';
import { type PartitionName, partitionNames } from '../bus/partition.ts';
import { journalStream } from '../bus/subjects.ts';
import { type BenchOptions, median } from './rig/benchmark.ts';
import { type Herald, startHerald, until } from './rig/herald.ts';
import { allAccepted, type LoadSpec, startLoad } from './rig/load.ts';
import { startNats } from './rig/nats.ts';
import { against, type Findings } from './rig/report.ts';
import { GROUPED, writeResources } from './rig/resources.ts';
import { type Scratch, withScratch } from './rig/scratch.ts';
import { COUNT, connect, countKeys } from './rig/stored.ts';

const WITHIN = 120_000;
/** A second, while the owner dies: each partition gets some. */
const RATE = { quick: 50, whole: 200 };
const BEFORE_KILL = 1500;
/** Longer than a takeover may take. */
const AFTER_KILL = 8500;

interface Run {
  /** Milliseconds, of each partition that lost its owner. */
  readonly waits: readonly number[];
  /** Of the successor, in MB. */
  readonly rss: number;
}

export default async function takeover({ quick, note }: BenchOptions): Promise<Findings> {
  const live = quick ? 1000 : 50_000;
  const rate = quick ? RATE.quick : RATE.whole;
  const runs: Run[] = [];
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    note(`round ${round}: one of two owners of ${live} live alerts is killed`);
    runs.push(await withScratch((scratch) => killed(scratch, live, rate)));
  }
  const waits = runs.flatMap((run) => run.waits).toSorted((a, b) => a - b);
  const slowest = waits.at(-1) ?? Number.POSITIVE_INFINITY;
  return {
    rows: [
      {
        case: `kill -9 of one of two owners, ${live} live alerts, ${rate} alerts/s meanwhile, to the first new decision`,
        p50: median(waits, (wait) => wait),
        p99: slowest,
        rss: Math.max(...runs.map(({ rss }) => rss)),
        note: `${waits.length} partitions in ${runs.length} kill${runs.length === 1 ? '' : 's'}, the fastest ${waits[0]?.toFixed(0)} ms, the slowest as p99; memory is the successor's`,
      },
    ],
    verdicts: [against('takeover', slowest / 1000)],
    omitted: [],
  };
}

async function killed(scratch: Scratch, live: number, rate: number): Promise<Run> {
  const { url: natsUrl } = await startNats(scratch);
  const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
  const start = (role: string) => startHerald(scratch, { command: ['run', role], natsUrl, config });
  const ingress = await start('ingress');
  const [doomed, successor] = await Promise.all([start('actors'), start('actors')]);
  const load = startLoad(scratch);
  const spec = {
    port: ingress.port,
    body: { format: 'webhook', path: '/v1/webhooks/alertmanager', label: GROUPED },
  } as const;
  const send = async (alerts: number, rest: Pick<LoadSpec, 'connections' | 'first' | 'plan'>) =>
    allAccepted(await load.ask({ ...spec, ...rest, body: { ...spec.body, alerts } }));
  const { accepted } = await send(10, { connections: 16, first: 0, plan: { kind: 'count', requests: live / 10 } });
  await decided([doomed, successor], accepted);
  const bus = await connect(scratch, natsUrl);
  const stop = new AbortController();
  scratch.atEnd(() => stop.abort());
  const seconds = (BEFORE_KILL + AFTER_KILL) / 1000;
  const sending = send(1, { connections: 16, first: accepted, plan: { kind: 'open', rate, warmUp: 0, seconds } });
  const after = await Promise.all(
    partitionNames(COUNT)
      .filter(isOfAlerts)
      .map((name) => follow(bus, name, stop.signal)),
  );
  await new Promise((resolve) => setTimeout(resolve, BEFORE_KILL));
  const at = performance.now();
  process.kill(doomed.pid, 'SIGKILL');
  const sent = await sending;
  stop.abort();
  const waits = after.flatMap(({ decidedAnew }) => (decidedAnew === null ? [] : [decidedAnew - at]));
  if (waits.length === 0) throw new Error('the owner that was killed had no partition');
  const kept = async () => (await countKeys(bus, 'alert.opened')) === accepted + sent.accepted;
  await until('every alert that was accepted to be decided', kept, WITHIN);
  return { waits, rss: successor.figures().rss };
}

const isOfAlerts = (name: PartitionName) => name.startsWith('a');

async function decided(owners: readonly Herald[], wanted: number): Promise<void> {
  const opened = (herald: Herald) => herald.metric('herald_events_total', { type: 'alert.opened' });
  const all = async () => (await Promise.all(owners.map(opened))).reduce((sum, one) => sum + one, 0);
  await until(`${wanted} alerts to be decided`, async () => (await all()) >= wanted, WITHIN);
}

/** From now on. `decidedAnew`: when the first decision behind a new owner's fence was read; null: it kept its owner. */
async function follow(bus: Bus, name: PartitionName, signal: AbortSignal) {
  const { state } = await bus.jsm.streams.info(journalStream(name));
  const seen: { decidedAnew: number | null } = { decidedAnew: null };
  const read = async () => {
    let isFenced = false;
    for await (const record of readJournal(bus, name, state.last_seq + 1, signal)) {
      if (record.kind === 'fence') isFenced = true;
      if (record.kind !== 'commit' || !isFenced || seen.decidedAnew !== null) continue;
      if (record.commit.events.some(({ type }) => type === 'alert.opened')) seen.decidedAnew = performance.now();
    }
  };
  void read();
  return seen;
}
