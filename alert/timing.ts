/** How often and when the groups of a route are told: is it the same as it was? */

import type { ReceiverTiming } from './policy.ts';

export function sameTiming(a: ReceiverTiming, b: ReceiverTiming): boolean {
  if (a === b) return true;
  return (
    a.groupWait === b.groupWait &&
    a.groupInterval === b.groupInterval &&
    a.repeatInterval === b.repeatInterval &&
    a.escalation === b.escalation &&
    sameNames(a.channels, b.channels) &&
    sameNames(a.muteTimeIntervals, b.muteTimeIntervals) &&
    sameNames(a.activeTimeIntervals, b.activeTimeIntervals)
  );
}

const NONE: readonly string[] = [];

function sameNames(a = NONE, b = NONE): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
