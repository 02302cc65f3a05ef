/**
 * What a group remembers of the alerts that are kept back: who, why and since when, so that the beginning of a hold is told to
 * the public once, and its end to the receivers with what it held.
 */

import type { GroupedAlert } from './notification.ts';
import type { Hold } from './policy.ts';
import { type Reason, reason } from './reason.ts';

export interface HeldAlert {
  readonly fingerprint: string;
  readonly reason: Reason;
  /** When its hold began: the flush that met it first. Unix time in milliseconds. */
  readonly since: number;
}

/** Holds of one reason that have ended, until a notification says so. */
export interface EndedHolds {
  readonly reason: Reason;
  readonly alerts: number;
  /** How many of them ended while they were held: nobody is told of these any more. */
  readonly gone: number;
  /** Of the longest. Milliseconds. */
  readonly longest: number;
}

/** What one flush changed about it. */
export interface HoldChange {
  /** By reason: the alerts whose hold begins, or goes on for another kind of reason. */
  readonly began: readonly { readonly reason: Reason; readonly fingerprints: readonly string[] }[];
  /** Fingerprints that are not held any more. */
  readonly ended: readonly string[];
  /** Ended holds that no notification has told of after this flush. */
  readonly untold: readonly EndedHolds[];
}

/** As many reasons are told apart. */
const MOST_REASONS = 10;

/** null: nothing changed. `holds`: of the alerts that fire, by fingerprint. */
export function holdChange(
  before: readonly HeldAlert[],
  untold: readonly EndedHolds[],
  holds: ReadonlyMap<string, Hold>,
  alerts: readonly GroupedAlert[],
  now: number,
): HoldChange | null {
  if (before.length === 0 && untold.length === 0 && holds.size === 0) return null;
  const known = new Map(before.map((held) => [held.fingerprint, held]));
  const began = new Map<string, { reason: Reason; fingerprints: string[] }>();
  for (const [fingerprint, { reason: why }] of holds) {
    if (known.get(fingerprint)?.reason.code === why.code) continue;
    const name = `${why.code} ${why.detail}`;
    const same = began.get(name);
    if (same === undefined) began.set(name, { reason: why, fingerprints: [fingerprint] });
    else same.fingerprints.push(fingerprint);
  }
  const ended = before.filter(({ fingerprint }) => !holds.has(fingerprint));
  const firing = new Set(alerts.filter(({ status }) => status === 'firing').map(({ fingerprint }) => fingerprint));
  return {
    began: [...began.values()],
    ended: ended.map(({ fingerprint }) => fingerprint),
    untold: ended.reduce((sum, held) => addEnded(sum, held, !firing.has(held.fingerprint), now), untold),
  };
}

function addEnded(sum: readonly EndedHolds[], held: HeldAlert, gone: boolean, now: number): readonly EndedHolds[] {
  const one = { reason: held.reason, alerts: 1, gone: gone ? 1 : 0, longest: Math.max(0, now - held.since) };
  const { code, detail } = held.reason;
  let place = sum.findIndex((other) => other.reason.code === code && other.reason.detail === detail);
  if (place < 0 && sum.length < MOST_REASONS) return [...sum, one];
  // Beyond that many reasons the rest is counted with the last of the same kind.
  if (place < 0) place = sum.findLastIndex((other) => other.reason.code === code);
  if (place < 0) place = sum.length - 1;
  return sum.map((other, i) => (i === place ? merge(other, one) : other));
}

function merge(a: EndedHolds, b: EndedHolds): EndedHolds {
  return { ...a, alerts: a.alerts + b.alerts, gone: a.gone + b.gone, longest: Math.max(a.longest, b.longest) };
}

/** Which alerts are held after the change. A hold that goes on for another reason keeps its beginning. */
export function heldAfter(
  before: readonly HeldAlert[],
  { began, ended }: HoldChange,
  at: number,
): readonly HeldAlert[] {
  if (began.length === 0 && ended.length === 0) return before;
  const held = new Map(before.map((one) => [one.fingerprint, one]));
  for (const fingerprint of ended) held.delete(fingerprint);
  for (const { reason: why, fingerprints } of began) {
    for (const fingerprint of fingerprints) {
      held.set(fingerprint, { fingerprint, reason: why, since: held.get(fingerprint)?.since ?? at });
    }
  }
  return [...held.values()];
}

/** What a notification says of the holds that ended before it. */
export function endedReasons(untold: readonly EndedHolds[]): Reason[] {
  return untold.map(({ reason: { code, detail }, alerts, gone, longest }) => {
    const many = alerts === 1 ? '1 alert was' : `${alerts} alerts were`;
    const over = gone === 0 ? '' : `, ${gone} of them ended meanwhile`;
    return reason('hold.ended', `${many} held back for up to ${duration(longest)}${over}: ${code} ${detail}`);
  });
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const text = parts.map((part, i) => (part === 0 ? '' : `${part}${'dhm'[i]}`)).join('');
  return text === '' || seconds < 600 ? `${text}${seconds % 60}s` : text;
}
