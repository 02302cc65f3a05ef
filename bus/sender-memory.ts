/**
 * What the sender of a channel must still know after a restart, and what is no event of a delivery: a bucket with a small text under each
 * name. It is not fenced: it holds what helps, not what decides.
 */

import { createHash } from 'node:crypto';
import type { SenderMemory } from '../channels/sender.ts';
import type { Bus } from './connection.ts';
import { SENDERS_BUCKET } from './subjects.ts';

/** Bytes of UTF-8: what fits a message of a NATS as it comes. */
const MAX_KEPT = 900_000;

/** `bus`: null while NATS has not been reached yet. */
export function senderMemory(bus: () => Bus | null, channel: string): SenderMemory {
  const open = () => {
    const connected = bus();
    if (connected === null) throw new Error('NATS has not been reached yet');
    return connected.kvm.open(SENDERS_BUCKET);
  };
  const keyOf = (name: string) => createHash('sha256').update(`${channel}\n${name}`).digest('hex');
  return {
    async read(name) {
      const entry = await (await open()).get(keyOf(name));
      return entry === null || entry.operation !== 'PUT' ? null : entry.string();
    },
    async write(name, text) {
      const bytes = Buffer.byteLength(text);
      if (bytes > MAX_KEPT)
        throw new RangeError(`${name} of ${channel} has ${bytes} bytes; at most ${MAX_KEPT} are kept`);
      await (await open()).put(keyOf(name), text);
    },
  };
}
