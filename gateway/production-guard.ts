/**
 * No change of policy takes a namespace out of production by accident: before it is put in force, the archive is asked for
 * every namespace that an alert was ever about (docs/decisions/34-guarded-activation.md). Changes that cannot touch an
 * environment, as most cannot, ask nobody.
 */

import type { Placement } from '../alert/promotion-state.ts';
import type { Query } from '../archive/ask.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { type Judge, type ProductionLoss, productionLoss, sameEnvironments } from '../rules/production-loss.ts';
import type { Profiler } from '../rules/profile.ts';

export type Verdict =
  | { readonly kind: 'fine' }
  /** The first of them. */
  | { readonly kind: 'losses'; readonly losses: readonly ProductionLoss[] }
  /** The archive did not say which namespaces there are. */
  | { readonly kind: 'unknown'; readonly why: string };

const PAGE = 500;
/** So many are named; that there are more need not be known to refuse. */
export const MOST_LOSSES = 20;

/** `before` null: nothing was in force in this process; then what they were when they were seen last counts. */
export async function judgeChange(before: ResourceSet | null, after: ResourceSet, query: Query): Promise<Verdict> {
  const tenants = new Set([...(before?.tenants ?? []), ...after.tenants]);
  const losses: ProductionLoss[] = [];
  try {
    for (const tenant of tenants) {
      const was = before?.profiler(tenant) ?? null;
      const will = after.profiler(tenant);
      if (was !== null && sameEnvironments(was, will)) continue;
      losses.push(...(await lossesOf(tenant, was, will, query, MOST_LOSSES - losses.length)));
      if (losses.length >= MOST_LOSSES) break;
    }
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
  return losses.length === 0 ? { kind: 'fine' } : { kind: 'losses', losses };
}

interface Known {
  readonly namespace: string;
  readonly environment: string;
  /** Where people put it by a promotion: patterns do not move it. */
  readonly placement: Placement | null;
}

async function lossesOf(
  tenant: string,
  was: Judge | null,
  will: Profiler,
  query: Query,
  most: number,
): Promise<ProductionLoss[]> {
  const losses: ProductionLoss[] = [];
  const only = was === null ? { environment: 'production' } : {};
  let cursor: string | undefined;
  do {
    const page = (await query('namespaces', { tenant, limit: PAGE, ...only, ...(cursor ? { cursor } : {}) })) as {
      readonly namespaces: readonly Known[];
      readonly next: string | null;
    };
    for (const { namespace, environment, placement } of page.namespaces) {
      const wasProduction = environment === 'production';
      const loss = productionLoss(namespace, wasProduction, was, will, placement ?? undefined);
      if (loss !== null) losses.push(loss);
      if (losses.length >= most) return losses;
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return losses;
}

const SHOWN = 5;

/** For the log and `herald status`. */
export function describeLosses(losses: readonly ProductionLoss[]): string {
  const shown = losses
    .slice(0, SHOWN)
    .map(({ tenant, namespace, to, because }) => `${tenant}/${namespace} would be ${to} (${because})`);
  const count = losses.length >= MOST_LOSSES ? `${MOST_LOSSES} or more` : `${losses.length}`;
  const more = losses.length > SHOWN ? ', ...' : '';
  return `${count} namespace${losses.length === 1 ? '' : 's'} that alerts were about would leave production: ${shown.join('; ')}${more}`;
}

export const HOW_TO_ALLOW =
  'allowed: patterns that leave them production, or leavesProduction in the EnvironmentPolicy, with patterns of the namespaces that are meant to leave it';
