/**
 * Is an alert kept back now, and by what? Where it is routed elsewhere by now, that comes first. Then in Alertmanager's order: inhibited, outside of the active or inside the mute time
 * intervals of its route, silenced; what only Herald has besides: an incident, a maintenance window, a snooze, a person's
 * approval, an alert that is flapping.
 */

import type { LabelSet } from './alert.ts';
import { flappingHold } from './flapping.ts';
import { type HoldsState, inhibitorOf } from './holds-state.ts';
import { type IncidentHolds, incidentHold } from './incident-hold.ts';
import type { KnownAttributes } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';
import type { Hold, Policy, ReceiverTiming } from './policy.ts';
import { reason } from './reason.ts';
import { rerouteHold } from './reroute.ts';
import { silenceHold } from './silence.ts';
import { type SilenceList, silenceList, silencesOf } from './silence-list.ts';

/** What is the same for all alerts of one flush. */
export interface HoldContext {
  readonly tenant: string;
  readonly holds: HoldsState | null;
  readonly policy: Policy;
  readonly now: number;
  /** Of the group's route. */
  readonly time: Hold | null;
  readonly silences: SilenceList;
}

export function holdContext(
  tenant: string,
  timing: ReceiverTiming,
  holds: HoldsState | null,
  policy: Policy,
  now: number,
): HoldContext {
  const silences = silenceList(policy.silences(tenant), holds?.silences ?? null, policy);
  return { tenant, holds, policy, now, time: policy.timeHold(tenant, timing, now), silences };
}

/** null: nothing keeps it back. */
export function decideHold(alert: GroupedAlert, context: HoldContext): Hold | null {
  const { tenant, policy, now, time, silences } = context;
  const labels = seenLabels(alert);
  return (
    rerouteHold(alert) ??
    inhibition(context, labels) ??
    incidentHold(context.holds?.incidents ?? NO_INCIDENTS, alert, labels, policy) ??
    time ??
    silenceHold(silencesOf(alert, labels, silences), labels, now) ??
    policy.maintenanceHold(tenant, labels, now) ??
    snoozeHold(alert, now) ??
    approvalHold(alert) ??
    flappingHold(alert, now)
  );
}

/** What matchers see. Herald's own come last: a sender must not escape, or cause, a hold by forging them. */
export function seenLabels(
  alert: Pick<GroupedAlert, 'labels' | 'environment' | 'priority' | 'tenant' | keyof KnownAttributes>,
): LabelSet {
  const { labels, environment, priority, tenant, businessUnit = '', owner = '', criticality = '' } = alert;
  return { ...labels, environment, priority, tenant, businessUnit, owner, criticality };
}

const NO_INCIDENTS: IncidentHolds = new Map();

function inhibition({ holds, policy, tenant }: HoldContext, labels: LabelSet): Hold | null {
  const found = holds === null ? null : inhibitorOf(holds, policy.inhibitions(tenant), labels);
  if (found === null) return null;
  return { reason: reason('hold.inhibited', `by alert ${found.fingerprint} (${found.rule.name})`), until: null };
}

export function snoozeHold({ snoozedUntil }: GroupedAlert, now: number): Hold | null {
  if (snoozedUntil === undefined || snoozedUntil <= now) return null;
  return { reason: reason('hold.snoozed', `until ${new Date(snoozedUntil).toISOString()}`), until: snoozedUntil };
}

/** Until its alert says otherwise: whether it is told or rejected then, its group cannot know. */
function approvalHold({ awaiting }: GroupedAlert): Hold | null {
  return awaiting === undefined ? null : { reason: reason('hold.approval', awaiting), until: null };
}
