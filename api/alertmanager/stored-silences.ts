/** Silences that people set, all pages of the archive's answer. */

import type { SilenceState } from '../../archive/queries/silences.ts';
import type { OperatorPorts } from '../operator-ports.ts';

/** As the archive answers. */
export interface StoredSilence {
  readonly id: string;
  readonly tenant: string;
  readonly state: SilenceState;
  readonly matchers: readonly string[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly broad: boolean;
  readonly updatedAt: string;
  /** `at` null does not occur where it was ended. */
  readonly endedEarly: { readonly at: string | null } | null;
}

const PAGE = 500;

export async function storedSilences(
  { query, now }: Pick<OperatorPorts, 'query' | 'now'>,
  tenant: string,
  state: SilenceState | null,
): Promise<StoredSilence[]> {
  const found: StoredSilence[] = [];
  const which = { tenant, now: now(), limit: PAGE, ...(state === null ? {} : { state }) };
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = (await query('silences', { ...which, cursor })) as {
      readonly silences: readonly StoredSilence[];
      readonly next: string | null;
    };
    found.push(...page.silences);
    cursor = page.next;
  }
  return found;
}
