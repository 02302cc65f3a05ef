/**
 * What fires in a tenant now, what people silenced and which namespaces they moved, asked of a running Herald, for a dry run: over the
 * bus where it is one's own (gateway/standing.ts), over HTTP where a command asks (bin/commands/dry-run.ts). The answers are the same.
 */

import type { Environment } from '../alert/alert.ts';
import type { Policy } from '../alert/policy.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { Reason } from '../alert/reason.ts';
import type { Silence } from '../alert/silence.ts';
import { type FiringAlert, type Standing, standingHolds } from '../alert/standing.ts';

/** GET /v1/alerts, /v1/silences or /v1/promotions, or the archive's queries of these names. */
export type AskList = (list: List, params: Readonly<Record<string, string | number>>) => Promise<unknown>;

type List = 'alerts' | 'silences' | 'promotions';

const PAGE = 500;
/** Alerts that are looked at: a trial need not be exact in a flood. */
const MOST_PAGES = 4;

/** Rejects as `ask` does. */
export async function standingIn(ask: AskList, tenant: string, policy: Policy, now: number): Promise<Standing> {
  const moved = await pages<PromotionAnswer>(ask, 'promotions', { tenant, state: 'done' });
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
  return standingHolds(policy, tenant, firing.map(alertOf), set, now, placementsOf(moved));
}

async function pages<Item>(ask: AskList, list: List, params: Readonly<Record<string, string>>): Promise<Item[]> {
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

interface PromotionAnswer {
  readonly id: string;
  readonly namespace: string;
  readonly to: Environment;
  readonly reasons: readonly Reason[];
}

/** `promotions`: the newest first; the last one of a namespace says where it is. */
function placementsOf(promotions: readonly PromotionAnswer[]): Map<string, Placement> {
  const placements = new Map<string, Placement>();
  for (const { id, namespace, to: environment, reasons } of promotions) {
    if (placements.has(namespace)) continue;
    placements.set(namespace, { id, environment, because: reasons[0]?.detail ?? `promotion ${id}` });
  }
  return placements;
}

function alertOf({ startsAt, endsAt, ...alert }: AlertAnswer): FiringAlert {
  return { ...alert, startsAt: Date.parse(startsAt), endsAt: endsAt === null ? null : Date.parse(endsAt) };
}

function silenceOf({ startsAt, endsAt, declared: _, ...silence }: SilenceAnswer): Silence {
  return { ...silence, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
}
