/** Sends under way: handed to their channel's sender after the commit that says `attempting`; outcomes come back as commands. */

import type { Outcome } from '../channels/outcome.ts';
import type { Log } from '../telemetry/log.ts';
import type { Send } from './entity.ts';

export interface SendsDeps {
  readonly log: Log;
  /** Hands a notification to its channel's sender. Never rejects for what is expected to fail. */
  send(send: Send, signal: AbortSignal): Promise<Outcome>;
  /** True while this worker may act as owner (lease.ts). */
  maySend(): boolean;
}

const UNCONFIRMED: Outcome = { kind: 'unsent', detail: 'this worker could not confirm that it owns the channel' };

export class Sends {
  readonly #deps: SendsDeps;
  readonly #concluded: (send: Send, outcome: Outcome) => void;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(deps: SendsDeps, concluded: (send: Send, outcome: Outcome) => void) {
    this.#deps = deps;
    this.#concluded = concluded;
  }

  start(send: Send): void {
    const sending = this.#attempt(send).then((outcome) => {
      this.#underWay.delete(sending);
      if (!this.#stop.signal.aborted) this.#concluded(send, outcome);
    });
    this.#underWay.add(sending);
  }

  /** Resolves when all that are under way now have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Breaks off what is under way; no outcome is told any more. */
  abort(): void {
    this.#stop.abort();
  }

  async #attempt(send: Send): Promise<Outcome> {
    // A paused owner that wakes up must not send what its successor is sending.
    if (!this.#deps.maySend()) return UNCONFIRMED;
    try {
      return await this.#deps.send(send, this.#stop.signal);
    } catch (error) {
      this.#deps.log.error({ event: 'sender.threw', channel: send.notification.channel, error }, 'a sender threw');
      return { kind: 'retry', detail: `the sender failed: ${(error as Error).message}`, notBefore: null };
    }
  }
}
