/** What would happen to an alert, without anything happening. */

import type { Alert, Environment, LabelSet, Priority } from './alert.ts';
import type { Policy } from './policy.ts';
import type { Reason } from './reason.ts';
import { decideRouting } from './routing.ts';

export interface DryRun {
  readonly environment: Environment;
  readonly priority: Priority;
  readonly namespace: string;
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

export function dryRun(policy: Policy, alert: Alert): DryRun {
  const { routing, reasons } = decideRouting(alert, policy);
  const { environment, priority, namespace } = routing;
  const groups = routing.groups.map(({ key, labels, timing: { groupWait, channels } }) => {
    return { key, labels, groupWait, channels };
  });
  return { environment, priority, namespace, reasons, groups };
}
