/**
 * What was decided, as it stands in the journal. State is a fold over these; the archive, the public events and the ledger
 * are projections of them. Every input alert leads to exactly one event with its `cause`: that is its receipt.
 */

import type { Alert, Environment, LabelSet, Priority } from './alert.ts';
import type { Approval } from './approval-demand.ts';
import type { Entry, GroupRef } from './entry.ts';
import type { NextStep } from './escalation-policy.ts';
import type { FlappingMemory } from './flapping.ts';
import type { FlushPass } from './flush-pass.ts';
import type { HoldChange } from './held.ts';
import type { IncidentHold } from './incident-hold.ts';
import type { KnownAttributes } from './namespace.ts';
import type { GroupedAlert, Recipient } from './notification.ts';
import type { Unreached } from './reach.ts';
import type { Reason } from './reason.ts';
import type { Silence } from './silence.ts';

/** Which alert of which accepted request led to the event. */
export interface Cause {
  readonly receipt: string;
  readonly index: number;
}

interface OfAlert {
  /** tenant/fingerprint */
  readonly key: string;
  /** When it was decided: the owner's clock, read once per commit. Unix time in milliseconds. */
  readonly at: number;
}

/** Of an event by which somebody takes an alert on, or it ends; for the metrics. Left out in journals of before. */
export interface OpenSpan {
  /** Since its episode opened. Milliseconds. */
  readonly openFor?: number;
  /** Of one that somebody has taken on: since then. Left out where nobody has. Milliseconds. */
  readonly takenFor?: number;
  readonly environment?: Environment;
}

/** What is decided anew whenever an alert is routed. */
export interface Routing extends KnownAttributes {
  readonly environment: Environment;
  readonly priority: Priority;
  readonly namespace: string;
  /** Hash of the policy that decided. */
  readonly policy: string;
  /** The labels as Filters left them, to be shown and routed by. Left out where they are the alert's own. */
  readonly shown?: LabelSet;
  /** Id of the promotion that its namespace is placed by. Left out where none is. */
  readonly placed?: string;
  /** The groups it entered, at most one per matched route. */
  readonly groups: readonly GroupRef[];
  /** Set when a rule says that it may inhibit others. */
  readonly inhibits?: true;
  /** Set when a CorrelationRule asks for it: its tenant's correlator knows of it. */
  readonly correlated?: true;
}

export type AlertEvent =
  | (OfAlert &
      FlappingMemory & {
        readonly type: 'alert.opened';
        readonly cause: Cause;
        /** As its groups are told of it. */
        readonly alert: GroupedAlert;
        readonly routing: Routing;
        /** 1 for the first; counts how often this identity opened. */
        readonly episode: number;
        /** Set where it waits for a person. */
        readonly approval?: Approval;
        readonly reasons: readonly Reason[];
      })
  | (OfAlert & {
      readonly type: 'alert.repeated';
      readonly cause: Cause;
      readonly occurrences: number;
      /** As in Alert: a Prometheus moves it with every report. */
      readonly endsAt: number | null;
      /** Set when the policy changed since the alert was last routed. */
      readonly routing: Routing | null;
      readonly reasons: readonly Reason[];
    })
  | (OfAlert & {
      readonly type: 'alert.updated';
      readonly cause: Cause;
      readonly occurrences: number;
      readonly endsAt: number | null;
      readonly annotations: LabelSet;
      readonly generatorURL: string;
      readonly routing: Routing | null;
      readonly reasons: readonly Reason[];
    })
  | (OfAlert &
      OpenSpan & {
        readonly type: 'alert.resolved';
        /** null: its end time passed (reason alert.expired). */
        readonly cause: Cause | null;
        readonly endsAt: number;
        /** As last reported; the resolved report may bring newer ones. */
        readonly annotations: LabelSet;
        readonly reasons: readonly Reason[];
      })
  | (OfAlert & OpenSpan & { readonly type: 'alert.aged'; readonly reasons: readonly Reason[] })
  | (OfAlert &
      OpenSpan & {
        readonly type: 'alert.acknowledged' | 'alert.closed';
        readonly command: string;
        readonly by: string;
        readonly comment: string;
        readonly reasons: readonly Reason[];
      })
  /** It changes nothing but what is known of the alert, also of one that its owner has forgotten. */
  | (OfAlert & {
      readonly type: 'alert.commented';
      readonly command: string;
      readonly by: string;
      readonly comment: string;
      readonly reasons: readonly Reason[];
    })
  | (OfAlert & {
      readonly type: 'alert.snoozed';
      readonly command: string;
      readonly by: string;
      readonly comment: string;
      /** Unix time in milliseconds. */
      readonly until: number;
      readonly reasons: readonly Reason[];
    })
  /** Of one that waits for a person. `command` and `by` null: nobody decided in time, and the rule's default did. */
  | (OfAlert & {
      readonly type: 'alert.approved' | 'alert.rejected';
      readonly command: string | null;
      readonly by: string | null;
      readonly comment: string;
      readonly reasons: readonly Reason[];
    })
  /** A Filter dropped it: no state remembers it, so the event says what there was. */
  | (OfAlert & {
      readonly type: 'alert.suppressed';
      readonly cause: Cause;
      readonly alert: Pick<Alert, 'labels' | 'startsAt' | 'source'>;
      /** Without groups. */
      readonly routing: Routing;
      readonly reasons: readonly Reason[];
    })
  | (OfAlert & { readonly type: 'alert.ignored'; readonly cause: Cause; readonly reasons: readonly Reason[] })
  | (OfAlert & {
      readonly type: 'command.refused';
      readonly command: string;
      /** 409 where it is left out. */
      readonly status?: 403 | 422;
      readonly reasons: readonly Reason[];
    })
  /** Ended long ago: dropped from memory. The archive keeps its history. */
  | (OfAlert & { readonly type: 'alert.forgotten' });

