/**
 * The only file that knows nact. One actor per entity; an actor's mailbox takes turns (turn.ts).
 *
 * Known of nact 7.6.2: a dispatch to a stopped actor is dropped without a word, so actors are only stopped between turns; the
 * default crash policy stops the actor and loses its mailbox, so the policy is always ours (supervision.ts); a parent that
 * handles messages copies its map of children each time, so parents here never get one.
 */

import { dispatch, type Ref, spawn, start, stop } from 'nact';

export interface Handler<Message> {
  handle(message: Message): void;
  /** Called when `handle` threw. The actor goes on with its next message. */
  crashed(message: Message, error: Error): void;
}

export type ActorRef<Message> = Ref<Message>;

export interface ActorSystem<Message> {
  /** A partition's supervisor: stopping it stops all of its actors. */
  supervisor(name: string): ActorRef<never>;
  actor(supervisor: ActorRef<never>, name: string, handler: Handler<Message>): ActorRef<Message>;
  tell(actor: ActorRef<Message>, message: Message): void;
  stop(actor: ActorRef<Message> | ActorRef<never>): void;
  close(): void;
}

export function startActorSystem<Message>(): ActorSystem<Message> {
  const system = start();
  return {
    supervisor: (name) => spawn(system, (state: null) => state, name) as ActorRef<never>,
    actor(supervisor, name, handler) {
      return spawn(
        supervisor,
        (state: null, message: Message) => {
          handler.handle(message);
          return state;
        },
        name,
        {
          onCrash: (message: Message | undefined, error: Error | undefined, context) => {
            if (message !== undefined) handler.crashed(message, error ?? new Error('unknown'));
            return context.resume;
          },
        },
      );
    },
    tell: (actor, message) => dispatch(actor, message),
    stop: (actor) => stop(actor),
    close: () => stop(system),
  };
}
