/** The receiver's process: uWebSockets.js, so that receiving costs little beside sending. */

import { App, type ListenSocket, us_socket_local_port } from 'uWebSockets.js';
import { createHistogram } from 'node:perf_hooks';
import { MEANT_AT } from './bodies.ts';
import { answerWith } from './child.ts';
import { microseconds } from './monotonic.ts';
import type { ReceiverAnswer, ReceiverQuestion } from './receiver.ts';

const DIGITS = 16;
const latency = createHistogram({ lowest: 1, highest: 120_000_000, figures: 3 });
const ids = new Set<string>();
let port = 0;
let notifications = 0;
let stamped = 0;
let firstAt = 0;
let lastAt = 0;

function take(body: Buffer): void {
  const now = microseconds();
  notifications++;
  if (body.includes(MEANT_AT)) stamped++;
  if (firstAt === 0) firstAt = now;
  lastAt = now;
  for (let at = body.indexOf(MEANT_AT); at >= 0; at = body.indexOf(MEANT_AT, at + DIGITS)) {
    const from = at + MEANT_AT.length;
    latency.record(Math.max(1, now - Number(body.toString('latin1', from, from + DIGITS))));
  }
}

function reset(): void {
  latency.reset();
  ids.clear();
  notifications = 0;
  stamped = 0;
  firstAt = 0;
  lastAt = 0;
}

function listen(): Promise<number> {
  return new Promise((resolve, reject) => {
    App()
      .post('/*', (res, req) => {
        ids.add(req.getHeader('webhook-id'));
        const chunks: Buffer[] = [];
        res.onAborted(() => {});
        res.onData((chunk, isLast) => {
          chunks.push(Buffer.from(new Uint8Array(chunk)));
          if (!isLast) return;
          take(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
          res.cork(() => res.writeStatus('200 OK').end());
        });
      })
      .listen('127.0.0.1', 0, 0, (socket: ListenSocket | false) => {
        if (socket === false) reject(new Error('the receiver cannot listen'));
        else resolve(us_socket_local_port(socket));
      });
  });
}

answerWith<ReceiverQuestion, ReceiverAnswer>(async ({ kind }) => {
  if (kind === 'listen') port = await listen();
  if (kind === 'reset') reset();
  const ms = (percentile: number) => (latency.count === 0 ? 0 : latency.percentile(percentile) / 1000);
  return {
    port,
    notifications,
    distinct: ids.size,
    firstAt,
    lastAt,
    p50: ms(50),
    p99: ms(99),
    stamped,
    max: latency.count === 0 ? 0 : latency.max / 1000,
  };
});