interface OfGroup {
  /** The group's id. */
  readonly key: string;
  readonly at: number;
}

/** What one flush decided for one line of the group: a channel, or one recipient by it. */
export interface FlushDecision {
  readonly channel: string;
  /** Left out where the channel itself is told. */
  readonly recipient?: Recipient;
  /** null: not notified; the reasons say why. */
  readonly notificationId: string | null;
  /** The channel's notification counter after this flush. */
  readonly count: number;
  /** Fingerprints that the channel now counts as told firing, and as told resolved. */
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
  /** Told firing before, held back now: their end will be told. Left out where there are none. */
  readonly owed?: readonly string[];
  /** Of `firing`: told as being in somebody's hand. Left out where there are none. */
  readonly acknowledged?: readonly string[];
  /** What the channel was not told of because it is held back: the first of them, and how many. Left out where there are none. */
  readonly held?: readonly HeldBack[];
  readonly heldCount?: number;
  readonly reasons: readonly Reason[];
}

export interface HeldBack {
  readonly fingerprint: string;
  readonly reason: Reason;
}

export type GroupEvent =
  | (OfGroup & {
      readonly type: 'group.joined';
      /** Identity of this life of the group; part of notification ids, so that a later life never repeats one. */
      readonly born: string;
      /** null: as it was. */
      readonly group: GroupRef | null;
      readonly alert: GroupedAlert;
      readonly dueAt: number;
      /** When those are told who hear that somebody took on what fires. Left out: as it was. */
      readonly takenDueAt?: number;
    })
  | (OfGroup & {
      readonly type: 'group.flushed';
      /** Hash of the policy that decided. Journals of before have none. */
      readonly policy?: string;
      readonly decisions: readonly FlushDecision[];
      /** Fingerprints of resolved alerts that leave the group now. */
      readonly left: readonly string[];
      /** Next flush, or null when the group is empty and ends here. */
      readonly dueAt: number | null;
      /** Left out where nothing is or was held back. */
      readonly holds?: HoldChange;
      /** Who of its receivers is not reached now, and why. Left out where that is as it was. Journals of before have none. */
      readonly unreached?: readonly Unreached[];
      /** More lines than one commit should take: it goes on from here, at once. Left out where this flush is done. */
      readonly pass?: FlushPass;
      /** Between two flushes of the group: only the channels that an escalation told, or that somebody took it on, were decided on. */
      readonly aside?: true;
    })
  /**
   * The clock of its escalation runs from now on; stands still, for what fires is acknowledged; stands still until a hold ends; or
   * there is nothing to escalate any more.
   */
  | (OfGroup & {
      readonly type: 'group.escalation';
      /** Name of the EscalationPolicy. */
      readonly policy: string;
      readonly clock: 'runs' | 'stands' | 'held' | 'over';
      /** Time in which nobody took it on, so far. Milliseconds. */
      readonly unacknowledged: number;
      readonly next: NextStep | null;
      /** When to look at the group again for its sake. null: when something joins. */
      readonly lookAt: number | null;
      readonly reasons: readonly Reason[];
    })
  /** A step was taken: these channels are told of the group from now on, the flush beside it says what. */
  | (OfGroup & {
      readonly type: 'group.escalated';
      readonly policy: string;
      /** Counts steps and their repetitions; 1 for the first. */
      readonly turn: number;
      readonly step: number;
      readonly repetition: number;
      readonly channels: readonly string[];
      readonly unacknowledged: number;
      /** The alerts that nobody took on. */
      readonly fingerprints: readonly string[];
      /** The channels that had been told, none of whom took it on. */
      readonly unanswered: readonly string[];
      readonly next: NextStep | null;
      /** When to look at the group again for its sake. null: when something joins. */
      readonly lookAt: number | null;
      readonly reasons: readonly Reason[];
    });

interface OfTenant {
  /** The tenant's name. */
  readonly key: string;
  readonly at: number;
}

/**
 * What the groups of a partition know of a tenant's silences and inhibiting alerts. `silence.*` is decided by the partition
 * that owns the silence, `holds.*` follows from what others decided and stands in every alert partition.
 */
export type HoldsEvent =
  | (OfTenant & {
      readonly type: 'silence.set';
      readonly silence: Silence;
      readonly command: string;
      readonly by: string;
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & {
      readonly type: 'silence.ended';
      readonly id: string;
      readonly command: string;
      readonly by: string;
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & { readonly type: 'holds.silence'; readonly id: string; readonly silence: Silence | null })
  /** `labels` null: the alert does not fire any more, or no rule asks for it. */
  | (OfTenant & { readonly type: 'holds.inhibitor'; readonly fingerprint: string; readonly labels: LabelSet | null })
  /** `hold` null: the incident holds nothing back any more. */
  | (OfTenant & { readonly type: 'holds.incident'; readonly incident: string; readonly hold: IncidentHold | null })
  /** Silences whose time has passed. */
  | (OfTenant & { readonly type: 'holds.over'; readonly silences: readonly string[] });

/** Input that could not be decided. The entry is kept whole, to be put in again. */
export interface DeadLetterEvent {
  readonly type: 'input.dead-lettered';
  readonly key: string;
  readonly at: number;
  readonly deadLetterId: string;
  readonly cause: Cause | null;
  readonly entry: Entry;
  readonly reasons: readonly Reason[];
}

/** A dead letter was put in again; what came of it stands in the events beside this one. */
export interface ReplayedEvent {
  readonly type: 'input.replayed';
  readonly key: string;
  readonly at: number;
  readonly deadLetterId: string;
  readonly by: string;
}
