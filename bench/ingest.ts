/**
 * Taking alerts in: from the request to the answer that says they are stored. Beside a bare server, which shows what HTTP and
 * JSON alone cost here, and beside Alertmanager. Each case has fresh processes, in another order each round; a quick run, which shows that
 * each works, has one server of each kind.
 */

import { findAlertmanager, startAlertmanager } from './rig/alertmanager.ts';
import { type BenchOptions, median } from './rig/benchmark.ts';
import type { BodyOptions } from './rig/bodies.ts';
import { startChild } from './rig/child.ts';
import { startHerald } from './rig/herald.ts';
import { allAccepted, type LoadChild, startLoad } from './rig/load.ts';
import { type LoadRun, rate, rowOf } from './rig/load-run.ts';
import { figuresOf } from './rig/machine.ts';
import { startNats } from './rig/nats.ts';
import { against, type Findings } from './rig/report.ts';
import { GROUPED, writeResources } from './rig/resources.ts';
import { type Scratch, withScratch } from './rig/scratch.ts';
import { connect, countIngested, mustEqual } from './rig/stored.ts';

interface Case {
  readonly name: string;
  readonly connections: number;
  readonly body: BodyOptions;
  readonly start: Start;
}

type Start = (scratch: Scratch) => Promise<Server>;

interface Server {
  readonly port: number;
  readonly pid: number;
  /** Throws unless exactly so many alerts are kept that were not when it was asked before. */
  verify(accepted: number): Promise<void>;
}

const webhook = (alerts: number): BodyOptions => ({
  format: 'webhook',
  path: '/v1/webhooks/alertmanager',
  alerts,
  label: GROUPED,
});

const ingress = startRole(['run', 'ingress']);

/** Seconds. What is measured is what goes on for hours: after two, Herald's code is still being compiled further, by 5 %. */
const WARM_UP = 5;

const CASES = {
  ingress: { name: 'herald run ingress, 1 alert', connections: 64, body: webhook(1), start: ingress },
  bare: { name: 'bare uWebSockets + JSON.parse, 1 alert', connections: 64, body: webhook(1), start: startBare },
  bareCrowd: { name: 'bare uWebSockets + JSON.parse, 1 alert', connections: 1000, body: webhook(1), start: startBare },
  batched: { name: 'herald run ingress, 10 alerts', connections: 64, body: webhook(10), start: ingress },
  bareBatched: {
    name: 'bare uWebSockets + JSON.parse, 10 alerts',
    connections: 64,
    body: webhook(10),
    start: startBare,
  },
  crowd: { name: 'herald run ingress, 1 alert', connections: 1000, body: webhook(1), start: ingress },
  whole: {
    name: 'herald start (decides as well), 1 alert',
    connections: 64,
    body: webhook(1),
    start: startRole(['start']),
  },
} satisfies Record<string, Case>;

export default async function ingest({ quick, note }: BenchOptions): Promise<Findings> {
  const program = findAlertmanager();
  const { bareBatched: _, whole: __, ...judged } = CASES;
  const own: Case[] = Object.values(quick ? judged : CASES);
  const cases = [...own, ...(program === null ? [] : [alertmanagerCase(program)])];
  const rounds = quick ? 1 : 3;
  const runs = new Map<Case, LoadRun[]>(cases.map((one) => [one, []]));
  const take = async (one: Case, place: Place, round: number) => {
    note(`round ${round + 1} of ${rounds}: ${one.name}, ${one.connections} connections`);
    runs.get(one)!.push(await measure(one, await place.server(one.start), place.load, quick));
  };
  for (let round = 0; round < rounds; round++) {
    if (!quick) for (const one of rotated(cases, round)) await withPlace((place) => take(one, place, round));
    else
      await withPlace(async (place) => {
        for (const one of rotated(cases, round)) await take(one, place, round);
      });
  }
  const best = new Map([...runs].map(([one, all]) => [one, median(all, ({ load }) => load.alerts / load.seconds)]));
  const of = (one: Case) => rate(best.get(one)!);
  const peer = cases.at(-1)!;
  const beside = new Map<Case, Case>([
    [CASES.ingress, CASES.bare],
    [CASES.crowd, CASES.bareCrowd],
    [CASES.batched, CASES.bareBatched],
  ]);
  return {
    rows: [...best].map(([one, run]) => {
      const generator = `generator ${Math.round(run.load.busy * 100)} % of a core`;
      const bare = best.get(beside.get(one)!);
      const ofBare = bare === undefined ? '' : `; ${(rate(run) / rate(bare)).toPrecision(3)} × of bare`;
      return rowOf(`${one.name}, ${one.connections} connections`, run, generator + ofBare);
    }),
    verdicts: [
      against('accept-against-bare', of(CASES.ingress) / of(CASES.bare)),
      ...(program === null ? [] : [against('accept-against-alertmanager', of(CASES.ingress) / of(peer))]),
      against('accept-batched', of(CASES.batched)),
      against('acknowledgement-p99', best.get(CASES.crowd)!.load.p99),
    ],
    omitted: program === null ? ['Alertmanager: neither prometheus-alertmanager nor alertmanager is on PATH'] : [],
  };
}

/** Where cases are measured. */
interface Place {
  readonly load: LoadChild;
  /** The one that was started so before, where there is one. */
  server(start: Start): Promise<Server>;
}

function withPlace<T>(run: (place: Place) => Promise<T>): Promise<T> {
  return withScratch((scratch) => {
    const servers = new Map<Start, Promise<Server>>();
    return run({
      load: startLoad(scratch),
      server(start) {
        const server = servers.get(start) ?? start(scratch);
        servers.set(start, server);
        return server;
      },
    });
  });
}

async function measure(one: Case, server: Server, generator: LoadChild, quick: boolean): Promise<LoadRun> {
  const before = figuresOf(server.pid).cpu;
  const load = allAccepted(
    await generator.ask({
      port: server.port,
      connections: quick ? 16 : one.connections,
      body: one.body,
      first: 0,
      plan: { kind: 'closed', warmUp: quick ? 0.1 : WARM_UP, seconds: quick ? 0.2 : 5 },
    }),
  );
  const { cpu, rss } = figuresOf(server.pid);
  await server.verify(load.accepted);
  return { load, cpu: ((cpu - before) * 1e6 * one.body.alerts) / load.accepted, rss };
}

function startRole(command: readonly string[]): Start {
  return async (scratch) => {
    const nats = await startNats(scratch);
    const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
    const herald = await startHerald(scratch, { command, natsUrl: nats.url, config });
    let kept = 0;
    return {
      ...herald,
      async verify(accepted) {
        kept += accepted;
        mustEqual('alerts that Herald counted', await herald.metric('herald_alerts_accepted_total'), kept);
        // Where somebody decides, INGEST is emptied; the pipeline benchmark counts what came out.
        if (command[0] === 'start') return;
        mustEqual('alerts stored in INGEST', await countIngested(await connect(scratch, nats.url)), kept);
      },
    };
  };
}

async function startBare(scratch: Scratch): Promise<Server> {
  const child = startChild<'listen', number>(scratch, './bare-child.ts');
  return { pid: child.pid, port: await child.ask('listen'), verify: async () => {} };
}

function alertmanagerCase(program: string): Case {
  return {
    name: 'Alertmanager, 1 alert (kept in memory)',
    connections: 64,
    body: { ...webhook(1), format: 'api-v2', path: '/api/v2/alerts' },
    start: async (scratch) => ({ ...(await startAlertmanager(scratch, program)), verify: async () => {} }),
  };
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
