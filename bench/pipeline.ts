/**
 * From accepting to decided and journaled, all of it in one `herald start`, with alerts that differ from each other. Alerts are
 * sent as fast as they are accepted, and the clock stops when the last one is journaled: nothing can hide in a queue.
 */

import { untilArchived } from './rig/archived.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { type Herald, startHerald, until } from './rig/herald.ts';
import { allAccepted, startLoad } from './rig/load.ts';
import { microseconds } from './rig/monotonic.ts';
import { startNats } from './rig/nats.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { GROUPED, writeResources } from './rig/resources.ts';
import { type Scratch, withScratch } from './rig/scratch.ts';

const DECIDED_WITHIN = 300_000;

interface Batch {
  readonly first: number;
  readonly requests: number;
}

export default async function pipeline({ quick, note }: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  for (const alerts of quick ? [10] : [1, 10]) {
    note(`${alerts} alert${alerts === 1 ? '' : 's'} a request`);
    rows.push(
      await withScratch((scratch) => sustained(scratch, alerts, quick ? 2000 : alerts === 1 ? 30_000 : 100_000)),
    );
  }
  return { rows, verdicts: [against('decided', rows.at(-1)?.throughput ?? 0)], omitted: [] };
}

async function sustained(scratch: Scratch, alerts: number, total: number): Promise<Row> {
  const nats = await startNats(scratch);
  const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
  const herald = await startHerald(scratch, { command: ['start'], natsUrl: nats.url, config });
  const warmUp = { first: 0, requests: Math.ceil(total / 5 / alerts) };
  const measured = { first: warmUp.requests * alerts, requests: Math.ceil(total / alerts) };
  await run(scratch, herald, alerts, warmUp);
  const cpu = herald.figures().cpu;
  const { load, decidedAt } = await run(scratch, herald, alerts, measured);
  const figures = herald.figures();
  const sent = (warmUp.requests + measured.requests) * alerts;
  const behind = await untilArchived(herald, 'alerts', sent);
  const count = measured.requests * alerts;
  return {
    case: `herald start, ${alerts} alert${alerts === 1 ? '' : 's'} a request, 64 connections, ${count} alerts`,
    throughput: (count / (decidedAt - load.startedAt)) * 1e6,
    unit: 'alerts/s',
    p50: load.p50,
    p99: load.p99,
    cpu: ((figures.cpu - cpu) * 1e6) / count,
    rss: figures.rss,
    note: `accepted at ${Math.round(load.alerts / load.seconds)}/s; the archive had them ${behind.toFixed(1)} s later; latency is the acknowledgement's`,
  };
}

async function run(scratch: Scratch, herald: Herald, alerts: number, { first, requests }: Batch) {
  const load = allAccepted(
    await startLoad(scratch).ask({
      port: herald.port,
      connections: 64,
      body: { format: 'webhook', path: '/v1/webhooks/alertmanager', alerts, label: GROUPED },
      first,
      plan: { kind: 'count', requests },
    }),
  );
  const wanted = first + requests * alerts;
  const decided = () => herald.metric('herald_events_total', { type: 'alert.opened' });
  await until(`${wanted} alerts to be decided`, async () => (await decided()) >= wanted, DECIDED_WITHIN);
  return { load, decidedAt: microseconds() };
}
