/** Actors: what the library itself gives, what an alert costs awake and asleep, and the memory of a worker full of live alerts. */

import type { ActorsAnswer, ActorsQuestion } from './rig/actors-child.ts';
import type { BenchOptions } from './rig/benchmark.ts';
import { startChild } from './rig/child.ts';
import { startHerald } from './rig/herald.ts';
import { allAccepted, startLoad } from './rig/load.ts';
import { startNats } from './rig/nats.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { GROUPED, writeResources } from './rig/resources.ts';
import { withScratch } from './rig/scratch.ts';
import { connect, countKeys, mustEqual, untilCommitted } from './rig/stored.ts';

const ALERTS_A_REQUEST = 10;
/** Seconds in which a worker that has nothing to do comes to rest: V8 collects what the last work left some 30 to 60 s after it. */
const REST = 75;

export default async function actors({ quick, note }: BenchOptions): Promise<Findings> {
  const count = quick ? 2000 : 100_000;
  note('actors by themselves, and the states of alerts');
  const rows = [...(await inFreshProcess('actors', count)), ...(await inFreshProcess('alerts', count))];
  note(`a worker with ${count} live alerts`);
  const worker = await liveWorker(count, quick ? 0.5 : REST);
  return { rows: [...rows, worker], verdicts: [against('resident-memory', worker.rss ?? Number.NaN)], omitted: [] };
}

function inFreshProcess(kind: ActorsQuestion['kind'], count: number): Promise<Row[]> {
  return withScratch(async (scratch) => {
    const child = startChild<ActorsQuestion, ActorsAnswer>(scratch, './actors-child.ts', ['--expose-gc']);
    return (await child.ask({ kind, count })).rows.map((row) => ({ ...row }));
  });
}

function liveWorker(count: number, rest: number): Promise<Row> {
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
    const ingress = await startHerald(scratch, { command: ['run', 'ingress'], natsUrl: nats.url, config });
    const worker = await startHerald(scratch, { command: ['run', 'actors'], natsUrl: nats.url, config });
    const { accepted } = allAccepted(
      await startLoad(scratch).ask({
        port: ingress.port,
        connections: 16,
        body: { format: 'webhook', path: '/v1/webhooks/alertmanager', alerts: ALERTS_A_REQUEST, label: GROUPED },
        first: 0,
        plan: { kind: 'count', requests: count / ALERTS_A_REQUEST },
      }),
    );
    const bus = await connect(scratch, nats.url);
    await untilCommitted(bus, 'group.joined', accepted);
    const full = worker.figures();
    await new Promise((resolve) => setTimeout(resolve, rest * 1000));
    const rested = worker.figures();
    mustEqual('alerts journaled as opened', await countKeys(bus, 'alert.opened'), accepted);
    return {
      case: `herald run actors, ${accepted} live alerts in 1,000 groups`,
      cpu: (full.cpu * 1e6) / accepted,
      rss: rested.rss,
      note: `${rest} s after the last; ${Math.round(full.rss)} MB at the last`,
    };
  });
}
