/** What became of the alerts of one accepted request, as far as it is decided. */

import { type ArchiveQuery, requiredText } from './query.ts';

/** A request of very many alerts: its outcomes are counted beyond these. */
const MOST_SHOWN = 1000;
/** Bytes of JSON; the rest is counted. */
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
  const { decided } = await db
    .selectFrom('outcomes')
    .select(({ fn }) => fn.countAll<number>().as('decided'))
    .where('receipt', '=', id)
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('outcomes')
    .select(['idx', 'tenant', 'fingerprint', 'outcome', 'reasons'])
    .where('receipt', '=', id)
    .orderBy('idx')
    .limit(MOST_SHOWN)
    .execute();
  const alerts = [];
  let bytes = 0;
  for (const { idx, tenant, fingerprint, outcome, reasons } of rows) {
    bytes += reasons.length + 150;
    if (bytes > MOST_BYTES) break;
    alerts.push({ index: idx, tenant, fingerprint, outcome, reasons: JSON.parse(reasons) });
  }
  return { decided, alerts };
};
