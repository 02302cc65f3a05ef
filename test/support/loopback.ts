/** A server of a test on loopback, at a free port: at the end it and all its sockets are gone. */

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { atEnd } from './leaks.ts';

export interface Loopback {
  readonly port: number;
  /** A connection that was made for one of its own: it ends with the server. */
  keep(socket: Duplex): void;
}

export async function listenOnLoopback(server: Server): Promise<Loopback> {
  const sockets = new Set<Duplex>();
  const keep = (socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  server.prependListener('connection', keep);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { port: (server.address() as AddressInfo).port, keep };
}
