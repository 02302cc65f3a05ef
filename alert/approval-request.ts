/**
 * Somebody has to know that an alert waits for a person. What is told is an alert of its own in a group of its own, as of a
 * storm (storm-summary.ts): it fires while the alert waits, ends with the decision or with the alert, and is silenced and
 * inhibited as the alert itself would be, for it has its labels.
 */

import { evolveAlert } from './alert-evolve.ts';
import { type AlertState, alertOf } from './alert-state.ts';
import { isWaiting } from './approval.ts';
import { type Approval, describeApproval } from './approval-demand.ts';
import type { GroupEntry } from './entry.ts';
import type { AlertEvent } from './event.ts';
import { fingerprint, hash16 } from './fingerprint.ts';
import { knownAttributes } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';

const REQUEST_ALERTNAME = 'ApprovalRequired';
/** Of the request and its end, which may follow at once. Milliseconds. */
const INTERVAL = 1000;

type Waiting = AlertState & { readonly approval: Approval };

/** What the channels hear after these events of an alert that was `before`; null: nothing about approval. */
export function approvalRequest(before: AlertState | null, events: readonly AlertEvent[]): GroupEntry | null {
  const waited = before !== null && isWaiting(before);
  if (!waited && !events.some((event) => event.type === 'alert.opened' && event.approval !== undefined)) return null;
  const after = events.reduce(evolveAlert, before);
  if (after !== null && isWaiting(after)) return waited ? null : requestOf(after, 'firing', null, '');
  const ending = events.find((event) => 'reasons' in event);
  const [why] = ending !== undefined && 'reasons' in ending ? ending.reasons : [];
  return waited ? requestOf(before, 'resolved', ending?.at ?? 0, why?.detail ?? '') : null;
}

/** null: the rule wants nobody told. */
function requestOf(
  state: Waiting,
  status: 'firing' | 'resolved',
  endsAt: number | null,
  outcome: string,
): GroupEntry | null {
  const channels = state.approval.receivers ?? [...new Set(state.groups.flatMap(({ timing }) => timing.channels))];
  if (channels.length === 0) return null;
  const { tenant } = state;
  const alert = requestAlert(state, status, endsAt, outcome);
  // Until it is decided nothing is to be repeated.
  const timing = { groupWait: 0, groupInterval: INTERVAL, repeatInterval: LONGEST_WAIT, channels };
  const key = `approval/${state.approval.rule}:{alert="${state.fingerprint}"}`;
  return {
    kind: 'group',
    group: { id: hash16(`${tenant}\n${key}`), tenant, key, labels: alert.labels, timing },
    alert,
  };
}

/** As resources/approval.ts allows. Milliseconds. */
const LONGEST_WAIT = 7 * 86_400_000;

function requestAlert(
  state: Waiting,
  status: 'firing' | 'resolved',
  endsAt: number | null,
  outcome: string,
): GroupedAlert {
  const { approval } = state;
  const { tenant, generatorURL, environment, priority } = state;
  const { labels: shown } = alertOf(state, status, endsAt);
  const name = shown.alertname ?? '';
  const labels = { ...shown, alertname: REQUEST_ALERTNAME, alert: name, approval: approval.rule };
  // Neither waits nor flaps: those are of the alert that it is about.
  return {
    tenant,
    fingerprint: fingerprint(labels),
    status,
    labels,
    annotations: {
      summary: `${name} in ${state.namespace} waits for a person to approve of it (${describeApproval(approval)})`,
      approve: `POST /v1/alerts/${state.tenant}/${state.fingerprint}/approve, or /reject`,
      ...(approval.approvers.length === 0 ? {} : { approvers: approval.approvers.join(', ') }),
      ...(outcome === '' ? {} : { outcome }),
    },
    startsAt: state.openedAt ?? state.since,
    endsAt,
    generatorURL,
    source: 'herald',
    environment,
    priority,
    ...knownAttributes(state),
  };
}
