/**
 * What is slow must not hold up what is urgent: critical alerts by the channel that is telling an audience, and the alerts of one channel
 * while another hangs.
 */

import { createServer, type Socket } from 'node:net';
import { sendAlert, writeAudience } from './rig/announce.ts';
import { type BenchOptions, median } from './rig/benchmark.ts';
import { type Herald, startHerald, until } from './rig/herald.ts';
import { microseconds } from './rig/monotonic.ts';
import { startNats } from './rig/nats.ts';
import { type Receiver, startReceiver } from './rig/receiver.ts';
import { against, type Findings, type Row } from './rig/report.ts';
import { type Scratch, withScratch } from './rig/scratch.ts';
import { mustEqual } from './rig/stored.ts';

const WITHIN = 120_000;

interface Place {
  readonly herald: Herald;
  readonly receiver: Receiver;
}

interface Pair {
  readonly alone: Row;
  readonly hanging: Row;
}

export default async function overtaking({ quick, note }: BenchOptions): Promise<Findings> {
  const { behind, pairs } = await (quick ? inOne(note) : eachAlone(note));
  const p99 = ({ p99: measured = 0 }: Row) => measured;
  const middle = (kind: keyof Pair) =>
    median(
      pairs.map((pair) => pair[kind]),
      p99,
    );
  const [alone, hanging] = [middle('alone'), middle('hanging')];
  const share = (hanging.p99 ?? 0) / Math.max(1, alone.p99 ?? 0);
  return {
    rows: [behind.row, alone, hanging],
    verdicts: [against('critical-behind-bulk', behind.slowest), against('beside-a-hang', share)],
    omitted: [],
  };
}

interface Runs {
  readonly behind: Behind;
  readonly pairs: readonly Pair[];
}

async function eachAlone(note: BenchOptions['note']): Promise<Runs> {
  const size = 100_000;
  note(`critical alerts behind an audience of ${size}`);
  const behind = await withPlace(size, (place) => critical(place, size, 20));
  const pairs: Pair[] = [];
  for (let round = 1; round <= 3; round++) {
    note(`a channel alone, then beside one that hangs: round ${round}`);
    pairs.push({
      alone: await withPlace(1, (place) => beside(place, 1000, false)),
      hanging: await withPlace(1, (place) => beside(place, 1000, true)),
    });
  }
  return { behind, pairs };
}

/** All of it by one Herald: the audience, which is still on its way at the end, last. */
function inOne(note: BenchOptions['note']): Promise<Runs> {
  const size = 10_000;
  return withPlace(size, async (place) => {
    note('a channel alone, then beside one that hangs');
    const pair = { alone: await beside(place, 20, false), hanging: await beside(place, 20, true) };
    note(`critical alerts behind an audience of ${size}`);
    return { behind: await critical(place, size, 3), pairs: [pair] };
  });
}

function withPlace<T>(size: number, run: (place: Place) => Promise<T>): Promise<T> {
  return withScratch(async (scratch) => {
    const nats = await startNats(scratch);
    const receiver = await startReceiver(scratch);
    const otherUrl = await startHanging(scratch);
    const config = writeAudience(scratch, { url: receiver.url, size, concurrency: 64, otherUrl });
    const herald = await startHerald(scratch, { command: ['start'], natsUrl: nats.url, config });
    return run({ herald, receiver });
  });
}

interface Behind {
  readonly row: Row;
  readonly slowest: number;
}

async function critical({ herald, receiver }: Place, size: number, alerts: number): Promise<Behind> {
  await receiver.child.ask({ kind: 'reset' });
  const arrived = () => receiver.child.ask({ kind: 'count' });
  await sendAlert(herald.port, { bench: 'audience', namespace: 'shop-dev' });
  await until('the audience to be on its way', async () => (await arrived()).distinct > size / 100, WITHIN);
  for (let i = 0; i < alerts; i++) {
    await sendAlert(herald.port, { bench: 'critical', namespace: 'shop-prod', severity: 'critical', ...meantNow() });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Only the critical ones say when they were meant to leave.
  await until('the critical ones', async () => (await arrived()).stamped >= alerts, WITHIN);
  const { p50, p99, max, distinct, stamped } = await arrived();
  mustEqual('critical notifications', stamped, alerts);
  if (distinct >= size + alerts) throw new Error('the audience was told before: nothing was overtaken');
  const row: Row = {
    case: `${alerts} critical alerts, one after the other, behind an audience of ${size.toLocaleString('en')}`,
    throughput: 1000 / p50,
    unit: 'per second',
    p50,
    p99,
    rss: herald.figures().rss,
    note: `${distinct - alerts} members were told when the last had left`,
  };
  return { row, slowest: max };
}

async function beside({ herald, receiver }: Place, alerts: number, hangs: boolean): Promise<Row> {
  await receiver.child.ask({ kind: 'reset' });
  const arrived = () => receiver.child.ask({ kind: 'count' });
  for (let i = 0; i < alerts / 2; i++) {
    if (hangs) await sendAlert(herald.port, { bench: 'other', namespace: 'shop-prod' });
    else await sendAlert(herald.port, { bench: 'nobody', namespace: 'shop-prod' });
  }
  for (let i = 0; i < 50; i++) await sendAlert(herald.port, { bench: 'critical', namespace: 'shop-prod' });
  await until('the first ones', async () => (await arrived()).distinct >= 50, WITHIN);
  await receiver.child.ask({ kind: 'reset' });
  const since = microseconds();
  for (let i = 0; i < alerts; i++) {
    await sendAlert(herald.port, { bench: 'critical', namespace: 'shop-prod', ...meantNow() });
  }
  await until('all of them', async () => (await arrived()).distinct >= alerts, WITHIN);
  const { p50, p99, lastAt } = await arrived();
  const name = hangs ? `beside a channel that hangs with ${Math.round(alerts / 2)} waiting` : 'alone';
  return {
    case: `${alerts} alerts by one channel, ${name}`,
    throughput: alerts / ((lastAt - since) / 1e6),
    unit: 'per second',
    p50,
    p99,
    rss: herald.figures().rss,
  };
}

function meantNow(): { readonly bench_at: string } {
  return { bench_at: String(microseconds()).padStart(16, '0') };
}

/** Takes connections, and says nothing. */
async function startHanging(scratch: Scratch): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scratch.atEnd(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hanging server has no port');
  return `http://127.0.0.1:${address.port}/hang`;
}
