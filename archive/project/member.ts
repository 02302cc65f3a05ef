/**
 * What becomes of the members of an audience: a row for each, without a history of its own, and the sums beside the notification for
 * all of them. Pure.
 */

import { memberNotification, wholeOf } from '../../alert/audience.ts';
import type { DeliveryEvent } from '../../channels/delivery-event.ts';
import type { AudienceMemberRow, DeliveryRow } from '../schema.ts';
import { progress } from './delivery.ts';

/** How many of the audience are in each state; `told`: how many the notification has come to. */
export type AudienceCounts = { readonly told: number } & Readonly<Record<string, number>>;

/** As the column holds it; null: it is for no audience. */
export function countsIn(row: Pick<DeliveryRow, 'audience'>): AudienceCounts | null {
  return row.audience === null ? null : (JSON.parse(row.audience) as AudienceCounts);
}

export interface MemberChange {
  readonly row: AudienceMemberRow;
  /** Of the notification for all; null: it is not known. */
  readonly whole: DeliveryRow | null;
}

/** Those that were taken on. `whole`: as the event left it. */
export function introduced(
  whole: DeliveryRow,
  event: DeliveryEvent & { type: 'delivery.expanded' },
): { readonly rows: readonly AudienceMemberRow[]; readonly whole: DeliveryRow } {
  const about = { id: event.notificationId, recipient: { name: whole.recipient ?? '', address: '' } };
  const rows = event.members.map((member): AudienceMemberRow => {
    const { id, recipient } = memberNotification(about as Parameters<typeof memberNotification>[0], member);
    return { ...fresh, notification_id: id, recipient: recipient!.name, updated_at: event.at };
  });
  const before = countsIn(whole) ?? { told: 0 };
  const counts = { ...before, told: event.told, queued: (before.queued ?? 0) + rows.length };
  return { rows, whole: { ...whole, audience: JSON.stringify(counts) } };
}

const fresh = {
  state: 'queued',
  reasons: '[]',
  attempts: 0,
  not_before: null,
  dead_letter_id: null,
  went_on_as: null,
  receipt: null,
  receipt_detail: null,
  receipt_at: null,
  took: null,
} as const;

/** null: nothing is known of the member. */
export function foldMember(
  before: AudienceMemberRow | null,
  whole: DeliveryRow | null,
  event: DeliveryEvent,
): MemberChange | null {
  if (before === null) return null;
  const isAside = event.type === 'delivery.receipt' || event.type === 'delivery.copied';
  const reasons = isAside ? before.reasons : JSON.stringify(event.reasons);
  const row: AudienceMemberRow = { ...before, ...progress(event), updated_at: event.at, reasons };
  if (whole === null || row.state === before.state) return { row, whole: null };
  const counts: Record<string, number> = { ...countsIn(whole) };
  counts[before.state] = (counts[before.state] ?? 1) - 1;
  if (counts[before.state] === 0) delete counts[before.state];
  counts[row.state] = (counts[row.state] ?? 0) + 1;
  return { row, whole: { ...whole, audience: JSON.stringify(counts) } };
}

/** The notification for all of which the event is about one; null: it is about no member. */
export function wholeIn(event: DeliveryEvent): string | null {
  return event.type === 'delivery.expanded' ? null : wholeOf(event.notificationId);
}
