/** A TCP proxy on loopback that delays, cuts, half-closes and resets: what becomes of each connection, the test says. */

import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

export interface Fate {
  /** Milliseconds that every piece takes on its way, in both directions. */
  readonly delay: number;
  /** null: until one of the two ends it. */
  readonly cut: Cut | null;
}

export interface Cut {
  /** `begin`: at once. Else when so many bytes of what it names have passed. */
  readonly at: 'begin' | 'request' | 'answer';
  readonly bytes: number;
  /** `reset`: both sides get a TCP reset. `half-close`: whom the bytes went to gets a FIN, and nothing more comes. */
  readonly by: 'reset' | 'half-close';
}

export interface FaultyProxy {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Those that were cut. */
  readonly cuts: number;
}

export async function startFaultyProxy(target: number, fateOf: (connection: number) => Fate): Promise<FaultyProxy> {
  const seen = { connections: 0, cuts: 0 };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const { delay, cut } = fateOf(seen.connections++);
    if (cut?.at === 'begin') {
      seen.cuts++;
      reset(client);
      return;
    }
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    loopback.keep(upstream);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    const counted = () => void seen.cuts++;
    pass(client, upstream, delay, cut?.at === 'request' ? cut : null, counted);
    pass(upstream, client, delay, cut?.at === 'answer' ? cut : null, counted);
  });
  const loopback = await listenOnLoopback(server);
  return {
    port: loopback.port,
    get connections() {
      return seen.connections;
    },
    get cuts() {
      return seen.cuts;
    },
  };
}

function pass(from: Socket, to: Socket, delay: number, cut: Cut | null, onCut: () => void): void {
  let left = cut?.bytes ?? Number.POSITIVE_INFINITY;
  let over = false;
  const later = (work: () => void) => (delay === 0 ? work() : void setTimeout(work, delay));
  from.on('data', (piece: Buffer) => {
    if (over) return;
    const part = piece.subarray(0, Math.min(piece.length, left));
    left -= part.length;
    over = left === 0;
    const cutNow = over;
    later(() => {
      if (to.writable) to.write(part);
      if (!cutNow) return;
      onCut();
      if (cut?.by === 'half-close') to.end();
      else {
        reset(from);
        reset(to);
      }
    });
  });
  from.on('end', () => {
    if (!over) later(() => to.end());
  });
}

/** A socket whose FIN is on its way cannot be reset: libuv refuses that, and Node then waits for it for ever when it exits. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
