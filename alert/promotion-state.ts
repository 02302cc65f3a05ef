/**
 * What one alert partition knows of a tenant's namespaces: into which environment people put them, and, where it is the owner,
 * who asks for that and who has approved. Every alert partition has the former, so that deciding asks nobody.
 *
 *   requested → approvals come in → placed, once there are enough
 *             → rejected, expired, or void (the namespace is not any more where it was to leave)
 */

import type { Environment } from './alert.ts';
import type { Reason } from './reason.ts';

/** Into which environment people put a namespace. */
export interface Placement {
  /** Of the promotion. */
  readonly id: string;
  readonly environment: Environment;
  /** For reasons: from where, who asked, who approved. One line. */
  readonly because: string;
}

/** What it takes to bring a namespace into an environment. */
export interface PromotionRule {
  readonly approvals: number;
  /** Who may approve; empty: anybody. */
  readonly approvers: readonly string[];
  /** How long a request waits. Milliseconds. */
  readonly deadline: number;
  /** The tenant does not have this environment: promotions pass it by. */
  readonly passable?: true;
}

export interface Approved {
  readonly by: string;
  readonly comment: string;
  readonly at: number;
  readonly command: string;
}

export interface Promotion {
  readonly id: string;
  readonly tenant: string;
  readonly namespace: string;
  readonly from: Environment;
  readonly to: Environment;
  readonly by: string;
  readonly comment: string;
  /** Unix time in milliseconds. */
  readonly requestedAt: number;
  /** Void from then on. Unix time in milliseconds. */
  readonly expiresAt: number;
  /** How many people must approve, and which; empty: any. */
  readonly needed: number;
  readonly approvers: readonly string[];
  readonly approvals: readonly Approved[];
}

interface OfTenant {
  /** The tenant's name. */
  readonly key: string;
  readonly at: number;
  readonly namespace: string;
}

export type PromotionEvent =
  | (OfTenant & {
      readonly type: 'promotion.requested';
      readonly promotion: Promotion;
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & {
      readonly type: 'promotion.approved';
      readonly id: string;
      readonly approval: Approved;
      /** Set by the last one that was needed. */
      readonly placement: Placement | null;
      readonly reasons: readonly Reason[];
    })
  | (OfTenant & {
      readonly type: 'promotion.ended';
      readonly id: string;
      readonly outcome: 'rejected' | 'expired' | 'void';
      /** null: time ended it. */
      readonly by: string | null;
      readonly comment: string;
      readonly reasons: readonly Reason[];
    })
  /** In the partitions that do not own it. */
  | (OfTenant & { readonly type: 'promotion.placed'; readonly placement: Placement });

export interface PromotionsState {
  /** By namespace. */
  readonly pending: ReadonlyMap<string, Promotion>;
  readonly placements: ReadonlyMap<string, Placement>;
}

const NONE: PromotionsState = { pending: new Map(), placements: new Map() };

/** null: nothing is left to know. */
export function evolvePromotions(state: PromotionsState | null, event: PromotionEvent): PromotionsState | null {
  const { pending, placements } = state ?? NONE;
  const { namespace } = event;
  switch (event.type) {
    case 'promotion.requested':
      return { pending: put(pending, namespace, event.promotion), placements };
    case 'promotion.approved': {
      if (event.placement !== null) {
        return { pending: without(pending, namespace), placements: put(placements, namespace, event.placement) };
      }
      const before = pending.get(namespace);
      if (before === undefined) return state;
      const approved = { ...before, approvals: [...before.approvals, event.approval] };
      return { pending: put(pending, namespace, approved), placements };
    }
    case 'promotion.ended':
      return orNothing({ pending: without(pending, namespace), placements });
    case 'promotion.placed':
      return { pending, placements: put(placements, namespace, event.placement) };
    default:
      return event satisfies never;
  }
}

function put<T>(map: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  return new Map(map).set(key, value);
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const left = new Map(map);
  left.delete(key);
  return left;
}

function orNothing(state: PromotionsState): PromotionsState | null {
  return state.pending.size + state.placements.size === 0 ? null : state;
}

/** The earliest end of a request, or null. */
export function promotionsDueAt({ pending }: PromotionsState): number | null {
  let due: number | null = null;
  for (const { expiresAt } of pending.values()) if (due === null || expiresAt < due) due = expiresAt;
  return due;
}

/** For a snapshot, and back. */
export function packPromotions({ pending, placements }: PromotionsState): unknown {
  return [[...pending.values()], [...placements]];
}

export function unpackPromotions(packed: unknown): PromotionsState {
  const [pending, placements] = packed as [Promotion[], [string, Placement][]];
  return {
    pending: new Map(pending.map((promotion) => [promotion.namespace, promotion])),
    placements: new Map(placements),
  };
}
