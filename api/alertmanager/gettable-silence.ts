/** A silence as Alertmanager's API shows it, and in which order. */

import type { Matcher } from '../../alert/matcher.ts';
import { parseMatcher } from '../../alert/matcher-parse.ts';
import type { StoredSilence } from './stored-silences.ts';

/** `gettableSilence` of the OpenAPI document. */
export interface GettableSilence {
  readonly id: string;
  readonly status: { readonly state: StoredSilence['state'] };
  readonly updatedAt: string;
  readonly comment: string;
  readonly createdBy: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly matchers: readonly SilenceMatcher[];
}

interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

export function gettable(stored: StoredSilence): GettableSilence {
  const { id, state, updatedAt, comment, createdBy, startsAt, endedEarly } = stored;
  const endsAt = endedEarly?.at ?? stored.endsAt;
  // One that never began would seem to end before it starts.
  const from = Date.parse(startsAt) > Date.parse(endsAt) ? endsAt : startsAt;
  const matchers = stored.matchers.flatMap(matcherOf);
  return { id, status: { state }, updatedAt, comment, createdBy, startsAt: from, endsAt, matchers };
}

function matcherOf(text: string): SilenceMatcher[] {
  const matcher = parseMatcher(text);
  if ('problem' in matcher) return [];
  const { name, value, operator } = matcher;
  return [{ name, value, isRegex: operator.endsWith('~'), isEqual: operator.startsWith('=') }];
}

/** As Alertmanager does: each of the filters must be one of the silence's own matchers. */
export function isListed({ matchers }: GettableSilence, filters: readonly Matcher[]): boolean {
  return filters.every(({ name, value, operator }) =>
    matchers.some(
      (own) =>
        own.name === name &&
        own.value === value &&
        own.isRegex === operator.endsWith('~') &&
        own.isEqual === operator.startsWith('='),
    ),
  );
}

const STATES = ['active', 'pending', 'expired'];

/** Alertmanager's: active ones by their end, pending ones by their start, then expired ones, the last that ended first. */
export function order(a: GettableSilence, b: GettableSilence): number {
  const { state } = a.status;
  if (state !== b.status.state) return STATES.indexOf(state) - STATES.indexOf(b.status.state);
  if (state === 'active') return compare(a.endsAt, b.endsAt);
  return state === 'pending' ? compare(a.startsAt, b.startsAt) : compare(b.endsAt, a.endsAt);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
