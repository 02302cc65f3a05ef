/** What the audit says of a change to who is on call. */

import type { AuditEvent } from '../access/audit-chain.ts';
import type { ChangeDecision, EndDecision } from '../rules/shift-change.ts';

type Made = Extract<ChangeDecision | EndDecision, { code: 'shift.changed' | 'shift.ended' }>;

export function auditedShift(
  { code, change }: Made,
  { tenant, schedule, by }: { readonly tenant: string; readonly schedule: string; readonly by: string },
): Pick<AuditEvent, 'what' | 'subject' | 'by' | 'detail'> {
  const spans = change.shifts.map(({ user, start, end }) => `user/${user} from ${time(start)} to ${time(end)}`);
  const detail = [change.id, spans.join(', in return for '), change.comment].filter((text) => text !== '').join(': ');
  return {
    what: code === 'shift.changed' ? 'shift.change' : 'shift.end',
    subject: `${tenant}/${schedule}`,
    by,
    detail,
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}
