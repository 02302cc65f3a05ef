/** Every query by the name that it is asked by. */

import { alertQuery } from './alert.ts';
import { alertsQuery } from './alerts.ts';
import { cursorsQuery } from './cursors.ts';
import { deadLetterQuery, deadLettersQuery } from './dead-letters.ts';
import { deliveriesQuery } from './deliveries.ts';
import { groupsQuery } from './groups.ts';
import type { ArchiveQuery } from './query.ts';
import { receiptQuery } from './receipt.ts';

export const QUERIES: ReadonlyMap<string, ArchiveQuery> = new Map([
  ['receipt', receiptQuery],
  ['alerts', alertsQuery],
  ['alert', alertQuery],
  ['groups', groupsQuery],
  ['deliveries', deliveriesQuery],
  ['dead-letters', deadLettersQuery],
  ['dead-letter', deadLetterQuery],
  ['cursors', cursorsQuery],
]);
