/**
 * What the groups of one partition must know of a tenant to hold alerts back: which alerts inhibit others now, and the
 * silences that people set at run time. Every alert partition has all of it, so that a flush asks nobody.
 *
 * There may be tens of thousands of inhibiting alerts, and each comes on its own: evolveHolds changes its maps in place. A
 * state has one owner, who keeps only the newest. The index of the inhibiting alerts is kept beside the state and made anew
 * when it is missing or the rules have changed.
 */

import type { LabelSet } from './alert.ts';
import type { HoldsEvent } from './event.ts';
import { forgetIndex, type IncidentHold } from './incident-hold.ts';
import { type InhibitionRule, type Inhibitor, SourceIndex } from './inhibit.ts';
import type { Silence } from './silence.ts';

export interface HoldsState {
  /** By fingerprint: the labels as matchers see them, `environment`, `priority` and `tenant` included. */
  readonly sources: Map<string, LabelSet>;
  readonly silences: Map<string, Silence>;
  /** By incident: what it holds back. */
  readonly incidents: Map<string, IncidentHold>;
}

const indexes = new WeakMap<ReadonlyMap<string, LabelSet>, SourceIndex>();

/** Who inhibits an alert with these labels? `rules`: the same list as long as they are the same. */
export function inhibitorOf(
  { sources }: HoldsState,
  rules: readonly InhibitionRule[],
  labels: LabelSet,
): Inhibitor | null {
  if (sources.size === 0 || rules.length === 0) return null;
  let index = indexes.get(sources);
  if (index?.rules !== rules) {
    index = new SourceIndex(rules, sources);
    indexes.set(sources, index);
  }
  return index.inhibitorOf(labels);
}

/** Changes the maps of `state` in place. null: nothing is left to know. */
export function evolveHolds(state: HoldsState | null, event: HoldsEvent): HoldsState | null {
  const after = state ?? {
    sources: new Map<string, LabelSet>(),
    silences: new Map<string, Silence>(),
    incidents: new Map<string, IncidentHold>(),
  };
  switch (event.type) {
    case 'holds.inhibitor':
      putSource(after.sources, event.fingerprint, event.labels);
      break;
    case 'silence.set':
      after.silences.set(event.silence.id, event.silence);
      break;
    case 'holds.silence':
      if (event.silence === null) after.silences.delete(event.id);
      else after.silences.set(event.id, event.silence);
      break;
    case 'silence.ended':
      after.silences.delete(event.id);
      break;
    case 'holds.incident':
      if (event.hold === null) after.incidents.delete(event.incident);
      else after.incidents.set(event.incident, event.hold);
      forgetIndex(after.incidents);
      break;
    case 'holds.over':
      for (const id of event.silences) after.silences.delete(id);
      break;
    default:
      return event satisfies never;
  }
  return after.sources.size + after.silences.size + after.incidents.size === 0 ? null : after;
}

function putSource(sources: Map<string, LabelSet>, fingerprint: string, labels: LabelSet | null): void {
  const index = indexes.get(sources);
  const before = sources.get(fingerprint);
  if (before !== undefined) index?.remove(fingerprint, before);
  if (labels === null) sources.delete(fingerprint);
  else {
    sources.set(fingerprint, labels);
    index?.add(fingerprint, labels);
  }
}

/** The earliest end of a silence, or null. */
export function holdsDueAt({ silences }: HoldsState): number | null {
  let due: number | null = null;
  for (const { endsAt } of silences.values()) if (due === null || endsAt < due) due = endsAt;
  return due;
}

/** For a snapshot, and back. */
export function packHolds({ sources, silences, incidents }: HoldsState): unknown {
  return [[...sources], [...silences.values()], [...incidents.values()]];
}

export function unpackHolds(packed: unknown): HoldsState {
  const [sources, silences, incidents = []] = packed as [[string, LabelSet][], Silence[], IncidentHold[]?];
  return {
    sources: new Map(sources),
    silences: new Map(silences.map((silence) => [silence.id, silence])),
    incidents: new Map(incidents.map((hold) => [hold.incident, hold])),
  };
}
