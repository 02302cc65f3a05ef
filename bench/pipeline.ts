/**
 * From accepting to decided and journaled, with alerts that differ from each other: all of it in one `herald start`, and with
 * the roles in processes of their own, where deciding has two cores. Alerts are sent as fast as they are accepted, and the clock
 * stops when the last one is journaled: nothing can hide in a queue. The archive has to have every one of them in the end.
 */

import { untilArchived } from './rig/archived.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { type Herald, startHerald, until } from './rig/herald.ts';
import { allAccepted, type LoadChild, startLoad } from './rig/load.ts';
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
  const rows = quick ? await onOneNats(note) : await eachOnItsOwn(note);
  return { rows, verdicts: [against('decided', rows.at(-1)?.throughput ?? 0)], omitted: [] };
}

const CASES = [
  { deployment: 'herald start', alerts: 1, total: 30_000 },
  { deployment: 'herald start', alerts: 10, total: 100_000 },
  { deployment: 'roles apart', alerts: 10, total: 100_000 },
] as const;
const QUICK = [
  { deployment: 'herald start', alerts: 10, total: 1000 },
  { deployment: 'roles apart', alerts: 10, total: 1000 },
] as const;

type Deployment = (typeof CASES)[number]['deployment'];

/** Where a deployment works, and what was there before it. */
interface Place {
  readonly natsUrl: string;
  readonly config: string;
  /** HERALD_DATA of the archive. */
  readonly data: string;
  /** Alerts that the archive has already; null: there was none. */
  readonly archived: number | null;
}

const said = ({ deployment, alerts }: { readonly deployment: Deployment; readonly alerts: number }) =>
  `${deployment}, ${alerts} alert${alerts === 1 ? '' : 's'} a request`;

async function newPlace(scratch: Scratch): Promise<Place> {
  const { url: natsUrl } = await startNats(scratch);
  const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
  return { natsUrl, config, data: scratch.folder(), archived: null };
}

async function eachOnItsOwn(note: BenchOptions['note']): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of CASES) {
    note(said(one));
    const { row } = await withScratch(async (scratch) => sustained(scratch, await newPlace(scratch), one));
    rows.push(row);
  }
  return rows;
}

/** One after the other, as where somebody takes the roles apart: the archive of the first goes on in the second. */
function onOneNats(note: BenchOptions['note']): Promise<Row[]> {
  return withScratch(async (whole) => {
    let place = await newPlace(whole);
    const rows: Row[] = [];
    for (const one of QUICK) {
      note(said(one));
      const { row, archived } = await withScratch((scratch) => sustained(scratch, place, one));
      rows.push(row);
      place = { ...place, archived };
    }
    return rows;
  });
}

interface Deployed {
  readonly ingress: Herald;
  readonly deciders: readonly Herald[];
  readonly all: readonly Herald[];
  /** The one that has the archive; it runs from now on. */
  archive(): Promise<Herald>;
}

const DECIDERS = 2;

async function deploy(
  scratch: Scratch,
  { data, archived, ...place }: Place,
  deployment: Deployment,
): Promise<Deployed> {
  if (deployment === 'herald start') {
    const herald = await startHerald(scratch, { command: ['start'], ...place, data });
    return { ingress: herald, deciders: [herald], all: [herald], archive: async () => herald };
  }
  const startArchive = (during: Scratch) => startHerald(during, { command: ['run', 'archive'], ...place, data });
  // Once there was one, journals are kept for it.
  if (archived === null) await withScratch(startArchive);
  const start = (role: string) => startHerald(scratch, { command: ['run', role], ...place });
  const ingress = await start('ingress');
  const deciders = await Promise.all(Array.from({ length: DECIDERS }, () => start('actors')));
  return { ingress, deciders, all: [ingress, ...deciders], archive: () => startArchive(scratch) };
}

interface Plan {
  readonly deployment: Deployment;
  readonly alerts: number;
  readonly total: number;
}

async function sustained(scratch: Scratch, place: Place, { deployment, alerts, total }: Plan) {
  const deployed = await deploy(scratch, place, deployment);
  const before = place.archived ?? 0;
  const generator = startLoad(scratch);
  const figures = () => deployed.all.map((herald) => herald.figures());
  const sum = (of: (one: ReturnType<Herald['figures']>) => number) => figures().reduce((all, one) => all + of(one), 0);
  const warmUp = { first: before, requests: Math.ceil(total / 5 / alerts) };
  const measured = { first: before + warmUp.requests * alerts, requests: Math.ceil(total / alerts) };
  await run(generator, deployed, alerts, warmUp, before);
  const cpu = sum((one) => one.cpu);
  const { load, decidedAt } = await run(generator, deployed, alerts, measured, before);
  const used = sum((one) => one.cpu) - cpu;
  const rss = sum((one) => one.rss);
  const sent = (warmUp.requests + measured.requests) * alerts;
  const inAll = before + sent;
  const behind = await untilArchived(await deployed.archive(), 'alerts', inAll);
  const count = measured.requests * alerts;
  const archived =
    deployment === 'herald start' ? 'the archive had them' : 'the archive, which was down meanwhile, had them';
  const row: Row = {
    case: `${deployment}, ${alerts} alert${alerts === 1 ? '' : 's'} a request, 64 connections, ${count} alerts`,
    throughput: (count / (decidedAt - load.startedAt)) * 1e6,
    unit: 'alerts/s',
    p50: load.p50,
    p99: load.p99,
    cpu: (used * 1e6) / count,
    rss,
    note: `accepted at ${Math.round(load.alerts / load.seconds)}/s; ${archived} ${behind.toFixed(1)} s later; latency is the acknowledgement's`,
  };
  return { row, archived: inAll };
}

/** `before`: alerts of those that were deployed before them. */
async function run(
  generator: LoadChild,
  { ingress, deciders }: Deployed,
  alerts: number,
  { first, requests }: Batch,
  before: number,
) {
  const load = allAccepted(
    await generator.ask({
      port: ingress.port,
      connections: 64,
      body: { format: 'webhook', path: '/v1/webhooks/alertmanager', alerts, label: GROUPED },
      first,
      plan: { kind: 'count', requests },
    }),
  );
  const wanted = first - before + requests * alerts;
  const opened = (herald: Herald) => herald.metric('herald_events_total', { type: 'alert.opened' });
  const decided = async () => (await Promise.all(deciders.map(opened))).reduce((all, one) => all + one, 0);
  await until(`${wanted} alerts to be decided`, async () => (await decided()) >= wanted, DECIDED_WITHIN);
  return { load, decidedAt: microseconds() };
}
