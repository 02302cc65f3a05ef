/** Public events as they may leave: by the masks in force when a batch is published. */

import type { EventMasks } from '../bus/event-masks.ts';
import { compileEventMask, type MaskEventData } from '../rules/mask-event.ts';
import type { CloudEvent } from './cloud-event.ts';

export type MaskEvent = (event: CloudEvent) => CloudEvent;

export const unmaskedEvents = (): Promise<MaskEvent> => Promise.resolve((event) => event);

/** `read`: asked for every batch; what it throws is thrown, since unmasked is no way out. */
export function eventMasker(read: () => Promise<EventMasks>): () => Promise<MaskEvent> {
  let compiled: { readonly revision: number; readonly masks: ReadonlyMap<string, MaskEventData> } | null = null;
  return async () => {
    const { rules, revision } = await read();
    if (compiled?.revision !== revision) {
      const masks = Object.entries(rules).map(([tenant, list]) => [tenant, compileEventMask(list)] as const);
      compiled = { revision, masks: new Map(masks) };
    }
    const { masks } = compiled;
    return (event) => {
      const mask = masks.get(event.tenant);
      return mask === undefined ? event : { ...event, data: mask(event.data) };
    };
  };
}
