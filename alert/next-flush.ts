/**
 * When a group is flushed: at whole multiples of group_interval behind its last flush, as Alertmanager's timer has it, but only
 * at those where something can be told.
 */

/** The first one that is not before `now`. A change that comes exactly on time is told at once. */
export function nextInterval(flushedAt: number, groupInterval: number, now: number): number {
  // The clock has gone back: what fires now must not wait until it has caught up.
  if (now < flushedAt) return now + groupInterval;
  const passed = Math.max(1, Math.ceil((now - flushedAt) / groupInterval));
  return flushedAt + passed * groupInterval;
}

/** The first one after `time`, and after `flushedAt` in any case. */
export function intervalAfter(flushedAt: number, groupInterval: number, time: number): number {
  const passed = Math.max(1, Math.floor((time - flushedAt) / groupInterval) + 1);
  return flushedAt + passed * groupInterval;
}
