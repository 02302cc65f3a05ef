/** What becomes a dead letter, and what is taken out again. Pure. */

import type { DeadLetterEvent, ReplayedEvent } from '../../alert/event.ts';
import type { DeliveryEvent } from '../../channels/delivery-event.ts';
import type { DeadLetterRow, OutcomeRow } from '../schema.ts';
import { identityOf } from './alert.ts';

export function deadInput(event: DeadLetterEvent): {
  readonly letter: DeadLetterRow;
  readonly outcome: OutcomeRow | null;
} {
  const reasons = JSON.stringify(event.reasons);
  const { tenant, fingerprint } = identityOf(event.key);
  const letter: DeadLetterRow = {
    ...open,
    id: event.deadLetterId,
    kind: 'input',
    tenant,
    subject: event.key,
    at: event.at,
    reasons,
    entry: JSON.stringify(event.entry),
  };
  if (event.cause === null) return { letter, outcome: null };
  const { receipt, index } = event.cause;
  const outcome = { receipt, idx: index, tenant, fingerprint, outcome: 'dead-lettered', reasons, at: event.at };
  return { letter, outcome };
}

export function deadDelivery(event: Extract<DeliveryEvent, { type: 'delivery.dead' }>): DeadLetterRow {
  const { notification } = event;
  return {
    ...open,
    id: event.deadLetterId,
    kind: 'delivery',
    tenant: notification.tenant,
    subject: event.key,
    at: event.at,
    reasons: JSON.stringify(event.reasons),
    entry: JSON.stringify({ kind: 'notification', notification }),
  };
}

const open = { state: 'open', replayed_at: null, replayed_by: null } as const;

/** null stays null: a letter that is not known (any more) cannot be marked. */
export function replayed(before: DeadLetterRow | null, event: ReplayedEvent): DeadLetterRow | null {
  return before === null ? null : { ...before, state: 'replayed', replayed_at: event.at, replayed_by: event.by };
}
