/**
 * One alert for many: audiences of growing size to a loopback receiver by one webhook channel, each member with an attempt and an outcome
 * in the journal. In the middle of the largest Herald is killed with -9 and started again: nobody may be missing, and no more may come
 * twice, under the same id, than were under way.
 */

import { sendAlert, writeAudience } from './rig/announce.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { type Herald, startHerald, until } from './rig/herald.ts';
import { microseconds } from './rig/monotonic.ts';
import { startNats } from './rig/nats.ts';
import { startReceiver } from './rig/receiver.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { withScratch } from './rig/scratch.ts';
import { mustEqual } from './rig/stored.ts';

const CONCURRENCY = 512;
const WITHIN = 3_600_000;
const SAMPLE_EVERY = 250;

export default async function audience({ quick, note }: BenchOptions): Promise<Findings> {
  const [many, most] = quick ? [500, 2000] : [10_000, 1_000_000];
  note(`${many} recipients`);
  const small = await withSize(many, false);
  note(`${most} recipients, and a kill -9 in the middle`);
  const large = await withSize(most, true);
  return {
    rows: [small.row, large.row],
    verdicts: [against('audience-10k', small.seconds), against('audience-memory', large.rss)],
    omitted: [],
  };
}

function withSize(size: number, killed: boolean): Promise<{ row: Row; seconds: number; rss: number }> {
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const receiver = await startReceiver(scratch);
    const config = writeAudience(scratch, { url: receiver.url, size, concurrency: CONCURRENCY });
    const spec = { command: ['start'], natsUrl: nats.url, config, data: scratch.folder() } as const;
    let herald = await startHerald(scratch, spec);
    let rss = herald.figures().rss;
    const before = rss;
    const cpu = herald.figures().cpu;
    const arrived = () => receiver.child.ask({ kind: 'count' });
    const most = async (of: Herald, count: number) => {
      await until(
        `${count} notifications`,
        async () => {
          rss = Math.max(rss, of.figures().rss);
          return (await arrived()).distinct >= count;
        },
        WITHIN,
        SAMPLE_EVERY,
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
      await most(herald, Math.min(size, reached + CONCURRENCY + 1));
      standstill = (microseconds() - diedAt) / 1e6;
    }
    await most(herald, size);
    const { distinct, notifications, lastAt } = await arrived();
    const seconds = (lastAt - since) / 1e6;
    mustEqual('recipients who were told', distinct, size);
    const twice = notifications - distinct;
    if (twice > (killed ? CONCURRENCY : 0)) throw new Error(`${twice} notifications came twice`);
    const used = herald.figures().cpu - (killed ? 0 : cpu);
    const row: Row = {
      case: `an audience of ${size.toLocaleString('en')}, one alert, concurrency ${CONCURRENCY}${killed ? ', killed half-way' : ''}`,
      throughput: distinct / seconds,
      unit: 'per second',
      rss,
      ...(killed ? {} : { cpu: (used * 1e6) / size }),
      note: killed
        ? `the most memory it had, ${Math.round(before)} MB before; ${twice} came twice under the same id; ${standstill.toFixed(1)} s from the kill to the next ones`
        : `the most memory it had, ${Math.round(before)} MB before; all told after ${seconds.toFixed(1)} s`,
    };
    return { row, seconds, rss };
  });
}
