/**
 * What fires in a tenant now and what people silenced, asked of a running Herald, for a dry run: over the bus where it is one's own
 * (gateway/ingress-role.ts), over HTTP where a command asks (bin/commands/dry-run.ts). The answers are the same.
 */

import type { HoldsState } from '../alert/holds-state.ts';
import type { Policy } from '../alert/policy.ts';
import type { Silence } from '../alert/silence.ts';
import { type FiringAlert, standingHolds } from '../alert/standing.ts';

/** GET /v1/alerts or /v1/silences, or the archive's queries of these names. */
export type AskList = (
  list: 'alerts' | 'silences',
  params: Readonly<Record<string, string | number>>,
) => Promise<unknown>;

const PAGE = 500;
/** Alerts that are looked at: a trial need not be exact in a flood. */
const MOST_PAGES = 4;

/** Rejects as `ask` does. */
export async function standingIn(
  ask: AskList,
  tenant: string,
  policy: Policy,
  now: number,
): Promise<HoldsState | null> {
  const silences = await pages<SilenceAnswer>(ask, 'silences', { tenant, state: 'active' });
  const asks = policy.inhibitions(tenant).length > 0;
  const firing = asks
    ? [
        ...(await pages<AlertAnswer>(ask, 'alerts', { tenant, status: 'firing' })),
        ...(await pages<AlertAnswer>(ask, 'alerts', { tenant, status: 'acknowledged' })),
      ]
    : [];
  // Those that are declared stand in the policy, and it may be another one that is tried.
  const set = silences.filter(({ declared }) => declared !== true).map(silenceOf);
  return standingHolds(policy, tenant, firing.map(alertOf), set, now);
}

async function pages<Item>(
  ask: AskList,
  list: 'alerts' | 'silences',
  params: Readonly<Record<string, string>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const place: Record<string, string> = cursor === null ? {} : { cursor };
    const answer = (await ask(list, { ...params, ...place, limit: PAGE })) as Partial<Record<string, unknown>>;
    const found = answer[list];
    if (Array.isArray(found)) items.push(...(found as Item[]));
    cursor = typeof answer.next === 'string' ? answer.next : null;
    if (cursor === null) break;
  }
  return items;
}

type AlertAnswer = Omit<FiringAlert, 'startsAt' | 'endsAt'> & {
  readonly startsAt: string;
  readonly endsAt: string | null;
};
type SilenceAnswer = Omit<Silence, 'startsAt' | 'endsAt'> & {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly declared?: boolean;
};

function alertOf({ startsAt, endsAt, ...alert }: AlertAnswer): FiringAlert {
  return { ...alert, startsAt: Date.parse(startsAt), endsAt: endsAt === null ? null : Date.parse(endsAt) };
}

function silenceOf({ startsAt, endsAt, declared: _, ...silence }: SilenceAnswer): Silence {
  return { ...silence, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
}
