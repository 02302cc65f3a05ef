/** A client that writes exactly the bytes that a test wants, as no HTTP library would. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

export interface RawConnection {
  readonly socket: Socket;
  /** Everything that arrived so far. */
  readonly received: string;
  readonly closed: boolean;
  write(text: string | Buffer): void;
  /** Waits until the pattern stands in what arrived. */
  seen(pattern: RegExp): Promise<string>;
  ended(): Promise<string>;
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  const state = { received: '', closed: false };
  socket.on('data', (chunk: Buffer) => {
    state.received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    state.closed = true;
  });
  await once(socket, 'connect');
  atEnd(() => socket.destroy());
  return {
    socket,
    get received() {
      return state.received;
    },
    get closed() {
      return state.closed;
    },
    write: (text) => void socket.write(text),
    async seen(pattern) {
      await until(`${pattern} in the answer`, () => pattern.test(state.received), { seen: () => state.received });
      return state.received;
    },
    async ended() {
      await until('the connection to end', () => state.closed, { seen: () => state.received });
      return state.received;
    },
  };
}

/** A POST of JSON with its length. */
export function post(path: string, body: string, headers = ''): string {
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`;
}
