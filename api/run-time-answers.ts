/**
 * What people changed at run time, asked of a running Herald by HTTP, for a command that lays it over resources of its own
 * (bin/commands/dry-run.ts): the answers of overrides.ts and subscriptions.ts, read back.
 */

import type { ResourceSet } from '../resources/compile.ts';
import type { OwnSubscription } from '../resources/own-subscription.ts';
import { type RunTimeShifts, type RunTimeSubscriptions, shiftKey } from '../resources/run-time.ts';
import type { ShiftChange } from '../rules/shift-change.ts';
import type { ownAnswer } from './subscription-list.ts';

/** The answer to GET; null: 404. */
export type AskPath = (path: string) => Promise<unknown>;

export interface RunTimeAnswers {
  readonly shifts: RunTimeShifts;
  readonly subscriptions: RunTimeSubscriptions;
}

type SubscriptionAnswer = ReturnType<typeof ownAnswer>;

interface OverrideAnswer {
  readonly id: string;
  readonly by: string;
  readonly madeAt: string;
  readonly comment: string;
  readonly shifts: readonly { readonly user: string; readonly start: string; readonly end: string }[];
}

const PAGE = 500;

/** Of the schedules of the set, which the Herald that is asked may not have. Rejects as `ask` does. */
export async function runTimeOf(
  ask: AskPath,
  tenants: readonly string[],
  { schedules }: Pick<ResourceSet, 'schedules'>,
): Promise<RunTimeAnswers> {
  const shifts = new Map<string, readonly ShiftChange[]>();
  const subscriptions = new Map<string, readonly OwnSubscription[]>();
  for (const { tenant, schedule } of schedules) {
    if (!tenants.includes(tenant)) continue;
    const found = listIn<OverrideAnswer>(await ask(`/v1/schedules/${tenant}/${schedule.name}/overrides`), 'overrides');
    // The last one is answered first.
    shifts.set(shiftKey(tenant, schedule.name), found.map(changeOf).toReversed());
  }
  for (const tenant of tenants) subscriptions.set(tenant, await subscriptionsOf(ask, tenant));
  return { shifts, subscriptions };
}

async function subscriptionsOf(ask: AskPath, tenant: string): Promise<OwnSubscription[]> {
  const own: OwnSubscription[] = [];
  for (let cursor: unknown = ''; typeof cursor === 'string'; ) {
    const query = new URLSearchParams({ tenant, limit: String(PAGE), cursor });
    const answer = await ask(`/v1/subscriptions?${query}`);
    // Those that are declared stand in the set, and it may be another one that is tried.
    const found = listIn<SubscriptionAnswer>(answer, 'subscriptions').filter(({ declared }) => !declared);
    own.push(...found.map(subscriptionOf));
    cursor = fieldIn(answer, 'next');
  }
  return own;
}

function changeOf({ shifts, madeAt, ...change }: OverrideAnswer): ShiftChange {
  const spans = shifts.map(({ user, start, end }) => {
    return { user: user.slice('user/'.length), start: Date.parse(start), end: Date.parse(end) };
  });
  return { ...change, person: null, madeAt: Date.parse(madeAt), shifts: spans };
}

function subscriptionOf({ id, subscriber, wanted, by, madeAt }: SubscriptionAnswer): OwnSubscription {
  return { id, subscriber, wanted, by: by ?? '', person: null, madeAt: Date.parse(madeAt ?? '') };
}

function listIn<Item>(answer: unknown, field: string): readonly Item[] {
  const list = fieldIn(answer, field);
  return Array.isArray(list) ? (list as Item[]) : [];
}

function fieldIn(answer: unknown, field: string): unknown {
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>)[field] : undefined;
}
