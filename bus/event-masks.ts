/**
 * What must not leave in public events: who has the resources writes it here, the archive, which publishes events and has none,
 * reads it. A record under one key, so that a change comes whole.
 */

import type { KV } from '@nats-io/kv';
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

/** Resolves once it is stored: from then on every event that is published goes by these. */
export async function writeEventMasks(bus: Bus, rules: EventMaskRules): Promise<void> {
  const meta = await bus.kvm.open(META_BUCKET);
  const body = JSON.stringify({ version: VERSION, rules });
  const entry = await meta.get(KEY);
  if (entry?.operation === 'PUT' && entry.string() === body) return;
  await meta.put(KEY, body);
}

/** Throws where it cannot be learnt, or is of a later version: then nothing may be published. */
export function eventMaskReader(bus: Bus): () => Promise<EventMasks> {
  let meta: KV | null = null;
  return async () => {
    meta ??= await bus.kvm.open(META_BUCKET);
    const entry = await meta.get(KEY);
    if (entry === null || entry.operation !== 'PUT') return { rules: {}, revision: 0 };
    const { version, rules } = JSON.parse(entry.string()) as { version: number; rules: EventMaskRules };
    if (version !== VERSION)
      throw new Error(`${KEY} in ${META_BUCKET} is of version ${version}; known here: ${VERSION}`);
    return { rules, revision: entry.revision };
  };
}
