/** Decides what an alert means and which groups it enters: classification, then the routing tree. */

import type { Alert, LabelSet } from './alert.ts';
import type { Routing } from './event.ts';
import type { Policy } from './policy.ts';
import { type Reason, reason } from './reason.ts';
import { groupRef } from './route.ts';

export interface RoutingDecision {
  readonly routing: Routing;
  readonly reasons: readonly Reason[];
}

export function decideRouting(alert: Pick<Alert, 'tenant' | 'labels'>, policy: Policy): RoutingDecision {
  const { tenant, labels } = alert;
  const { environment, priority, namespace, reasons: classified } = policy.classify(tenant, labels);
  // Herald's own come last: a sender must not choose its route by forging them.
  const seen: LabelSet = { ...labels, environment, priority, tenant };
  const matches = policy.route(tenant, seen);
  const groups = matches.map((match) => groupRef(tenant, match));
  const routed =
    groups.length === 0 ? [reason('route.none')] : groups.map((group) => reason('route.matched', group.key));
  return {
    routing: { environment, priority, namespace, policy: policy.hash, groups },
    reasons: [...classified, ...routed],
  };
}
