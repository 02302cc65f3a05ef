/** What the audit says of what people change for themselves: who is on call, who hears of what. */

import type { AuditEvent } from '../access/audit-chain.ts';
import type { SubscriptionDecision, UnsubscribeDecision } from '../resources/own-subscription.ts';
import type { ChangeDecision, EndDecision } from '../rules/shift-change.ts';

type Audited = Pick<AuditEvent, 'what' | 'subject' | 'by' | 'detail'>;
type Changed = Extract<ChangeDecision | EndDecision, { code: 'shift.changed' | 'shift.ended' }>;
type Subscribed = Extract<
  SubscriptionDecision | UnsubscribeDecision,
  { code: 'subscription.made' | 'subscription.ended' }
>;

export function auditedShift(
  { code, change }: Changed,
  { tenant, schedule, by }: { readonly tenant: string; readonly schedule: string; readonly by: string },
): Audited {
  const spans = change.shifts.map(({ user, start, end }) => `user/${user} from ${time(start)} to ${time(end)}`);
  const detail = [change.id, spans.join(', in return for '), change.comment].filter((text) => text !== '').join(': ');
  return {
    what: code === 'shift.changed' ? 'shift.change' : 'shift.end',
    subject: `${tenant}/${schedule}`,
    by,
    detail,
  };
}

export function auditedSubscription(
  { code, made }: Subscribed,
  { tenant, by }: { readonly tenant: string; readonly by: string },
): Audited {
  const what = code === 'subscription.made' ? 'subscription.make' : 'subscription.end';
  const detail = `${made.id}: ${JSON.stringify(made.wanted)}`;
  return { what, subject: `${tenant}/${made.subscriber}`, by, detail: detail.slice(0, LONGEST) };
}

/** Of what was wished: an audit record is no copy of it. */
const LONGEST = 500;

function time(at: number): string {
  return new Date(at).toISOString();
}
