/**
 * The event that opens an alert, as a journal holds it: a list of the fields that all have, and those that few have by their names. Of all
 * that is written it is most.
 */

import { alertKey } from '../alert/alert.ts';
import type { AlertEvent, Routing } from '../alert/event.ts';
import type { GroupedAlert } from '../alert/notification.ts';
import type { Reason, ReasonCode } from '../alert/reason.ts';
import { othersOf } from './others.ts';

export type Opened = Extract<AlertEvent, { type: 'alert.opened' }>;

/** In the order in which they are written: new ones come at the end. null: it has none. */
export type ListedEvent = readonly [
  at: number,
  receipt: string,
  index: number,
  alert: GroupedAlert,
  environment: Routing['environment'],
  priority: Routing['priority'],
  namespace: string,
  policy: string,
  groups: Routing['groups'],
  episode: number,
  /** Code and detail of each. */
  reasons: readonly string[],
  routingOthers: Readonly<Record<string, unknown>> | null,
  others: Readonly<Record<string, unknown>> | null,
];

const OF_EVENT = new Set(['type', 'key', 'at', 'cause', 'alert', 'routing', 'episode', 'reasons']);
const OF_ROUTING = new Set(['environment', 'priority', 'namespace', 'policy', 'groups']);

/** What msgpack knows it by (pack.ts); who reads it finds the event. */
export class OpenedEvent {
  readonly event: Opened;

  constructor(event: Opened) {
    this.event = event;
  }
}

export function listEvent({ event }: OpenedEvent): ListedEvent {
  const { at, cause, alert, routing, episode } = event;
  const reasons: string[] = [];
  for (const { code, detail } of event.reasons) reasons.push(code, detail);
  return [
    at,
    cause.receipt,
    cause.index,
    alert,
    routing.environment,
    routing.priority,
    routing.namespace,
    routing.policy,
    routing.groups,
    episode,
    reasons,
    othersOf(routing, OF_ROUTING),
    othersOf(event, OF_EVENT),
  ];
}

export function eventOfList(list: ListedEvent): Opened {
  const [at, receipt, index, alert, environment, priority, namespace, policy, groups, episode, texts] = list;
  const [, , , , , , , , , , , routingOthers, others] = list;
  const reasons: Reason[] = [];
  for (let i = 0; i < texts.length; i += 2) reasons.push({ code: texts[i] as ReasonCode, detail: texts[i + 1]! });
  return {
    type: 'alert.opened',
    key: alertKey(alert.tenant, alert.fingerprint),
    at,
    cause: { receipt, index },
    alert,
    routing: { environment, priority, namespace, policy, groups, ...routingOthers },
    episode,
    reasons,
    ...others,
  };
}
