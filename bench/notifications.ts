/**
 * Webhook notifications out, each with its attempt and its outcome journaled. Alerts come in faster than notifications leave,
 * so the channel always has something to send; the clock stops when the last delivery is journaled.
 */

import { untilArchived } from './rig/archived.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { delivered } from './rig/delivered.ts';
import { startHerald } from './rig/herald.ts';
import { startNats } from './rig/nats.ts';
import { startReceiver } from './rig/receiver.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { writeResources } from './rig/resources.ts';
import { withScratch } from './rig/scratch.ts';
import { mustEqual } from './rig/stored.ts';

export default async function notifications({ quick, note }: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  for (const concurrency of quick ? [64] : [16, 64, 512]) {
    note(`${concurrency} sends under way at once`);
    rows.push(await withConcurrency(concurrency, quick ? 200 : 20_000));
  }
  const best = Math.max(...rows.map(({ throughput = 0 }) => throughput));
  return { rows, verdicts: [against('notifications', best)], omitted: [] };
}

function withConcurrency(concurrency: number, total: number): Promise<Row> {
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const receiver = await startReceiver(scratch);
    const config = writeResources(scratch, { url: receiver.url, concurrency });
    const herald = await startHerald(scratch, { command: ['start'], natsUrl: nats.url, config });
    const warm = await delivered(scratch, herald, 0, total / 5);
    await receiver.child.ask({ kind: 'reset' });
    const cpu = herald.figures().cpu;
    const { sent, seconds } = await delivered(scratch, herald, warm.sent, total);
    const figures = herald.figures();
    const arrived = await receiver.child.ask({ kind: 'count' });
    mustEqual('notifications that arrived', arrived.notifications, sent);
    mustEqual('different notifications among them', arrived.distinct, sent);
    await untilArchived(herald, 'delivered', warm.sent + sent);
    return {
      case: `one webhook channel, concurrency ${concurrency}, ${sent} notifications of one alert`,
      throughput: sent / seconds,
      unit: 'per second',
      p50: arrived.p50,
      p99: arrived.p99,
      cpu: ((figures.cpu - cpu) * 1e6) / sent,
      rss: figures.rss,
      note: 'latency: time in the queue included, from when the alert was sent',
    };
  });
}
