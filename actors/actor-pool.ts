/**
 * The actors of one partition, lent to the entities that are awake. An entity has one from its first turn until it goes to
 * sleep; then the actor plays another. Making an actor costs as much as all else that is done for an alert, and a thousand
 * bytes that live long.
 */

import type { ActorRef, ActorSystem, Handler } from './actor-system.ts';
import type { Turn } from './turn.ts';

export class ActorPool {
  readonly #system: ActorSystem<Turn>;
  readonly #supervisor: ActorRef<never>;
  readonly #handler: Handler<Turn>;
  readonly #idle: ActorRef<Turn>[] = [];
  /** So many were idle all the time since the last trim. */
  #spare = 0;
  #made = 0;

  /** Stopping the supervisor stops all of them. */
  constructor(system: ActorSystem<Turn>, supervisor: ActorRef<never>, handler: Handler<Turn>) {
    this.#system = system;
    this.#supervisor = supervisor;
    this.#handler = handler;
  }

  take(): ActorRef<Turn> {
    const idle = this.#idle.pop();
    this.#spare = Math.min(this.#spare, this.#idle.length);
    return idle ?? this.#system.actor(this.#supervisor, `actor-${this.#made++}`, this.#handler);
  }

  /** Between turns only: its mailbox must be empty. */
  giveBack(actor: ActorRef<Turn>): void {
    this.#idle.push(actor);
  }

  /** Stops those that nobody needed since it was called last. Between turns only. */
  trim(): void {
    for (const actor of this.#idle.splice(0, this.#spare)) this.#system.stop(actor);
    this.#spare = this.#idle.length;
  }

  tell(actor: ActorRef<Turn>, turn: Turn): void {
    this.#system.tell(actor, turn);
  }
}
