/**
 * Whether a worker is connected. Each answers on a subject of its own, and where nobody listens to it the server says so at once: its
 * process has ended, or has lost its connection and may send nothing. A worker that stands still is connected and does not answer: of
 * that one nothing is known here, and its record (lease.ts) runs out.
 */

import type { Bus } from './connection.ts';
import { isNobodyThere } from './nobody-there.ts';
import { subjects } from './subjects.ts';

export type PresenceAnswer = 'presence.answered' | 'presence.nobody' | 'presence.unknown';

/** Milliseconds. A worker that is busy may take longer: then nothing is known. */
const PATIENCE = 400;

export interface Presence {
  end(): void;
}

/** From now on `id` answers. */
export function answerPresence({ nc }: Bus, id: string): Presence {
  const subscription = nc.subscribe(subjects.presence(id), {
    callback: (error, message) => {
      if (error === null) message.respond();
    },
  });
  return { end: () => subscription.unsubscribe() };
}

export async function askPresence({ nc }: Bus, id: string): Promise<PresenceAnswer> {
  try {
    await nc.request(subjects.presence(id), undefined, { timeout: PATIENCE });
    return 'presence.answered';
  } catch (error) {
    return isNobodyThere(error) ? 'presence.nobody' : 'presence.unknown';
  }
}
