/**
 * Notifications that a provider accepted and may yet report as failed: kept whole, since then they go on as if it had refused them.
 * The last ones only: of an older one the report stands in its history, and that is all. Changed in place (see channel-state.ts).
 */

import type { Notification } from '../alert/notification.ts';

export interface Recall {
  readonly notification: Notification;
  readonly attempts: number;
}

export const MOST_RECALLS = 1000;
/** Of all of them together: a notification may tell of hundreds. */
export const MOST_RECALLED_ALERTS = 20_000;

interface Index {
  readonly byId: Map<string, Recall>;
  alerts: number;
}

const indexes = new WeakMap<Recall[], Index>();

function indexOf(recalls: Recall[]): Index {
  let index = indexes.get(recalls);
  if (index === undefined) {
    index = {
      byId: new Map(recalls.map((one) => [one.notification.id, one])),
      alerts: recalls.reduce((sum, one) => sum + weightOf(one), 0),
    };
    indexes.set(recalls, index);
  }
  return index;
}

function weightOf({ notification }: Recall): number {
  return notification.alerts.length;
}

export function recallOf(recalls: Recall[], notificationId: string): Recall | null {
  return indexOf(recalls).byId.get(notificationId) ?? null;
}

export function keepForRecall(recalls: Recall[], { notification, attempts }: Recall): void {
  const index = indexOf(recalls);
  const one = { notification, attempts };
  recalls.push(one);
  index.byId.set(notification.id, one);
  index.alerts += weightOf(one);
  while (recalls.length > MOST_RECALLS || (index.alerts > MOST_RECALLED_ALERTS && recalls.length > 1)) {
    dropRecall(recalls, recalls[0]!.notification.id);
  }
}

/** false: it was not there. */
export function dropRecall(recalls: Recall[], notificationId: string): boolean {
  const index = indexOf(recalls);
  const one = index.byId.get(notificationId);
  if (one === undefined) return false;
  index.byId.delete(notificationId);
  index.alerts -= weightOf(one);
  recalls.splice(recalls.indexOf(one), 1);
  return true;
}
