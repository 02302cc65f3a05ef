/**
 * Sends of a partition's channels: handed over after the commit that says `attempting`; outcomes come back as commands.
 *
 * States of one: waiting for a place of its channel → under way → concluded. The most urgent waiting one takes the next place;
 * the places of a channel are its concurrency. What still waits when the partition is given up is concluded as unsent.
 */

import { PRIORITIES } from '../alert/alert.ts';
import { channelKey } from '../alert/entry.ts';
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
const GIVEN_UP: Outcome = { kind: 'unsent', detail: 'its owner gave the channel up' };

interface Places {
  underWay: number;
  /** By urgency, each in the order of coming. */
  readonly waiting: Send[][];
}

export class Sends {
  readonly #deps: SendsDeps;
  readonly #concluded: (send: Send, outcome: Outcome) => void;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #channels = new Map<string, Places>();

  constructor(deps: SendsDeps, concluded: (send: Send, outcome: Outcome) => void) {
    this.#deps = deps;
    this.#concluded = concluded;
  }

  start(send: Send): void {
    const { tenant, channel, priority } = send.notification;
    const key = channelKey(tenant, channel);
    let places = this.#channels.get(key);
    if (places === undefined) {
      places = { underWay: 0, waiting: PRIORITIES.map(() => []) };
      this.#channels.set(key, places);
    }
    places.waiting[PRIORITIES.indexOf(priority)]!.push(send);
    this.#fill(places);
  }

  /** Nothing more is started. Resolves when all that are under way now have ended. */
  async ended(): Promise<void> {
    for (const { waiting } of this.#channels.values()) {
      for (const sends of waiting) for (const send of sends.splice(0)) this.#concluded(send, GIVEN_UP);
    }
    await Promise.all(this.#underWay);
  }

  /** Breaks off what is under way; no outcome is told any more. */
  abort(): void {
    this.#stop.abort();
  }

  #fill(places: Places): void {
    for (;;) {
      const next = places.waiting.find((sends) => sends.length > 0);
      if (next === undefined || places.underWay >= next[0]!.atOnce || this.#stop.signal.aborted) return;
      this.#begin(places, next.shift()!);
    }
  }

  #begin(places: Places, send: Send): void {
    places.underWay++;
    const sending = this.#attempt(send).then((outcome) => {
      places.underWay--;
      this.#underWay.delete(sending);
      if (this.#stop.signal.aborted) return;
      this.#concluded(send, outcome);
      this.#fill(places);
    });
    this.#underWay.add(sending);
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
