/** What would happen to an alert, without anything happening: every step with its reasons. */

import type { Alert, Environment, LabelSet, Priority } from './alert.ts';
import { decideMeaning } from './meaning.ts';
import { type KnownAttributes, knownAttributes } from './namespace.ts';
import type { Policy } from './policy.ts';
import type { Reason } from './reason.ts';

export interface DryRun extends KnownAttributes {
  readonly environment: Environment;
  readonly priority: Priority;
  readonly namespace: string;
  /** By a Filter: it would open nothing and enter no group. */
  readonly dropped: boolean;
  /** As Filters leave them: what routes and receivers see. */
  readonly labels: LabelSet;
  /** In the order of the steps: environment, filters, priority, routes. */
  readonly reasons: readonly Reason[];
  readonly groups: readonly DryRunGroup[];
}

export interface DryRunGroup {
  readonly key: string;
  readonly labels: LabelSet;
  /** Milliseconds. */
  readonly groupWait: number;
  readonly channels: readonly string[];
}

/** `now`: Unix time in milliseconds. */
export function dryRun(policy: Policy, alert: Alert, now: number): DryRun {
  const { dropped, routing, reasons } = decideMeaning(alert, { ...policy, filter: policy.tryFilter }, now);
  const { environment, priority, namespace, shown = alert.labels } = routing;
  const groups = routing.groups.map(({ key, labels, timing: { groupWait, channels } }) => {
    return { key, labels, groupWait, channels };
  });
  return { environment, priority, namespace, ...knownAttributes(routing), dropped, labels: shown, reasons, groups };
}
