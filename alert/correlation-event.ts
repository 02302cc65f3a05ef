/** What a tenant's correlator decided, as it stands in the journal. `key` is the tenant. */

import type { LabelSet } from './alert.ts';
import type { CorrelationAction, Evidence, Member, WindowAlert } from './correlation.ts';
import type { IncidentHold } from './incident-hold.ts';
import type { Reason } from './reason.ts';
import type { Breakdown } from './storm-count.ts';

interface OfTenant {
  readonly key: string;
  readonly at: number;
}

/** Which storm rule counts an alert, and under which values of its groupBy labels. */
export interface Counted {
  readonly rule: string;
  readonly key: LabelSet;
  /** Of the rule. Milliseconds. */
  readonly within: number;
}

/** `rising`: too many come. `calm`: no more than usual do, but many of those that came still fire. */
export type StormPhase = 'rising' | 'calm';

export type CorrelationEvent =
  | (OfTenant & {
      readonly type: 'correlation.entered';
      readonly alert: WindowAlert;
      /** False: only counted; no rule asks what it belongs to, or the window is full. */
      readonly kept: boolean;
      readonly counted: readonly Counted[];
      /** Storms that it became part of. */
      readonly storms: readonly string[];
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & { readonly type: 'correlation.left'; readonly fingerprint: string })
  /** A person took on an alert of an open incident: later incidents of the rule know where to look. */
  | (OfTenant & {
      readonly type: 'correlation.learnt';
      readonly incident: string;
      readonly rule: string;
      readonly alertname: string;
    })
  | (OfTenant & { readonly type: 'correlation.started'; readonly run: number; readonly alerts: number })
  | (OfTenant & {
      readonly type: 'correlation.ended';
      readonly run: number;
      /** Fingerprints that are too old for anything to come near them. */
      readonly passed: readonly string[];
      /** correlation.done, or why it was not done. */
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & {
      readonly type: 'incident.opened';
      readonly incident: string;
      readonly rule: string;
      readonly action: Exclude<CorrelationAction, 'storm'>;
      readonly groupedBy: LabelSet;
      readonly parent: string;
      readonly joined: readonly Member[];
      readonly evidence: readonly Evidence[];
      /** null: nothing is held back. */
      readonly hold: IncidentHold | null;
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & {
      readonly type: 'incident.updated';
      readonly incident: string;
      readonly parent: string;
      readonly joined: readonly Member[];
      readonly evidence: readonly Evidence[];
      readonly hold: IncidentHold | null;
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & { readonly type: 'incident.closed'; readonly incident: string; readonly reasons: readonly Reason[] })
  | (OfTenant & {
      readonly type: 'storm.opened' | 'storm.updated';
      readonly incident: string;
      readonly rule: string;
      readonly groupedBy: LabelSet;
      readonly breakdown: Breakdown;
      readonly phase: StormPhase;
      /** Fingerprints of those that a limit allows: no part of it. Left out where there are none. */
      readonly spared?: readonly string[];
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & {
      readonly type: 'storm.closed';
      readonly incident: string;
      readonly breakdown: Breakdown;
      readonly reasons: readonly Reason[];
    });
