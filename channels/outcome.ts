/** What a channel's sender reports of one attempt. Expected results are data; a sender throws only for bugs. */

import type { Failure } from './failure.ts';

export type Outcome =
  | {
      readonly kind: 'delivered';
      readonly detail: string;
      /**
       * The provider's handle of this group's conversation (a Slack ts, a ticket's key, a Message-ID): opaque text of at most
       * MAX_REFERENCE bytes, JSON where it has parts. The channel keeps the latest per group and recipient and hands it to the
       * next send.
       */
      readonly reference?: string;
      /** The provider's id of this one message, by which receipts name it later. */
      readonly receiptId?: string;
    }
  /** May pass. `notBefore`: Unix time in milliseconds that the provider asked for (Retry-After), or null. */
  | {
      readonly kind: 'retry';
      readonly detail: string;
      readonly notBefore: number | null;
      /** The provider is there, did nothing, and wants fewer requests (pace.ts). */
      readonly limited?: true;
      /** What the next attempts are to know of this one: opaque text of at most MAX_PROGRESS bytes. Left out: what was known before. */
      readonly progress?: string;
      /** Left out: the sender does not say. null: nothing failed there, Herald itself broke off. */
      readonly failure?: Failure | null;
    }
  /** Nothing left this process: no attempt is used up. */
  | { readonly kind: 'unsent'; readonly detail: string }
  /** Will not pass: another attempt would be refused too. */
  | { readonly kind: 'rejected'; readonly detail: string; readonly failure?: Failure | null }
  /**
   * The request went out, its answer was lost, and the provider takes no key by which it would know the same message again.
   * The channel's onUncertain decides: sent again, or a dead letter for a person to look at.
   */
  | { readonly kind: 'uncertain'; readonly detail: string; readonly failure?: Failure | null };

/** Where the sender does not say what failed: something else. null: nothing did, or Herald itself broke off. */
export function failureOf(outcome: Outcome): Failure | null {
  const { kind } = outcome;
  if (kind === 'delivered' || kind === 'unsent') return null;
  return outcome.failure === undefined ? { type: 'other' } : outcome.failure;
}

/** Bytes of UTF-8. What is longer is not kept: cut, it would name something else. */
export const MAX_REFERENCE = 2048;
/** Bytes of UTF-8: enough for a hundred addresses. What is longer is not kept. */
export const MAX_PROGRESS = 32_768;

/** What of the texts did not work stands beside what came of the sending. */
export function withFailures(outcome: Outcome, failures: readonly string[]): Outcome {
  return failures.length === 0 ? outcome : { ...outcome, detail: `${outcome.detail}; ${failures.join('; ')}` };
}
