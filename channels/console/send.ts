/**
 * Notifications on standard output. One line after the other: a line is written only when the stream has room, so that a
 * reader who stands still (`| less`) fills no memory, and an attempt that is given up has written nothing.
 */

import type { Notification } from '../../alert/notification.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Outcome } from '../outcome.ts';
import type { Sender, SenderContext, TextOutput } from '../sender.ts';
import { oneLine } from '../template/printable.ts';
import { CONSOLE_TEXTS } from './options.ts';
import { render } from './render.ts';

/** How long a full stream may take to make room. Milliseconds. */
const PATIENCE = 15_000;

/** The reader went away; it does not come back in the life of this process. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'EBADF', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/** Streams whose errors are taken care of. Without a listener an EPIPE ends the process, also long after a sender closed. */
const guarded = new WeakSet<TextOutput>();

export function createConsoleSender(context: SenderContext, environment: NodeJS.ProcessEnv = process.env): Sender {
  const { stdout, clock } = context;
  // https://no-color.org: present and not empty.
  const colour = stdout.isTTY === true && (environment.NO_COLOR ?? '') === '';
  guard(stdout, context);
  let last: Promise<unknown> = Promise.resolve();
  return {
    send(notification: Notification, _attempt: number, signal: AbortSignal): Promise<Outcome> {
      const sent = last.then(async () => {
        const { text, failures } = await textOf(notification, colour, context);
        return withFailures(await print(stdout, text, clock, signal), failures);
      });
      last = sent.catch(() => {});
      return sent;
    },
    // Nothing to release: the stream is not ours, and what it was given comes out by itself.
    async close() {},
  };
}

/** One line where operators declare it, else the built-in ones. */
async function textOf(notification: Notification, colour: boolean, { templates }: SenderContext) {
  const { channel } = notification;
  const request = { type: 'console', channel, defaults: CONSOLE_TEXTS, notification, escape: 'none' } as const;
  const { parts, failures } = await templates.render(request);
  const line = oneLine(parts.line ?? '');
  return { text: line === '' ? render(notification, { colour }) : `${line}\n`, failures };
}

function withFailures(outcome: Outcome, failures: readonly string[]): Outcome {
  return failures.length === 0 ? outcome : { ...outcome, detail: [outcome.detail, ...failures].join('; ') };
}

async function print(stdout: TextOutput, text: string, clock: Clock, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted)
    return { kind: 'retry', detail: 'broken off before it was printed', notBefore: null, failure: null };
  if (stdout.writable && stdout.writableNeedDrain === true && !(await hasRoom(stdout, clock, signal))) {
    return { kind: 'retry', detail: 'nobody reads standard output; nothing was printed', notBefore: null };
  }
  return new Promise((resolve) => {
    const finish = (outcome: Outcome) => {
      signal.removeEventListener('abort', giveUp);
      resolve(outcome);
    };
    // The stream has the text and will most likely print it, so no deadline ends this; only the owner that stops does.
    const giveUp = () =>
      finish({ kind: 'retry', detail: 'broken off while it was printed', notBefore: null, failure: null });
    signal.addEventListener('abort', giveUp, { once: true });
    stdout.write(text, (error) => finish(outcomeOf(error)));
  });
}

function outcomeOf(error: Error | null | undefined): Outcome {
  if (error === null || error === undefined) return { kind: 'delivered', detail: 'printed' };
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && GONE.has(code)) return { kind: 'rejected', detail: `standard output is closed (${code})` };
  return { kind: 'retry', detail: error.message, notBefore: null };
}

/** Whether the stream took what it was given before; a stream that ends counts as having room, since writing tells why. */
function hasRoom(stdout: TextOutput, clock: Clock, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (room: boolean) => {
      cancel();
      stdout.removeListener('drain', ready);
      stdout.removeListener('close', ready);
      signal.removeEventListener('abort', giveUp);
      resolve(room);
    };
    const ready = () => finish(true);
    const giveUp = () => finish(false);
    const cancel = clock.after(PATIENCE, giveUp);
    stdout.once('drain', ready);
    stdout.once('close', ready);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

function guard(stdout: TextOutput, { log }: SenderContext): void {
  if (guarded.has(stdout)) return;
  guarded.add(stdout);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    log.warn({ event: 'console.output-failed', code: error.code }, 'standard output takes nothing');
  });
}
