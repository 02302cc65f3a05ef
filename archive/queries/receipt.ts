/** What became of the alerts of one accepted request, as far as it is decided; of those behind the index `after`, where one is given. */

import { type ArchiveQuery, requiredText } from './query.ts';

/** Of one answer, in outcomes and in bytes of JSON; who wants more asks again for what is behind the last. */
const MOST_ROWS = 1000;
const MOST_BYTES = 600_000;

export interface ReceiptAnswer {
  /** How many of its alerts are decided. */
  readonly decided: number;
  readonly alerts: readonly {
    readonly index: number;
    readonly tenant: string;
    readonly fingerprint: string;
    readonly outcome: string;
    readonly reasons: unknown;
  }[];
}

export const receiptQuery: ArchiveQuery = async (db, params): Promise<ReceiptAnswer> => {
  const id = requiredText(params, 'id');
  const after = typeof params.after === 'number' ? params.after : -1;
  const { decided } = await db
    .selectFrom('outcomes')
    .select(({ fn }) => fn.countAll<number>().as('decided'))
    .where('receipt', '=', id)
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('outcomes')
    .select(['idx', 'tenant', 'fingerprint', 'outcome', 'reasons'])
    .where('receipt', '=', id)
    .where('idx', '>', after)
    .orderBy('idx')
    .limit(MOST_ROWS)
    .execute();
  const alerts = [];
  let bytes = 0;
  for (const { idx, tenant, fingerprint, outcome, reasons } of rows) {
    bytes += reasons.length + 150;
    if (bytes > MOST_BYTES && alerts.length > 0) break;
    alerts.push({ index: idx, tenant, fingerprint, outcome, reasons: JSON.parse(reasons) });
  }
  return { decided, alerts };
};
