/**
 * The interface between Herald and the plug-ins of operators, version 1. A plug-in is an ES module whose default export is one of
 * these; `import type` what it needs from here. docs/plugins.md has the rules, examples/plugins/ an example.
 */

import type { Environment, LabelSet, Priority } from '../alert/alert.ts';
import type { WindowAlert } from '../alert/correlation.ts';
import type { Criticality } from '../alert/namespace.ts';

/** Rises when a plug-in written for an earlier one would not work any more. */
export const PLUGIN_INTERFACE = 1;

export interface FilterPlugin {
  readonly herald: typeof PLUGIN_INTERFACE;
  readonly kind: 'filter';
  /** Its own; reasons name it. At most 40 characters. */
  readonly version: string;
  /** What it has to say of an alert that begins to fire; null: nothing. Answers at once: a promise is no answer. */
  filter(alert: AskedAlert): FilterAnswer | null;
}

export interface CorrelatorPlugin {
  readonly herald: typeof PLUGIN_INTERFACE;
  readonly kind: 'correlator';
  readonly version: string;
  /** Alerts of one key, close in time, belong together; null: it belongs to nothing by this. At most 200 characters. */
  key(alert: CorrelatedAlert): string | null;
}

/** An alert as a correlator sees it. Empty text: it has none. */
export type CorrelatedAlert = Pick<
  WindowAlert,
  'labels' | 'message' | 'namespace' | 'owner' | 'node' | 'startsAt' | 'environment' | 'priority'
>;

/** An alert as a plug-in sees it: its normal form, and what Herald knows of its namespace. A copy, to do with as one likes. */
export interface AskedAlert {
  readonly tenant: string;
  /** As it came with them. */
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  /** Unix time in milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly generatorURL: string;
  /** Name of the Source that it came through. */
  readonly source: string;
  readonly namespace: string;
  readonly environment: Environment;
  /** That of its namespace, before Filters and the PriorityPolicy. */
  readonly priority: Priority;
  readonly businessUnit: string | null;
  readonly owner: string | null;
  readonly criticality: Criticality | null;
  /** When it is decided. Unix time in milliseconds. */
  readonly now: number;
}

/** What is left out stays as it is. */
export interface FilterAnswer {
  /** `keep`: plug-ins that are asked after it have no say. */
  readonly verdict?: 'drop' | 'keep';
  readonly priority?: Priority;
  /** To be set; an empty value takes the label away. At most 64. */
  readonly labels?: LabelSet;
  /** For a person, one line: it stands in the ledger. */
  readonly because?: string;
}
