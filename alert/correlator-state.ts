/**
 * What a tenant's correlator remembers, as plain data for snapshots: the alerts that fire and may belong together, the open
 * incidents and storms, the run that is under way, and what was learnt. Changed in place (correlator-evolve.ts): a window may hold
 * ten thousand alerts, and each enters on its own. A state has one owner, who keeps only the newest.
 */

import type { LabelSet } from './alert.ts';
import type { CorrelationAction, Learnt, WindowAlert } from './correlation.ts';
import type { Counted, StormPhase } from './correlation-event.ts';
import type { IncidentHold } from './incident-hold.ts';
import { type Breakdown, type Frame, insideOf } from './storm-count.ts';

export interface Watched {
  readonly alert: WindowAlert;
  readonly enteredAt: number;
}

export interface OpenIncident {
  readonly id: string;
  readonly rule: string;
  readonly action: Exclude<CorrelationAction, 'storm'>;
  readonly groupedBy: LabelSet;
  readonly parent: string;
  readonly openedAt: number;
  /** Fingerprints of those that fire. */
  readonly members: ReadonlySet<string>;
  readonly hold: IncidentHold | null;
  /** Names of alerts that people took on. */
  readonly taken: readonly string[];
}

export interface OpenStorm {
  readonly id: string;
  readonly rule: string;
  readonly groupedBy: LabelSet;
  readonly openedAt: number;
  readonly phase: StormPhase;
  readonly breakdown: Breakdown;
  /** Fingerprints of its alerts that fire; changed in place. */
  readonly members: Set<string>;
  /** When it was last told of, and of how many alerts. */
  readonly toldAt: number;
  readonly told: number;
}

export interface Counter {
  readonly within: number;
  readonly frame: Frame;
}

export interface CorrelatorState {
  /** By fingerprint. */
  readonly window: Map<string, Watched>;
  readonly incidents: Map<string, OpenIncident>;
  /** Of storms, by stormKey. */
  readonly counters: Map<string, Counter>;
  readonly storms: Map<string, OpenStorm>;
  /** By rule and alert name; what was learnt longest ago first. */
  readonly learnt: Map<string, Learnt>;
  runs: number;
  /** Number and beginning of the run that is under way. */
  running: { readonly run: number; readonly at: number } | null;
  /** When something changed first since the last run began; null: nothing did. */
  changedAt: number | null;
  endedAt: number;
  sweptAt: number;
}

export function newCorrelator(): CorrelatorState {
  return {
    window: new Map(),
    incidents: new Map(),
    counters: new Map(),
    storms: new Map(),
    learnt: new Map(),
    runs: 0,
    running: null,
    changedAt: null,
    endedAt: 0,
    sweptAt: 0,
  };
}

export function stormKey({ rule, key }: Pick<Counted, 'rule' | 'key'>): string {
  return JSON.stringify([rule, ...Object.entries(key)]);
}

/** What the rule has counted under this key within its time frame. */
export function inFrame({ counters }: CorrelatorState, counted: Counted, at: number): Frame {
  const counter = counters.get(stormKey(counted));
  return counter === undefined ? [] : insideOf(counter.frame, counted.within, at);
}

/** Nothing is left that time could change. */
export function isIdle({ window, incidents, counters, storms, running }: CorrelatorState): boolean {
  return window.size + incidents.size + counters.size + storms.size === 0 && running === null;
}

/** For a snapshot, and back. */
export function packCorrelator(state: CorrelatorState): unknown {
  const { window, incidents, counters, storms, learnt, ...rest } = state;
  return {
    ...rest,
    window: [...window.values()],
    incidents: Array.from(incidents.values(), (incident) => ({ ...incident, members: [...incident.members] })),
    counters: [...counters],
    learnt: [...learnt.values()],
    storms: Array.from(storms, ([key, storm]) => [key, { ...storm, members: [...storm.members] }]),
  };
}

interface Packed extends Omit<CorrelatorState, 'window' | 'incidents' | 'counters' | 'storms' | 'learnt'> {
  readonly window: readonly Watched[];
  readonly incidents: readonly (Omit<OpenIncident, 'members'> & { readonly members: readonly string[] })[];
  readonly counters: readonly [string, Counter][];
  readonly learnt: readonly Learnt[];
  readonly storms: readonly [string, Omit<OpenStorm, 'members'> & { readonly members: readonly string[] }][];
}

export function unpackCorrelator(packed: unknown): CorrelatorState {
  const { window, incidents, counters, storms, learnt, ...rest } = packed as Packed;
  return {
    ...rest,
    window: new Map(window.map((watched) => [watched.alert.fingerprint, watched])),
    incidents: new Map(incidents.map((one) => [one.id, { ...one, members: new Set(one.members) }])),
    counters: new Map(counters),
    learnt: new Map(learnt.map((one) => [JSON.stringify([one.rule, one.alertname]), one])),
    storms: new Map(storms.map(([key, storm]) => [key, { ...storm, members: new Set(storm.members) }])),
  };
}
