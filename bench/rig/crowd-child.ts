/** The crowd's process. What the server ends is opened again: who means harm does so, and the number stays what it should be. */

import { connect, type Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { answerWith } from './child.ts';
import type { CrowdQuestion, CrowdSpec, CrowdState } from './crowd.ts';

const TICK = 20;
/** First opened: so many at each tick, 600 a second, so that they do not all reach the server's time-out at once. */
const FIRST = 12;
/** Opened again: at most so many at each tick, 3,000 a second, so that what the server ended at once does not come back as one storm. */
const AGAIN = 60;
const OPEN_WITHIN = 30_000;
/** Each slow connection has its turn in one of so many parts of a second. */
const PARTS = 20;

const HEAD = 'POST /v1/webhooks/alertmanager HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';
const SLOW_HEAD = Buffer.from(`${HEAD}X-Slow: ${'x'.repeat(2000)}`);
const FAST_HEAD = `${HEAD}Content-Length: 100000\r\n\r\n`;

type Kind = 'idle' | 'head' | 'body';

const idle = new Set<Socket>();
const slow = new Map<Socket, { readonly inHead: boolean; sent: number }>();
let reopened = 0;
let lowest = 0;
let isComplete = false;
const due: Kind[] = [];
let part = 0;

function open(port: number, kind: Kind): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.once('connect', () => {
    if (kind === 'idle') idle.add(socket);
    else slow.set(socket, { inHead: kind === 'head', sent: 0 });
    if (kind === 'body') socket.write(FAST_HEAD);
  });
  // An answer such as 408 is read and dropped; the server ends the connection after it.
  socket.resume();
  // `close` follows, and what is missing shows in the state.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    idle.delete(socket);
    slow.delete(socket);
    if (isComplete) lowest = Math.min(lowest, idle.size + slow.size);
    reopened++;
    due.push(kind);
  });
}

function drip(): void {
  part = (part + 1) % PARTS;
  let at = 0;
  for (const [socket, state] of slow) {
    if (at++ % PARTS !== part || socket.destroyed) continue;
    socket.write(state.inHead ? SLOW_HEAD.subarray(state.sent, state.sent + 1) : ' ');
    state.sent++;
  }
}

const state = (): CrowdState => ({ idle: idle.size, slow: slow.size, lowest, reopened });

async function gather({ port, ...spec }: CrowdSpec): Promise<CrowdState> {
  setInterval(drip, 1000 / PARTS);
  setInterval(() => {
    for (const kind of due.splice(0, AGAIN)) open(port, kind);
  }, TICK);
  const end = performance.now() + OPEN_WITHIN;
  const wanted = spec.idle + spec.slow;
  let begun = 0;
  while (idle.size + slow.size < wanted && performance.now() < end) {
    for (let i = 0; i < FIRST && begun < wanted; i++, begun++) {
      // The slow ones spread among the idle ones.
      const nth = Math.floor(((begun + 1) * spec.slow) / wanted);
      const isSlow = nth > Math.floor((begun * spec.slow) / wanted);
      open(port, !isSlow ? 'idle' : nth % 2 === 0 ? 'head' : 'body');
    }
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  isComplete = true;
  lowest = idle.size + slow.size;
  return state();
}

// Strangers have machines of their own: what theirs costs is not to be taken from Herald.
setPriority(constants.priority.PRIORITY_LOW);
answerWith<CrowdQuestion, CrowdState>(async (question) => (question === 'state' ? state() : gather(question)));
