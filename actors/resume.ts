/**
 * Where a new owner goes on reading its inbox: behind what its journal says was taken in, unless the inbox ends before that. Then it
 * is not what it was, and waiting for its sequences to come round again would pass over what is accepted meanwhile.
 */

/** Sequences; `first` is 0 or 1 of a stream from which nothing was ever taken away. */
export interface InboxRange {
  readonly first: number;
  readonly last: number;
}

/** The last sequence that counts as taken in. */
export function resumeAfter(cursor: number, { first, last }: InboxRange): number {
  if (cursor <= last) return cursor;
  // Made anew: nothing of it was taken in. Else it lost its end, as after a loss of power: what is there was.
  return first <= 1 ? 0 : last;
}
