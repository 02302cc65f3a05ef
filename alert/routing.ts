/** The last step of what an alert means (meaning.ts): which groups it enters, by the tenant's routing trees. */

import type { LabelSet } from './alert.ts';
import type { Routing } from './event.ts';
import { isSource } from './inhibit.ts';
import type { Policy } from './policy.ts';
import { type Reason, reason } from './reason.ts';
import { groupRef } from './route.ts';

export interface Routes {
  readonly routing: Pick<Routing, 'policy' | 'groups' | 'inhibits' | 'correlated'>;
  readonly reasons: readonly Reason[];
}

/** `seen`: the labels as matchers see them. */
export function decideRoutes(tenant: string, seen: LabelSet, policy: Policy): Routes {
  const matches = policy.route(tenant, seen);
  const groups = matches.map((match) => groupRef(tenant, match));
  const reasons =
    groups.length === 0 ? [reason('route.none')] : groups.map((group) => reason('route.matched', group.key));
  return {
    routing: {
      policy: policy.hash,
      groups,
      ...inhibiting(policy, tenant, seen),
      ...correlating(policy, tenant, seen, reasons),
    },
    reasons,
  };
}

const NONE = Object.freeze({});

/** Left out where it inhibits nothing: most alerts do not. */
function inhibiting(policy: Policy, tenant: string, seen: LabelSet): Pick<Routing, 'inhibits'> {
  return isSource(policy.inhibitions(tenant), seen) ? { inhibits: true } : NONE;
}

/** Left out where no CorrelationRule asks for it. */
function correlating(policy: Policy, tenant: string, seen: LabelSet, reasons: Reason[]): Pick<Routing, 'correlated'> {
  let met = false;
  for (const condition of policy.correlations(tenant)) {
    const verdict = condition.judge(seen);
    if (verdict.met) met = true;
    if (verdict.problem === null) continue;
    reasons.push(reason('correlation.condition-failed', `${condition.rule.name}: ${verdict.problem}`));
  }
  return met ? { correlated: true } : NONE;
}
