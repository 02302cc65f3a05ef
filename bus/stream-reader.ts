/** Reading one subject of a stream in order, from a sequence on, for as long as wanted. */

import { type ConsumerNotification, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import type { Bus } from './connection.ts';

export interface StreamMessage {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** How many more are stored behind this one. */
  readonly pending: number;
}

/** The stream is gone and another one bears its name, as after a loss of NATS's disk: no sequence of before means anything there. */
export class StreamReplaced extends Error {
  readonly code = 'bus.stream-replaced';
}

/**
 * Messages from `fromSeq` on, without a gap, until `signal` aborts. The consumer is made anew here after a
 * reconnect, by the client after a missed heartbeat, and goes on behind the last message that was taken from here; whatever else fails is
 * tried again after a pause. Throws StreamReplaced, and when the connection was closed.
 */
export async function* readStream(
  bus: Bus,
  stream: string,
  subject: string,
  fromSeq: number,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage> {
  let next = Math.max(1, fromSeq);
  let made: string | null = null;
  while (!signal.aborted) {
    const known = await madeOrNull(bus, stream, signal);
    if (known === null) continue;
    made ??= known;
    if (known !== made) throw new StreamReplaced(`${stream} was made at ${made}; now there is one made at ${known}`);
    const messages = await openOrNull(bus, stream, subject, next, signal);
    if (messages === null) continue;
    const stop = () => messages.stop();
    signal.addEventListener('abort', stop, { once: true });
    // The client makes its consumer anew after a reconnect, but one that was being made just then may never bring anything again.
    const unwatch = bus.onChange((connected) => {
      if (connected) stop();
    });
    void stopWhenInDoubt(messages);
    // Aborted while the consumer was being made: nobody would stop it any more.
    if (signal.aborted) stop();
    try {
      for await (const message of messages) {
        if (signal.aborted) return;
        yield { seq: message.seq, subject: message.subject, data: message.data, pending: message.info.pending };
        next = message.seq + 1;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (bus.nc.isClosed()) throw error;
      await tryAgainSoon(bus, stream, error);
    } finally {
      signal.removeEventListener('abort', stop);
      unwatch();
      // Not awaited: closing waits for this very loop to end.
      void messages.close().catch(() => undefined);
    }
  }
}

/**
 * Messages that the client may hold ready. They may be large (a part of a commit: 1 MiB), and there are as many readers as partitions: the
 * server ends a connection on which more than 64 MiB wait (max_pending).
 */
const PREFETCH = 16;

interface Messages extends AsyncIterable<JsMsg> {
  stop(): void;
  status(): AsyncIterable<ConsumerNotification>;
  close(): Promise<unknown>;
}

/** The client makes its consumer anew by itself, also of another stream of that name. */
async function stopWhenInDoubt(messages: Messages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (type === 'ordered_consumer_recreated' || type === 'stream_not_found') messages.stop();
  }
}

/** null after a pause when the server does not answer now: it may be restarting. */
async function openOrNull(
  bus: Bus,
  stream: string,
  subject: string,
  fromSeq: number,
  signal: AbortSignal,
): Promise<Messages | null> {
  try {
    const consumer = await bus.js.consumers.get(stream, {
      filter_subjects: subject,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: fromSeq,
    });
    return await consumer.consume({ max_messages: PREFETCH, idle_heartbeat: 1000 });
  } catch (error) {
    if (bus.nc.isClosed()) throw error;
    if (!signal.aborted) await tryAgainSoon(bus, stream, error);
    return null;
  }
}

/** When the server made the stream, in its words; null as above, and while there is none. */
async function madeOrNull(bus: Bus, stream: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await bus.jsm.streams.info(stream)).created;
  } catch (error) {
    if (bus.nc.isClosed()) throw error;
    if (!signal.aborted) await tryAgainSoon(bus, stream, error);
    return null;
  }
}

async function tryAgainSoon(bus: Bus, stream: string, error: unknown): Promise<void> {
  bus.log.debug({ event: 'stream.reopened', stream, error }, 'a stream could not be read; trying again');
  await new Promise((resolve) => setTimeout(resolve, 200));
}
