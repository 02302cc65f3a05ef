/**
 * A port on loopback for a server that is started next. Not one that the system hands out by itself (Linux: 32768 and up): such a
 * one may be taken by any outgoing connection before the server is up, and the server would not get it.
 */

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 20_000;
const BEYOND = 32_768;
const TRIES = 50;

/** Rejects with the system's error when none of many ports could be had. */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = randomInt(FIRST, BEYOND);
    try {
      await tryOut(port);
      return port;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

/** Resolves when it could be listened on, and is free again. */
function tryOut(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}
