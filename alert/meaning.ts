/**
 * What an alert means, step by step: whose and how dangerous its namespace is, what Filters make of it, how urgent that is,
 * which groups it enters. Each step may add reasons and none does I/O.
 *
 *   classify: policy.profile, by the labels that the alert came with, and by where people put its namespace; policy.workload, which may
 *             make it more critical; no Filter changes that
 *   filter:   policy.filter; drops it, or changes what is routed and shown, never its identity (filter.ts)
 *   advice:   what plug-ins said that were asked before; after the Filters, and as they do (advice.ts)
 *   priority: policy.priority, unless a Filter or a plug-in set one
 *   route:    routing.ts
 */

import { type Advice, heed, NO_ADVICE } from './advice.ts';
import type { LabelSet, Priority } from './alert.ts';
import { askedApproval } from './approval.ts';
import type { ApprovalDemand } from './approval-demand.ts';
import type { Routing } from './event.ts';
import type { FilteredAlert, FilterOutcome } from './filter.ts';
import { sameLabels } from './label-order.ts';
import {
  knownAttributes,
  type NamespaceProfile,
  namespaceOf,
  priorityFacts,
  profileLabels,
  withWorkload,
} from './namespace.ts';
import type { Policy } from './policy.ts';
import type { Placement } from './promotion-state.ts';
import { type Reason, reason } from './reason.ts';
import { decideRoutes, type Routes } from './routing.ts';

/** What others know of an alert before it is decided. Left out what nobody does. */
export interface Known {
  readonly advice?: readonly Advice[];
  /** Where people put its namespace. */
  readonly placed?: Placement;
}

export interface Meaning {
  readonly routing: Routing;
  readonly reasons: readonly Reason[];
}

export interface NewMeaning extends Meaning {
  /** A Filter or a plug-in drops it: it opens nothing and enters no group. */
  readonly dropped: boolean;
  /** What a person is asked before anybody is told; null: nothing. */
  readonly approval: ApprovalDemand | null;
}

/** Of an alert that does not fire yet. */
export function decideMeaning(alert: FilteredAlert, policy: Policy, now: number, known: Known = {}): NewMeaning {
  const judged = judge(alert, policy, now, known);
  const { profile, filtered, reasons } = judged;
  const { dropped } = filtered;
  if (dropped === null) {
    const asked = askedApproval(filtered, { alert, profile });
    const { routing, reasons: why } = routed(alert, judged, policy);
    return { dropped: false, approval: asked.demand, routing, reasons: [...why, ...asked.reasons] };
  }
  const routing = routingOf(alert, judged, { policy: policy.hash, groups: [] });
  // First what it is counted and looked up by.
  return { dropped: true, approval: null, routing, reasons: [dropped, ...reasons.filter((one) => one !== dropped)] };
}

/**
 * Of one that fires already, after the policy has changed. It goes on until it ends, or those who were told that it fires
 * would never hear of its end; a rule that drops it counts from its next episode on.
 */
export function decideMeaningAgain(alert: FilteredAlert, policy: Policy, now: number, known: Known = {}): Meaning {
  const judged = judge(alert, policy, now, known);
  const { dropped } = judged.filtered;
  if (dropped === null) return routed(alert, judged, policy);
  const deferred = reason('filter.drop-deferred', dropped.detail);
  return routed(alert, { ...judged, reasons: judged.reasons.map((one) => (one === dropped ? deferred : one)) }, policy);
}

interface Judged {
  /** Where people put its namespace. */
  readonly placed: Placement | undefined;
  readonly profile: NamespaceProfile;
  readonly filtered: FilterOutcome;
  readonly priority: Priority;
  /** As matchers see them. */
  readonly labels: LabelSet;
  readonly reasons: readonly Reason[];
}

function judge(alert: FilteredAlert, policy: Policy, now: number, { advice = NO_ADVICE, placed }: Known): Judged {
  const ofNamespace = policy.profile(alert.tenant, namespaceOf(alert.labels), undefined, placed);
  const profile = withWorkload(ofNamespace, policy.workload(ofNamespace, alert.labels));
  const facts = { alert, profile };
  const filtered = heed(policy.filter(facts, now), facts, advice);
  // Herald's own come last: a sender must not choose its route by forging them.
  const labels = { ...filtered.labels, ...profileLabels(profile), priority: filtered.priority ?? profile.priority };
  const reasons = [...profile.reasons, ...filtered.reasons];
  if (filtered.priority !== null) return { placed, profile, filtered, priority: filtered.priority, labels, reasons };
  const decided = policy.priority(alert.tenant, priorityFacts(profile, labels), now);
  labels.priority = decided.priority;
  reasons.push(...decided.reasons);
  return { placed, profile, filtered, priority: decided.priority, labels, reasons };
}

function routed(alert: FilteredAlert, judged: Judged, policy: Policy): Meaning {
  const { labels, reasons } = judged;
  const routes = decideRoutes(alert.tenant, labels, policy);
  return { routing: routingOf(alert, judged, routes.routing), reasons: [...reasons, ...routes.reasons] };
}

/**
 * What is not known, or as the alert has it, is left out: journals and states hold one of these for each alert. What most have comes
 * first: an object that is put together in another order takes several times as long and as much memory.
 */
function routingOf(
  { labels }: FilteredAlert,
  { placed, profile, filtered, priority }: Judged,
  { policy, groups, inhibits, correlated }: Routes['routing'],
): Routing {
  const { environment, namespace } = profile;
  return {
    environment,
    priority,
    namespace,
    policy,
    groups,
    ...(sameLabels(filtered.labels, labels) ? NONE : { shown: filtered.labels }),
    ...(placed === undefined ? NONE : { placed: placed.id }),
    ...knownAttributes(profile),
    ...(inhibits === undefined ? NONE : { inhibits }),
    ...(correlated === undefined ? NONE : { correlated }),
  };
}

const NONE = Object.freeze({});
