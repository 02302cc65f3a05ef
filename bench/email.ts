/**
 * Mails out, each with its attempt and its outcome journaled: HTML and text are built, and a pool of connections hands them to a loopback
 * SMTP server. Alerts come in faster than mails leave; the clock stops when the last delivery is journaled.
 */

import type { BenchOptions } from './rig/benchmark.ts';
import { delivered } from './rig/delivered.ts';
import { startHerald } from './rig/herald.ts';
import { startMailSink } from './rig/mail-sink.ts';
import { startNats } from './rig/nats.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { writeResources } from './rig/resources.ts';
import { withScratch } from './rig/scratch.ts';
import { mustEqual } from './rig/stored.ts';

export default async function email({ quick, note }: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  for (const connections of quick ? [5] : [1, 5, 20]) {
    note(`${connections} connections`);
    rows.push(await withConnections(connections, quick ? 50 : 2000));
  }
  const best = Math.max(...rows.map(({ throughput = 0 }) => throughput));
  return { rows, verdicts: [against('mails', best)], omitted: [] };
}

function withConnections(maxConnections: number, total: number): Promise<Row> {
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const sink = await startMailSink(scratch);
    const channel =
      `type: email, host: 127.0.0.1, port: ${sink.port}, security: none, allowPrivateAddresses: true, ` +
      `from: herald@example.com, to: [ops@example.com], maxConnections: ${maxConnections}`;
    const config = writeResources(scratch, { channel, concurrency: 64 });
    const herald = await startHerald(scratch, { command: ['start'], natsUrl: nats.url, config });
    const warm = await delivered(scratch, herald, 0, total / 5);
    const cpu = herald.figures().cpu;
    const { sent, seconds } = await delivered(scratch, herald, warm.sent, total);
    const figures = herald.figures();
    const arrived = await sink.child.ask({ kind: 'count' });
    mustEqual('mails that arrived', arrived.mails, warm.sent + sent);
    mustEqual('different mails among them', arrived.distinct, warm.sent + sent);
    return {
      case: `one email channel, ${maxConnections} connections at most, ${sent} mails about one alert each`,
      throughput: sent / seconds,
      unit: 'per second',
      cpu: ((figures.cpu - cpu) * 1e6) / sent,
      rss: figures.rss,
    };
  });
}
