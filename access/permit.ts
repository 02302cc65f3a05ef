/**
 * May this identity do that? Every route says what it takes (ingress/route.ts), and this is the only place where it is held against what
 * somebody was granted.
 */

import type { Identity } from './identity.ts';
import { type Permission, permits } from './role.ts';

/** What a path takes. */
export type RouteAccess =
  /** It tells nothing of anybody. */
  | 'everyone'
  /** Its sender shows who it is in the way that the Source declares (ingress/authenticate.ts). */
  | 'source'
  /** Its sender signs as the provider of a channel does. */
  | 'provider'
  | Needed;

export interface Needed {
  readonly permission: Permission;
  /**
   * Where it must be granted. `tenant`: in the tenant that the path names. `tenants`: in one at least, and the answer holds nothing of
   * the others. `deployment`: in all of them, for what it is about belongs to no tenant.
   */
  readonly within: 'tenant' | 'tenants' | 'deployment';
}

export type Verdict =
  /** `tenants`: those in which it is permitted; null: all. */
  | { readonly code: 'access.granted'; readonly tenants: readonly string[] | null }
  | { readonly code: 'access.denied'; readonly detail: string };

/** `tenant`: the one that the path names, where it names one. */
export function permit(
  { grants }: Pick<Identity, 'grants'>,
  { permission, within }: Needed,
  tenant: string | undefined,
): Verdict {
  const fitting = grants.filter(({ role }) => permits(role, permission));
  if (fitting.some(({ tenants }) => tenants === null)) return { code: 'access.granted', tenants: null };
  const tenants = [...new Set(fitting.flatMap((grant) => grant.tenants ?? []))].sort();
  switch (within) {
    case 'deployment':
      return denied(`it takes ${permission} in all tenants`);
    case 'tenants':
      return tenants.length > 0 ? { code: 'access.granted', tenants } : denied(`it takes ${permission}`);
    case 'tenant':
      return tenant !== undefined && tenants.includes(tenant)
        ? { code: 'access.granted', tenants }
        : denied(`it takes ${permission} in the tenant`);
    default:
      return within satisfies never;
  }
}

function denied(detail: string): Verdict {
  return { code: 'access.denied', detail };
}
