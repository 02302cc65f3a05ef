/**
 * From accepting to decided and journaled, with alerts that differ from each other: all of it in one `herald start`, and with
 * the roles in processes of their own, where deciding has two cores. Alerts are sent as fast as they are accepted, and the clock
 * stops when the last one is journaled: nothing can hide in a queue. The archive has to have every one of them in the end.
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
  for (const { deployment, alerts, total } of quick ? QUICK : CASES) {
    note(`${deployment}, ${alerts} alert${alerts === 1 ? '' : 's'} a request`);
    rows.push(await withScratch((scratch) => sustained(scratch, deployment, alerts, total)));
  }
  return { rows, verdicts: [against('decided', rows.at(-1)?.throughput ?? 0)], omitted: [] };
}

const CASES = [
  { deployment: 'herald start', alerts: 1, total: 30_000 },
  { deployment: 'herald start', alerts: 10, total: 100_000 },
  { deployment: 'roles apart', alerts: 10, total: 100_000 },
] as const;
const QUICK = [
  { deployment: 'herald start', alerts: 10, total: 2000 },
  { deployment: 'roles apart', alerts: 10, total: 2000 },
] as const;

type Deployment = (typeof CASES)[number]['deployment'];

interface Deployed {
  readonly ingress: Herald;
  readonly deciders: readonly Herald[];
  readonly all: readonly Herald[];
  /** The one that has the archive; it runs from now on. */
  archive(): Promise<Herald>;
}

const DECIDERS = 2;

async function deploy(scratch: Scratch, deployment: Deployment): Promise<Deployed> {
  const { url: natsUrl } = await startNats(scratch);
  const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
  const start = (...command: string[]) => startHerald(scratch, { command, natsUrl, config });
  if (deployment === 'herald start') {
    const herald = await start('start');
    return { ingress: herald, deciders: [herald], all: [herald], archive: async () => herald };
  }
  // Once there was one, journals are kept for it.
  await withScratch((passing) => startHerald(passing, { command: ['run', 'archive'], natsUrl, config }));
  const ingress = await start('run', 'ingress');
  const deciders = await Promise.all(Array.from({ length: DECIDERS }, () => start('run', 'actors')));
  return { ingress, deciders, all: [ingress, ...deciders], archive: () => start('run', 'archive') };
}

async function sustained(scratch: Scratch, deployment: Deployment, alerts: number, total: number): Promise<Row> {
  const deployed = await deploy(scratch, deployment);
  const figures = () => deployed.all.map((herald) => herald.figures());
  const sum = (of: (one: ReturnType<Herald['figures']>) => number) => figures().reduce((all, one) => all + of(one), 0);
  const warmUp = { first: 0, requests: Math.ceil(total / 5 / alerts) };
  const measured = { first: warmUp.requests * alerts, requests: Math.ceil(total / alerts) };
  await run(scratch, deployed, alerts, warmUp);
  const cpu = sum((one) => one.cpu);
  const { load, decidedAt } = await run(scratch, deployed, alerts, measured);
  const used = sum((one) => one.cpu) - cpu;
  const rss = sum((one) => one.rss);
  const sent = (warmUp.requests + measured.requests) * alerts;
  const behind = await untilArchived(await deployed.archive(), 'alerts', sent);
  const count = measured.requests * alerts;
  const archived =
    deployment === 'herald start' ? 'the archive had them' : 'the archive, which was down meanwhile, had them';
  return {
    case: `${deployment}, ${alerts} alert${alerts === 1 ? '' : 's'} a request, 64 connections, ${count} alerts`,
    throughput: (count / (decidedAt - load.startedAt)) * 1e6,
    unit: 'alerts/s',
    p50: load.p50,
    p99: load.p99,
    cpu: (used * 1e6) / count,
    rss,
    note: `accepted at ${Math.round(load.alerts / load.seconds)}/s; ${archived} ${behind.toFixed(1)} s later; latency is the acknowledgement's`,
  };
}

async function run(scratch: Scratch, { ingress, deciders }: Deployed, alerts: number, { first, requests }: Batch) {
  const load = allAccepted(
    await startLoad(scratch).ask({
      port: ingress.port,
      connections: 64,
      body: { format: 'webhook', path: '/v1/webhooks/alertmanager', alerts, label: GROUPED },
      first,
      plan: { kind: 'count', requests },
    }),
  );
  const wanted = first + requests * alerts;
  const opened = (herald: Herald) => herald.metric('herald_events_total', { type: 'alert.opened' });
  const decided = async () => (await Promise.all(deciders.map(opened))).reduce((all, one) => all + one, 0);
  await until(`${wanted} alerts to be decided`, async () => (await decided()) >= wanted, DECIDED_WITHIN);
  return { load, decidedAt: microseconds() };
}
