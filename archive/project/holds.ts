/** Which alerts of a group are, or were last, held back, by what, and since when. Pure. */

import type { GroupEvent } from '../../alert/event.ts';
import type { HoldRow } from '../schema.ts';

type Flushed = Extract<GroupEvent, { type: 'group.flushed' }>;

/** The rows that `foldHolds` asks for. */
export function holdKeys({ key, holds }: Flushed): string[] {
  if (holds === undefined) return [];
  const began = holds.began.flatMap(({ fingerprints }) => fingerprints);
  return [...began, ...holds.ended].map((fingerprint) => holdKey(key, fingerprint));
}

export function holdKey(groupId: string, fingerprint: string): string {
  return `${groupId}/${fingerprint}`;
}

/** `tenant`: of the group. */
export function foldHolds(
  rowOf: (key: string) => HoldRow | null,
  { key: groupId, at, holds }: Flushed,
  tenant: string,
): HoldRow[] {
  if (holds === undefined) return [];
  const began = holds.began.flatMap(({ reason: { code, detail }, fingerprints }) =>
    fingerprints.map((fingerprint): HoldRow => {
      const key = holdKey(groupId, fingerprint);
      const before = rowOf(key);
      // Held on for another reason: it is the same hold to whoever waits.
      const since = before !== null && before.until === null ? before.since : at;
      return { key, tenant, fingerprint, group_id: groupId, code, detail, since, until: null };
    }),
  );
  const ended = holds.ended.flatMap((fingerprint) => {
    const before = rowOf(holdKey(groupId, fingerprint));
    return before === null ? [] : [{ ...before, until: at }];
  });
  return [...began, ...ended];
}
