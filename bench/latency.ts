/**
 * From the moment at which an alert was meant to leave its sender to the arrival of its notification: an open loop at a fixed
 * rate, so that what Herald delays is counted and not left out.
 */

import { untilArchived } from './rig/archived.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { type Herald, startHerald, until } from './rig/herald.ts';
import { allAccepted, type LoadResult, startLoad } from './rig/load.ts';
import { startNats } from './rig/nats.ts';
import { type Receiver, startReceiver } from './rig/receiver.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { NOTIFIED, writeResources } from './rig/resources.ts';
import { withScratch } from './rig/scratch.ts';
import { mustEqual } from './rig/stored.ts';

const ARRIVED_WITHIN = 60_000;
const BUDGETED_RATE = 1000;
/** Of the channel: with too few the queue of the channel is measured, as `notifications` does. */
const CONCURRENCY = 512;

export default async function latency({ quick, note }: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  for (const rate of quick ? [100] : [100, BUDGETED_RATE]) {
    note(`${rate} alerts a second`);
    rows.push(await atRate(rate, quick ? 0.5 : 15));
  }
  return { rows, verdicts: [against('notified-p99', rows.at(-1)?.p99 ?? Number.NaN)], omitted: [] };
}

function atRate(rate: number, seconds: number): Promise<Row> {
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const receiver = await startReceiver(scratch);
    const config = writeResources(scratch, { url: receiver.url, concurrency: CONCURRENCY });
    const herald = await startHerald(scratch, { command: ['start'], natsUrl: nats.url, config });
    const load = startLoad(scratch);
    const send = async (first: number, time: number): Promise<LoadResult> => {
      const plan = { kind: 'open', rate, warmUp: 0, seconds: time } as const;
      const body = { format: 'webhook', path: '/v1/webhooks/alertmanager', alerts: 1, label: NOTIFIED } as const;
      const result = allAccepted(await load.ask({ port: herald.port, connections: 64, body, first, plan }));
      await arrived(receiver, result.accepted);
      return result;
    };
    const warm = await send(0, seconds / 3);
    await receiver.child.ask({ kind: 'reset' });
    const cpu = herald.figures().cpu;
    const measured = await send(warm.accepted, seconds);
    const figures = herald.figures();
    const { notifications, distinct, p50, p99, max } = await receiver.child.ask({ kind: 'count' });
    mustEqual('notifications that arrived', notifications, measured.accepted);
    mustEqual('different notifications among them', distinct, measured.accepted);
    await journaled(herald, warm.accepted + measured.accepted);
    await untilArchived(herald, 'delivered', warm.accepted + measured.accepted);
    return {
      case: `accept → notification, ${rate} alerts/s, open loop, ${seconds} s`,
      throughput: measured.accepted / measured.seconds,
      unit: 'alerts/s',
      p50,
      p99,
      cpu: ((figures.cpu - cpu) * 1e6) / measured.accepted,
      rss: figures.rss,
      note: `worst ${max.toFixed(0)} ms; acknowledgement p50 ${measured.p50.toFixed(1)}, p99 ${measured.p99.toFixed(1)} ms`,
    };
  });
}

async function arrived(receiver: Receiver, count: number): Promise<void> {
  const isThere = async () => (await receiver.child.ask({ kind: 'count' })).notifications >= count;
  await until(`${count} notifications`, isThere, ARRIVED_WITHIN);
}

async function journaled(herald: Herald, count: number): Promise<void> {
  const isThere = async () => (await herald.metric('herald_events_total', { type: 'delivery.delivered' })) >= count;
  await until(`${count} journaled deliveries`, isThere, ARRIVED_WITHIN);
}
