/**
 * What correlation looks at and what it finds, as plain data: alerts of a window, the rules that apply to them, and what
 * belongs together by which evidence. How it is found stands in rules/correlate.ts.
 */

import type { Environment, LabelSet, Priority } from './alert.ts';

/** Close to each other in the cluster: the same node, the same namespace, the same owner (a workload). */
export const TOPOLOGY = ['node', 'namespace', 'owner'] as const;

export type Topology = (typeof TOPOLOGY)[number];

/** An alert as correlation sees it. Empty text: it has none. */
export interface WindowAlert {
  readonly fingerprint: string;
  /** As matchers see them. */
  readonly labels: LabelSet;
  readonly message: string;
  readonly namespace: string;
  readonly owner: string;
  readonly node: string;
  /** Unix time in milliseconds. */
  readonly startsAt: number;
  readonly environment: Environment;
  readonly priority: Priority;
  /** Names of the rules whose condition it meets. */
  readonly rules: readonly string[];
  /** By plug-in (`tenant/name`): the key that it gave. Only on the way to the pool; left out where none was asked. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Of these, those whose incidents it may be the parent of. */
  readonly parentOf: readonly string[];
}

export interface Similarity {
  /** Least likeness of the label sets, between 0 and 1; null: labels are not compared. */
  readonly labels: number | null;
  /** Messages of one template. */
  readonly message: boolean;
  readonly topology: readonly Topology[];
  /** `tenant/name` of a correlator plug-in: alerts that it gives the same key. Left out where none is asked. */
  readonly plugin?: string;
  /** `any`: one of these links two alerts. `all`: only all of them together do. */
  readonly need: 'any' | 'all';
}

export type CorrelationAction = 'annotate' | 'suppressChildren' | 'storm';

/** Of a rule whose action is `storm`. Durations in milliseconds. */
export interface StormOptions {
  /** Who gets the summary; null: whom the routes choose for it. */
  readonly channels: readonly string[] | null;
  readonly groupWait: number;
  readonly repeatInterval: number;
  /** Alerts of these priorities are held back while the storm lasts; the others are only counted. */
  readonly hold: readonly Priority[];
  /** A limit: as many as it allows are told as ever, and what comes beyond is the storm. Else all of them are. */
  readonly isLimit?: true;
}

/** A rule without its conditions: those were asked when the alert opened. */
export interface CorrelationRule {
  readonly name: string;
  /** Alerts are close in time when one started at most so long after the one before. Milliseconds. */
  readonly within: number;
  /** So many alerts make an incident; more than so many in the time frame make a storm. */
  readonly threshold: number;
  /** Only alerts with the same values of these labels belong together. */
  readonly groupBy: readonly string[];
  /** null: alerts of the same groupBy values that are close in time belong together. */
  readonly similarity: Similarity | null;
  /** An incident needs one of the alerts that may be its parent. */
  readonly needsParent: boolean;
  readonly action: CorrelationAction;
  /** null: its action is not `storm`. */
  readonly storm: StormOptions | null;
}

export interface CorrelationVerdict {
  readonly met: boolean;
  /** Why it could not be evaluated; it then counts as not met. */
  readonly problem: string | null;
}

/** A rule with its conditions compiled. `labels` as matchers see them. */
export interface CorrelationCondition {
  readonly rule: CorrelationRule;
  judge(labels: LabelSet): CorrelationVerdict;
  mayBeParent(labels: LabelSet): boolean;
}

/** What people took on in earlier incidents of a rule, by alert name: where they found the cause. */
export interface Learnt {
  readonly rule: string;
  readonly alertname: string;
  /** Incidents that had such alerts, and those in which a person acknowledged one. */
  readonly incidents: number;
  readonly taken: number;
}

export type EvidenceKind = 'history' | 'plugin' | 'rule' | 'time' | 'labels' | 'likeness' | 'template' | Topology;

export interface Evidence {
  readonly kind: EvidenceKind;
  /** For a person, with the values. One line. */
  readonly text: string;
  /** How many of its alerts it holds for. */
  readonly alerts: number;
}

export interface Member {
  readonly fingerprint: string;
  /** Places in the evidence of its incident: those that hold for it. */
  readonly by: readonly number[];
}

export interface Finding {
  readonly rule: string;
  readonly key: LabelSet;
  /** Fingerprint; one of the members. */
  readonly parent: string;
  /** In order of startsAt. */
  readonly members: readonly Member[];
  readonly evidence: readonly Evidence[];
}

/** The value of a label to group by: `namespace` is the one that the alert is about, whatever label named it. */
export function keyValue({ labels, namespace }: Pick<WindowAlert, 'labels' | 'namespace'>, name: string): string {
  if (name === 'namespace') return namespace;
  const value: unknown = labels[name];
  return typeof value === 'string' ? value : '';
}
