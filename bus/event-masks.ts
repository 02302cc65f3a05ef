/**
 * What must not leave in public events: who has the resources writes it here, the archive, which publishes events and has none,
 * reads it. A record under one key, so that a change comes whole.
 */

import type { KV } from '@nats-io/kv';
import { TimeoutError } from '@nats-io/nats-core';
import type { MaskRule } from '../rules/mask-rules.ts';
import type { Bus } from './connection.ts';
import { META_BUCKET } from './subjects.ts';

/** By tenant. */
export type EventMaskRules = Readonly<Record<string, readonly MaskRule[]>>;

export interface EventMasks {
  readonly rules: EventMaskRules;
  /** Changes with them. 0: none were ever written, so no Masking was in force yet. */
  readonly revision: number;
}

const KEY = 'masks.events';
const VERSION = 1;
/** Of 5 s each. */
const ATTEMPTS = 6;

/** Resolves once it is stored: from then on every event that is published goes by these. */
export async function writeEventMasks(bus: Bus, rules: EventMaskRules): Promise<void> {
  const meta = await bus.kvm.open(META_BUCKET);
  const body = JSON.stringify({ version: VERSION, rules });
  const entry = await meta.get(KEY);
  if (entry?.operation === 'PUT' && entry.string() === body) return;
  await meta.put(KEY, body);
}

/**
 * Each call is answered by what was read after it came. Throws where it cannot be learnt, or is of a later version: then nothing may be
 * published.
 */
export function eventMaskReader(bus: Bus): () => Promise<EventMasks> {
  let meta: KV | null = null;
  return sharing(async () => {
    const entry = await patiently(async () => {
      meta ??= await bus.kvm.open(META_BUCKET);
      return meta.get(KEY);
    });
    if (entry === null || entry.operation !== 'PUT') return { rules: {}, revision: 0 };
    const { version, rules } = JSON.parse(entry.string()) as { version: number; rules: EventMaskRules };
    if (version !== VERSION)
      throw new Error(`${KEY} in ${META_BUCKET} is of version ${version}; known here: ${VERSION}`);
    return { rules, revision: entry.revision };
  });
}

/** Beside an archive that has much to catch up, an answer waits behind megabytes of journals. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TimeoutError) || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** Those who come while one read is under way share the next one. */
function sharing<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | null = null;
  let next: Promise<T> | null = null;
  const start = () => {
    const reading = read();
    running = reading.then(
      () => {
        running = null;
      },
      () => {
        running = null;
      },
    );
    return reading;
  };
  return () => {
    if (running === null) return start();
    next ??= running.then(() => {
      next = null;
      return start();
    });
    return next;
  };
}
