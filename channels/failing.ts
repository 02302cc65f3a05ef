/**
 * How bad it is that a channel fails: by what it meets, by who waits for it, and by who takes over.
 *
 *   warning  | passes by itself, and is tried again
 *   error    | somebody must act, or it does not pass
 *   critical | the breaker is open, and something urgent waits, or something waits that nobody takes over
 *
 * A channel fails from its first attempt that failed until something is delivered by it.
 */

import type { FailureType } from './failure.ts';

export const SEVERITIES = ['warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Impact {
  /** Notifications that this channel has and has not delivered yet. */
  readonly waiting: number;
  /** Those of them that fire with priority P1. */
  readonly urgent: number;
  /** The channel that takes what this one cannot deliver; null: none that works. */
  readonly takenOverBy: string | null;
}

/** What a provider or a network has for a while. Of anything else, `other` included, nobody knows that it passes. */
const PASSING: ReadonlySet<FailureType> = new Set([
  'dns',
  'connect',
  'timeout',
  'rate-limited',
  'server',
  'unreadable',
]);

export function severityOf(type: FailureType, isBroken: boolean, { waiting, urgent, takenOverBy }: Impact): Severity {
  if (isBroken && (urgent > 0 || (waiting > 0 && takenOverBy === null))) return 'critical';
  return PASSING.has(type) ? 'warning' : 'error';
}

interface Link {
  readonly name: string;
  readonly fallback: string | null;
  readonly isBroken: boolean;
}

/** Along the fallbacks, the first whose breaker is closed. `channels`: of one tenant. */
export function takesOver(name: string, channels: ReadonlyMap<string, Link>): string | null {
  const seen = new Set([name]);
  let next = channels.get(name)?.fallback ?? null;
  while (next !== null && !seen.has(next)) {
    const link = channels.get(next);
    if (link === undefined) return null;
    if (!link.isBroken) return next;
    seen.add(next);
    next = link.fallback;
  }
  return null;
}
