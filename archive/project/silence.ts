/** What a person's silence does to its row. Its natural end is in the row from the beginning: no event tells of it. Pure. */

import type { HoldsEvent } from '../../alert/event.ts';
import type { SilenceRow } from '../schema.ts';

export type SilenceEvent = Extract<HoldsEvent, { type: 'silence.set' | 'silence.ended' }>;

/** null: nothing is known of this silence and the event does not introduce it. */
export function foldSilence(before: SilenceRow | null, event: SilenceEvent): SilenceRow | null {
  if (event.type === 'silence.ended') {
    return before === null ? null : { ...before, updated_at: event.at, ended_at: event.at, ended_by: event.by };
  }
  const { id, tenant, matchers, startsAt, endsAt, createdBy, comment, broad } = event.silence;
  return {
    id,
    tenant,
    matchers: JSON.stringify(matchers),
    starts_at: startsAt,
    ends_at: endsAt,
    created_by: createdBy,
    comment,
    broad: broad ? 1 : 0,
    created_at: before?.created_at ?? event.at,
    updated_at: event.at,
    ended_at: null,
    ended_by: null,
  };
}
