/** The state of an alert that nothing happens to, as small as it gets: values without their names, label sets as texts. */

import type { AlertState } from './alert-state.ts';

type OptionalName = {
  [Name in keyof AlertState]-?: undefined extends AlertState[Name] ? Name : never;
}[keyof AlertState];
type Name = Exclude<keyof AlertState, OptionalName | 'labelsText' | 'annotationsText'>;

/** The order in which values are kept. */
const ORDER = {
  phase: 0,
  tenant: 1,
  fingerprint: 2,
  startsAt: 3,
  endsAt: 4,
  generatorURL: 5,
  source: 6,
  environment: 7,
  priority: 8,
  namespace: 9,
  policy: 10,
  groups: 11,
  former: 12,
  episode: 13,
  occurrences: 14,
  since: 15,
  lastSeen: 16,
  commands: 17,
} as const satisfies Record<Name, number>;

/** Those that most alerts lack: kept with their names where they are there. */
const OPTIONAL = {
  shown: true,
  placed: true,
  inhibits: true,
  correlated: true,
  snoozedUntil: true,
  acknowledgedBy: true,
  openings: true,
  openedAt: true,
  flapping: true,
  approval: true,
  businessUnit: true,
  owner: true,
  criticality: true,
} as const satisfies Record<OptionalName, true>;

const NAMES = Object.keys(ORDER) as readonly Name[];
const OPTIONAL_NAMES = Object.keys(OPTIONAL) as readonly OptionalName[];

export type PackedAlert = readonly [
  labels: string,
  annotations: string,
  others: Readonly<Record<string, unknown>> | null,
  ...values: unknown[],
];

export function packAlert(state: AlertState): PackedAlert {
  return [state.labelsText, state.annotationsText, othersOf(state), ...NAMES.map((name) => state[name])];
}

function othersOf(state: AlertState): Record<string, unknown> | null {
  let others: Record<string, unknown> | null = null;
  for (const name of OPTIONAL_NAMES) {
    if (state[name] === undefined) continue;
    others ??= {};
    others[name] = state[name];
  }
  return others;
}

export function unpackAlert([labelsText, annotationsText, others, ...values]: PackedAlert): AlertState {
  const state: Record<string, unknown> = { labelsText, annotationsText, ...others };
  for (let i = 0; i < NAMES.length; i++) state[NAMES[i]!] = values[i];
  return state as unknown as AlertState;
}
