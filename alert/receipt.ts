/**
 * What a provider tells later of a message that it accepted. A ladder: only what stands higher counts, so that reports may come
 * in any order and more than once.
 *
 *   sent → failed → delivered → read
 *
 * `failed` stands below `delivered`: a provider that gives up and then hears from the handset was wrong the first time, while a
 * failure that comes behind a delivery is an old one that was overtaken.
 */

export const RECEIPT_STEPS = ['sent', 'failed', 'delivered', 'read'] as const;

export type ReceiptStep = (typeof RECEIPT_STEPS)[number];

/** null: nothing was reported yet. */
export function isHigher(step: ReceiptStep, known: ReceiptStep | null): boolean {
  return known === null || RECEIPT_STEPS.indexOf(step) > RECEIPT_STEPS.indexOf(known);
}
