/**
 * What the decisions need to know of the operators' resources: compiled once, immutable, swapped between frames. Compiling
 * stands in resources/; here is only the shape, so that deciding imports nothing.
 */

import type { PluginRule } from './advice.ts';
import type { Environment, LabelSet, Priority } from './alert.ts';
import type { CorrelationCondition } from './correlation.ts';
import type { EscalationPolicy } from './escalation-policy.ts';
import type { FilterFacts, FilterOutcome } from './filter.ts';
import type { InhibitionRule } from './inhibit.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';
import type { CompiledMatcher, MatcherProblem } from './matcher.ts';
import type { Criticality, NamespaceProfile, WorkloadWorth } from './namespace.ts';
import type { Directory } from './people.ts';
import type { Placement, PromotionRule } from './promotion-state.ts';
import type { Reason } from './reason.ts';
import type { SilenceRule } from './silence.ts';
import type { FindPatterns } from './silence-index.ts';

export interface Classification {
  readonly environment: Environment;
  readonly priority: Priority;
  readonly namespace: string;
  /** One reason for the environment, one for the priority. */
  readonly reasons: readonly Reason[];
}

/** What the priority of an alert depends on. */
export interface PriorityFacts {
  readonly environment: Environment;
  /** The alert's own; null where it has none. */
  readonly severity: string | null;
  readonly criticality: Criticality | null;
  /** Name of the namespace's objective. */
  readonly slo: string | null;
  /** Name of a Calendar of the tenant; null: every hour counts as a business hour. */
  readonly calendar: string | null;
  /** That of the namespace, with its reason: what holds where no PriorityPolicy says otherwise. */
  readonly fallback: PriorityDecision;
  /** For overrides: the alert's own and what Herald added. */
  readonly labels: LabelSet;
}

export interface PriorityDecision {
  readonly priority: Priority;
  readonly reasons: readonly Reason[];
}

/** All durations in milliseconds. */
export interface ReceiverTiming {
  readonly groupWait: number;
  readonly groupInterval: number;
  readonly repeatInterval: number;
  /** Receivers in the order of the route: bare names of channels, and people (people.ts). */
  readonly channels: readonly string[];
  /** Names of TimeIntervals in which nothing is sent. Left out where there are none, so that journals stay small. */
  readonly muteTimeIntervals?: readonly string[];
  /** Names of TimeIntervals outside of which nothing is sent. Left out where there are none. */
  readonly activeTimeIntervals?: readonly string[];
  /** Name of the EscalationPolicy for groups that nobody takes on. Left out where there is none. */
  readonly escalation?: string;
}

/** Why something is kept back for now. */
export interface Hold {
  readonly reason: Reason;
  /** Unix ms at which to look again; null: nothing that is known today ends it. */
  readonly until: number | null;
}

/** A route that an alert matched. */
export interface RouteMatch {
  /** Alertmanager's route id, `{}/{severity="critical"}`: the matchers from the root down. */
  readonly routeId: string;
  /**
   * 0 for the first route with this id, 1 for the second: two routes may carry the same matchers under the same parent, and
   * their groups are not the same. Not the position in the tree: a route inserted above must not make every group a new one.
   */
  readonly twin: number;
  /** The labels to group by that the alert has, with its values. A missing label equals an empty one and is left out. */
  readonly groupLabels: LabelSet;
  readonly timing: ReceiverTiming;
}

/** Durable retry of one channel. Durations in milliseconds. */
export interface RetryPolicy {
  /** Where another channel, or another address of the recipient, takes over then. */
  readonly maxAttempts: number;
  /** Where none does. Left out: as many. */
  readonly maxAttemptsAlone?: number;
  readonly initial: number;
  readonly max: number;
}

/** A token bucket. */
export interface RateLimit {
  /** Milliseconds from one to the next in the long run; may be a fraction. */
  readonly interval: number;
  /** How many may leave at once after a rest. At least 1. */
  readonly burst: number;
}

/** Durations in milliseconds. */
export interface BreakerPolicy {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** The first pause; each further one is twice as long. */
  readonly pause: number;
  readonly maxPause: number;
}

