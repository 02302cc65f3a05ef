/** What a channel's sender reports of one attempt. Expected results are data; a sender throws only for bugs. */

export type Outcome =
  | { readonly kind: 'delivered'; readonly detail: string }
  /** May pass. `notBefore`: Unix time in milliseconds that the provider asked for (Retry-After), or null. */
  | { readonly kind: 'retry'; readonly detail: string; readonly notBefore: number | null }
  /** Nothing left this process: no attempt is used up. */
  | { readonly kind: 'unsent'; readonly detail: string }
  /** Will not pass: another attempt would be refused too. */
  | { readonly kind: 'rejected'; readonly detail: string };
