/** An alert that waits for a person: by which rule, and how it was decided. Pure. */

import type { AlertEvent } from '../../alert/event.ts';
import type { AlertRow } from '../schema.ts';

type Columns = Pick<AlertRow, 'approval_state' | 'approval'>;
type Opened = Extract<AlertEvent, { type: 'alert.opened' }>;
type Concluded = Extract<AlertEvent, { type: 'alert.approved' | 'alert.rejected' }>;

export const NOT_ASKED: Columns = { approval_state: null, approval: null };

export function askedColumns({ approval }: Opened): Columns {
  if (approval === undefined) return NOT_ASKED;
  const { rule, until, default: otherwise, approvers } = approval;
  return { approval_state: 'waiting', approval: JSON.stringify({ rule, until, default: otherwise, approvers }) };
}

/** `by` null: nobody decided in time. */
export function concludedColumns(before: AlertRow, { type, at, by, comment }: Concluded): Columns {
  const asked = JSON.parse(before.approval ?? '{}') as object;
  const state = type === 'alert.approved' ? 'approved' : 'rejected';
  return { approval_state: state, approval: JSON.stringify({ ...asked, at, by, comment }) };
}

/** It ended before anybody decided. */
export function lapsedColumns({ approval_state, approval }: AlertRow): Columns {
  return { approval_state: approval_state === 'waiting' ? 'lapsed' : approval_state, approval };
}
