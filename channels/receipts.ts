/**
 * Which messages a provider may still report on, and how far each has come (alert/receipt.ts). The last ones only: what is reported
 * of an older one is not known any more. Changed in place (see channel-state.ts).
 */

import { isHigher, type ReceiptStep } from '../alert/receipt.ts';

export interface ReceiptStanding {
  readonly notificationId: string;
  /** The provider's; null: it gave none. */
  readonly receiptId: string | null;
  step: ReceiptStep | null;
}

export const MOST_RECEIPTS = 5000;

interface Index {
  readonly byReceipt: Map<string, ReceiptStanding>;
  readonly byNotification: Map<string, ReceiptStanding>;
}

const indexes = new WeakMap<ReceiptStanding[], Index>();

function indexOf(receipts: ReceiptStanding[]): Index {
  let index = indexes.get(receipts);
  if (index === undefined) {
    index = { byReceipt: new Map(), byNotification: new Map() };
    for (const one of receipts) note(index, one);
    indexes.set(receipts, index);
  }
  return index;
}

function note({ byReceipt, byNotification }: Index, one: ReceiptStanding): void {
  if (one.receiptId !== null) byReceipt.set(one.receiptId, one);
  byNotification.set(one.notificationId, one);
}

export interface ReportOn {
  readonly receiptId?: string;
  readonly notificationId?: string;
}

export function receiptOf(
  receipts: ReceiptStanding[],
  { receiptId, notificationId }: ReportOn,
): ReceiptStanding | null {
  const { byReceipt, byNotification } = indexOf(receipts);
  const found = receiptId === undefined ? undefined : byReceipt.get(receiptId);
  return found ?? (notificationId === undefined ? undefined : byNotification.get(notificationId)) ?? null;
}

/** Of one that its channel accepted just now. */
export function expectReceipt(receipts: ReceiptStanding[], notificationId: string, receiptId: string | null): void {
  if (receipts.length >= MOST_RECEIPTS) {
    // A tenth at once: taking the first out moves all that are behind it.
    receipts.splice(0, MOST_RECEIPTS / 10);
    indexes.delete(receipts);
  }
  const one = { notificationId, receiptId, step: null };
  receipts.push(one);
  note(indexOf(receipts), one);
}

/** false: nothing higher than what was known, which changes nothing. */
export function climbs(standing: ReceiptStanding, step: ReceiptStep): boolean {
  return isHigher(step, standing.step);
}
