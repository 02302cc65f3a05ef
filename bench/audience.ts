/**
 * One alert for many: audiences of growing size to a loopback receiver by one webhook channel, each member with an attempt and an outcome
 * in the journal. In the middle of the largest Herald is killed with -9 and started again: nobody may be missing, and no more may come
 * twice, under the same id, than were under way.
 */

import { sendAlert, writeAudience } from './rig/announce.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { type Herald, type HeraldSpec, startHerald, until } from './rig/herald.ts';
import { microseconds } from './rig/monotonic.ts';
import { startNats } from './rig/nats.ts';
import { type Receiver, startReceiver } from './rig/receiver.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { type Scratch, withScratch } from './rig/scratch.ts';
import { mustEqual } from './rig/stored.ts';

const CONCURRENCY = { quick: 64, whole: 512 };
const WITHIN = 3_600_000;
/** Milliseconds. Often in a quick run, whose audience is told within a third of a second: the kill must come in the middle. */
const SAMPLE_EVERY = { quick: 10, whole: 250 };

interface Place {
  readonly scratch: Scratch;
  readonly size: number;
  readonly concurrency: number;
  readonly sampleEvery: number;
  readonly receiver: Receiver;
  readonly spec: HeraldSpec;
  readonly herald: Herald;
}

export default async function audience({ quick, note }: BenchOptions): Promise<Findings> {
  const [many, most] = quick ? [600, 600] : [10_000, 1_000_000];
  const first = (place: Place) => {
    note(`${many} recipients`);
    return told(place, false);
  };
  const second = (place: Place) => {
    note(`${most} recipients, and a kill -9 in the middle`);
    return told(place, true);
  };
  // Quick, for one Herald after the other would take most of the time.
  const [small, large] = quick
    ? await withPlace(many, 'quick', async (place) => [await first(place), await second(place)] as const)
    : [await withPlace(many, 'whole', first), await withPlace(most, 'whole', second)];
  return {
    rows: [small.row, large.row],
    verdicts: [against('audience-10k', small.seconds), against('audience-memory', large.rss)],
    omitted: [],
  };
}

function withPlace<T>(size: number, kind: 'quick' | 'whole', run: (place: Place) => Promise<T>): Promise<T> {
  const [concurrency, sampleEvery] = [CONCURRENCY[kind], SAMPLE_EVERY[kind]];
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const receiver = await startReceiver(scratch);
    const config = writeAudience(scratch, { url: receiver.url, size, concurrency });
    const spec = { command: ['start'], natsUrl: nats.url, config, data: scratch.folder() } as const;
    return run({ scratch, size, concurrency, sampleEvery, receiver, spec, herald: await startHerald(scratch, spec) });
  });
}

async function told(
  { scratch, size, concurrency, sampleEvery, receiver, spec, herald: first }: Place,
  killed: boolean,
): Promise<{ row: Row; seconds: number; rss: number }> {
  let herald = first;
  let rss = herald.figures().rss;
  const before = rss;
  const cpu = herald.figures().cpu;
  await receiver.child.ask({ kind: 'reset' });
  const arrived = () => receiver.child.ask({ kind: 'count' });
  const most = async (of: Herald, count: number) => {
    await until(
      `${count} notifications`,
      async () => {
        rss = Math.max(rss, of.figures().rss);
        return (await arrived()).distinct >= count;
      },
      WITHIN,
      sampleEvery,
    );
  };
  const since = microseconds();
  await sendAlert(herald.port, { bench: 'audience', namespace: 'shop-dev' });
  let standstill = 0;
  if (killed) {
    await most(herald, Math.ceil(size / 2));
    const diedAt = microseconds();
    process.kill(herald.pid, 'SIGKILL');
    const reached = (await arrived()).distinct;
    herald = await startHerald(scratch, spec);
    // More than could come twice, where so many are left.
    await most(herald, Math.min(size, reached + concurrency + 1));
    standstill = (microseconds() - diedAt) / 1e6;
  }
  await most(herald, size);
  const { distinct, notifications, lastAt } = await arrived();
  const seconds = (lastAt - since) / 1e6;
  mustEqual('recipients who were told', distinct, size);
  const twice = notifications - distinct;
  if (twice > (killed ? concurrency : 0)) throw new Error(`${twice} notifications came twice`);
  const used = herald.figures().cpu - (killed ? 0 : cpu);
  const row: Row = {
    case: `an audience of ${size.toLocaleString('en')}, one alert, concurrency ${concurrency}${killed ? ', killed half-way' : ''}`,
    throughput: distinct / seconds,
    unit: 'per second',
    rss,
    ...(killed ? {} : { cpu: (used * 1e6) / size }),
    note: killed
      ? `the most memory it had, ${Math.round(before)} MB before; ${twice} came twice under the same id; ${standstill.toFixed(1)} s from the kill to the next ones`
      : `the most memory it had, ${Math.round(before)} MB before; all told after ${seconds.toFixed(1)} s`,
  };
  return { row, seconds, rss };
}
