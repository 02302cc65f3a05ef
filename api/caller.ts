/** Who calls an operation, and whose data it may be answered with. */

import type { Identity } from '../access/identity.ts';
import { type Needed, permit } from '../access/permit.ts';
import { problem } from '../ingress/problem.ts';
import type { Reply, RequestHead } from '../ingress/route.ts';

export interface Caller {
  readonly identity: Identity;
  /** In which the operation is permitted; null: all. */
  readonly tenants: readonly string[] | null;
}

/** Of a request that api/guard.ts let in. A request that it never saw is a bug, and gets nothing. */
export function callerOf({ identity, params }: Pick<RequestHead, 'identity' | 'params'>, needed: Needed): Caller {
  if (identity == null) throw new Error('a request came past the guard');
  const verdict = permit(identity, needed, params.tenant);
  if (verdict.code !== 'access.granted') throw new Error('a request came past the guard without permission');
  return { identity, tenants: verdict.tenants };
}

export function sees({ tenants }: Pick<Caller, 'tenants'>, tenant: string): boolean {
  return tenants === null || tenants.includes(tenant);
}

/** Parameters of a query of the archive, which then knows nothing of other tenants (archive/queries/query.ts). */
export function scoped(
  params: Readonly<Record<string, unknown>>,
  { tenants }: Pick<Caller, 'tenants'>,
): Readonly<Record<string, unknown>> {
  return tenants === null ? params : { ...params, tenants };
}

/** For a tenant that a body or a query names. */
export function notIn(tenant: string): Reply {
  const detail = `you may not do this in tenant ${JSON.stringify(tenant.slice(0, 100))}`;
  return problem(403, 'not permitted', { code: 'access.denied', detail });
}
