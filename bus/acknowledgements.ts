/**
 * Publishing to a stream and hearing that it is stored. All acknowledgements of a connection come to one subscription, and one
 * timer watches over those that stay away: the client's own request makes a timer, an error and a race of promises for each
 * message, which costs twice as much as sending it.
 */

import { createInbox, type Msg, MsgHdrsImpl, type NatsConnection } from '@nats-io/nats-core';

export interface AckedMessage {
  readonly subject: string;
  readonly data: Uint8Array | string;
  /** Nats-Msg-Id: the same id twice is stored once. */
  readonly messageId: string;
  /** Nats-Expected-Last-Sequence. */
  readonly expectLastSequence?: number;
  /** Milliseconds; half a second more or less. */
  readonly timeout: number;
}

/** The server refused the message: `code` is its JetStream error code (nats-server's errors.json). */
export class PublishRefused extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** No acknowledgement in time, or nobody who could give one. The message may be stored. */
export class AckMissing extends Error {
  readonly code = 'bus.ack-missing';
}

interface Waiting {
  readonly until: number;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

interface PubAck {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

const LOOK_EVERY = 500;
const NO_RESPONDERS = 503;

export class Acknowledgements {
  readonly #nc: NatsConnection;
  readonly #inbox = `${createInbox()}.`;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;
  #failure: Error | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
    nc.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
        // Such as a missing permission: whoever waits is told why in vain.
        else this.#failure = error;
      },
    });
  }

  /** Sequence of the stored message. Rejects with PublishRefused or AckMissing. */
  publish({ subject, data, messageId, expectLastSequence, timeout }: AckedMessage): Promise<number> {
    const token = (this.#count++).toString(36);
    const meta: Record<string, string[]> = { 'Nats-Msg-Id': [messageId] };
    if (expectLastSequence !== undefined) meta['Nats-Expected-Last-Sequence'] = [String(expectLastSequence)];
    return new Promise((resolve, reject) => {
      this.#waiting.set(token, { until: performance.now() + timeout, resolve, reject });
      this.#timer ??= setTimeout(() => this.#look(), LOOK_EVERY);
      try {
        this.#nc.publish(subject, data, { reply: this.#inbox + token, headers: MsgHdrsImpl.fromRecord(meta) });
      } catch (cause) {
        this.#take(token)?.reject(new AckMissing(`${subject}: not published`, { cause }));
      }
    });
  }

  /** The connection is a new one: what was on its way over the former, or its answer, never comes. */
  reconnected(): void {
    for (const token of [...this.#waiting.keys()]) {
      this.#take(token)?.reject(new AckMissing('the connection was lost before the acknowledgement'));
    }
  }

  #answered(message: Msg): void {
    const waiting = this.#take(message.subject.slice(this.#inbox.length));
    if (waiting === undefined) return;
    if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) {
      waiting.reject(new AckMissing('no stream takes this subject now'));
      return;
    }
    let ack: PubAck;
    try {
      ack = message.json<PubAck>();
    } catch (cause) {
      waiting.reject(new AckMissing('an acknowledgement that is not JSON', { cause }));
      return;
    }
    const { error, seq = 0 } = ack;
    if (error === undefined) waiting.resolve(seq);
    else waiting.reject(new PublishRefused(error.err_code ?? 0, error.description ?? 'refused'));
  }

  #take(token: string): Waiting | undefined {
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    if (this.#waiting.size === 0 && this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    return waiting;
  }

  #look(): void {
    this.#timer = this.#waiting.size === 0 ? null : setTimeout(() => this.#look(), LOOK_EVERY);
    const now = performance.now();
    for (const [token, { until }] of this.#waiting) {
      if (until <= now)
        this.#take(token)?.reject(new AckMissing('no acknowledgement in time', { cause: this.#failure }));
    }
  }
}
