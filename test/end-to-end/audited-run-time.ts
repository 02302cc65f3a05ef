/** What people change at run time, as the audit tests ask for it: an override of a shift, a subscription. */

import type { AuditedHerald } from './audited-herald.ts';

export const SHIFT = { what: 'shift.change', subject: /^default\/primary$/ };
export const SUBSCRIPTION = { what: 'subscription.make', subject: /^default\/user\/alice$/ };
export const OVERRIDES = '/v1/schedules/default/primary/overrides';

export const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

export function override(herald: AuditedHerald): Promise<Response> {
  return herald.ask('POST', OVERRIDES, { user: 'user/alice', end: inAnHour() });
}

/** Equal ones are one: each is about another service. */
export function subscribe(herald: AuditedHerald, service: string): Promise<Response> {
  const body = { subscriber: 'user/alice', matchers: [`service="${service}"`] };
  return herald.ask('POST', '/v1/subscriptions', body);
}

export async function madeBy(answer: Promise<Response>): Promise<string> {
  return ((await (await answer).json()) as { id: string }).id;
}
