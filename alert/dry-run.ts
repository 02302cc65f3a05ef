/** What would happen to an alert, without anything happening: every step with its reasons. */

import { notAsked } from './advice.ts';
import type { Alert, Environment, LabelSet, Priority } from './alert.ts';
import { approvalFrom } from './approval.ts';
import { describeApproval } from './approval-demand.ts';
import { dryReach } from './dry-reach.ts';
import { isFor } from './escalation-call.ts';
import { decideHold, holdContext, seenLabels } from './hold.ts';
import { matchesAll } from './matcher.ts';
import { decideMeaning } from './meaning.ts';
import { type KnownAttributes, knownAttributes } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy, ReceiverTiming } from './policy.ts';
import type { Reason } from './reason.ts';
import { placedBy, type Standing } from './standing.ts';

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
  /** Lines (channels, and recipients behind a space) that would hear of it now, or after group_wait: of all groups in which nothing holds it back. */
  readonly told: readonly string[];
}

export interface DryRunGroup {
  readonly key: string;
  readonly labels: LabelSet;
  /** Milliseconds. */
  readonly groupWait: number;
  readonly channels: readonly string[];
  /** Who would be told next, repetitions left out, if nobody takes it on for so long (milliseconds). Left out where nothing escalates it. */
  readonly escalation?: readonly { readonly after: number; readonly channels: readonly string[] }[];
  /**
   * What would hold it back now. What people silenced and what fires plays a part where it is known. Left out where nothing would.
   */
  readonly held?: Reason;
}

/** `now`: Unix time in milliseconds. `standing`: what is so at run time; null where that is not known. */
export function dryRun(policy: Policy, alert: Alert, now: number, standing: Standing | null = null): DryRun {
  const known = standing === null ? {} : placedBy(standing.placements, alert);
  const meaning = decideMeaning(alert, { ...policy, filter: policy.tryFilter }, now, known);
  const { dropped, approval, routing, reasons } = meaning;
  const { environment, priority, namespace, shown = alert.labels } = routing;
  const attributes = knownAttributes(routing);
  const awaiting = approval === null ? {} : { awaiting: describeApproval(approvalFrom(approval, now)) };
  const grouped = { ...alert, labels: shown, environment, priority, ...attributes, ...awaiting };
  const groups = routing.groups.map(({ key, labels, timing }): DryRunGroup => {
    const { groupWait, channels } = timing;
    const hold = decideHold(grouped, holdContext(alert.tenant, timing, standing?.holds ?? null, policy, now));
    const held = hold === null ? {} : { held: hold.reason };
    return { key, labels, groupWait, channels, ...escalationOf(grouped, timing, policy), ...held };
  });
  const reached = routing.groups
    .filter((_, i) => groups[i]!.held === undefined)
    .map(({ timing }) => dryReach(grouped, timing, now, policy));
  return {
    environment,
    priority,
    namespace,
    ...attributes,
    dropped,
    labels: shown,
    reasons: [
      ...reasons,
      ...reached.flatMap((one) => one.reasons),
      ...notAsked(policy.plugins(alert.tenant).filter(({ matchers }) => matchesAll(matchers, seenLabels(grouped)))),
    ],
    groups,
    told: [...new Set(reached.flatMap(({ lines }) => lines))],
  };
}

function escalationOf(
  alert: Pick<GroupedAlert, 'tenant' | 'labels' | 'priority'>,
  { escalation: name }: ReceiverTiming,
  policy: Policy,
): Pick<DryRunGroup, 'escalation'> {
  const escalation = name === undefined ? null : policy.escalation(alert.tenant, name);
  if (escalation === null || !isFor(escalation, alert)) return {};
  const steps = escalation.turns.filter(({ repetition }) => repetition === 0);
  return { escalation: steps.map(({ at, channels }) => ({ after: at, channels })) };
}