export interface ChannelPolicy {
  readonly name: string;
  readonly type: string;
  readonly sendResolved: boolean;
  /** Whether it hears that somebody took on what it was told of. Left out: it does not. */
  readonly sendAcknowledged?: boolean;
  /** 0: as many as fit. Alertmanager's max_alerts. */
  readonly maxAlerts: number;
  readonly retry: RetryPolicy;
  /** How many sends may be under way at once. */
  readonly concurrency: number;
  /** What to do with a delivery whose outcome was lost, in a crash or on the way. */
  readonly onUncertain: 'resend' | 'dead-letter';
  readonly rateLimit?: RateLimit;
  /** For each recipient. */
  readonly recipientLimit?: RateLimit;
  /** Left out: it never opens. */
  readonly breaker?: BreakerPolicy;
  /** Name of the channel that takes what this one cannot deliver. */
  readonly fallback?: string;
  /** What fires and is older than this when its turn comes is not sent any more. Milliseconds. */
  readonly expireAfter?: number;
  /** So many that wait for one recipient while the rate limit holds them become one. Left out: each stays its own. */
  readonly bundle?: number;
  /** It sends nothing itself: each group goes to one of these channels. */
  readonly members?: readonly string[];
}

export interface Policy {
  /** Content hash of all resources that it was compiled from. */
  readonly hash: string;
  /** The same object as long as the policy is the same. */
  lifecycle(tenant: string): LifecyclePolicy;
  /** Frozen, and the same object for the same question. `namespaceLabels`: the namespace's own, from its cluster. `placed`:
   * where people put it. */
  profile(tenant: string, namespace: string, namespaceLabels?: LabelSet, placed?: Placement): NamespaceProfile;
  /** What it takes to bring a namespace into this environment, or out of it. */
  promotion(tenant: string, environment: Environment): PromotionRule;
  /** What the alert's workload is worth beside its namespace; null: no rule is for it. `labels`: the alert's own. */
  workload(profile: NamespaceProfile, labels: LabelSet): WorkloadWorth | null;
  /** `now`: Unix time in milliseconds, for business hours. */
  priority(tenant: string, facts: PriorityFacts, now: number): PriorityDecision;
  /** The tenant's Filters. Counts how often each rule matched. */
  filter(facts: FilterFacts, now: number): FilterOutcome;
  /** The same for a trial: counts nothing. */
  tryFilter(facts: FilterFacts, now: number): FilterOutcome;
  /** The tenant's plug-ins, in the order in which they have a say; the same list as long as the policy is the same. */
  plugins(tenant: string): readonly PluginRule[];
  /** `labels` are the alert's own with `environment`, `priority` and `tenant` added. */
  route(tenant: string, labels: LabelSet): readonly RouteMatch[];
  channel(tenant: string, name: string): ChannelPolicy | null;
  /** Users, teams, schedules. */
  readonly directory: Directory;
  /** null: not declared (any more). */
  escalation(tenant: string, name: string): EscalationPolicy | null;
  /** The same list as long as the policy is the same. */
  inhibitions(tenant: string): readonly InhibitionRule[];
  /** Declared ones; those of people at run time stand in the partition (holds-state.ts). */
  silences(tenant: string): readonly SilenceRule[];
  /** For the matchers of silences that people set: their patterns need the engine that alert/ does not know. */
  readMatcher(text: string): CompiledMatcher | MatcherProblem;
  /** Many of their patterns, each of a whole value, in one go. */
  findPatterns: FindPatterns;
  /** The tenant's CorrelationRules and limits; the same list as long as the policy is the same. Empty: nothing is correlated. */
  correlations(tenant: string): readonly CorrelationCondition[];
  /** The route's mute and active time intervals. null: nothing of them holds it at `now`. */
  timeHold(tenant: string, timing: ReceiverTiming, now: number): Hold | null;
  /** The maintenance windows in force at `now`; `labels` as for `route`. The one that ends last decides. */
  maintenanceHold(tenant: string, labels: LabelSet, now: number): Hold | null;
}
