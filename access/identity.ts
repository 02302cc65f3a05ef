/** Who asks. Every request of the operators' API has one identity, made once (api/guard.ts) and carried by the request. */

import type { RoleName } from './role.ts';

export interface Identity {
  /**
   * How it showed who it is: `api-key` and `token` (a JWT) did; `open` is whoever reaches a Herald that nothing closes; `anonymous`
   * showed nothing to one that is closed.
   */
  readonly kind: 'open' | 'anonymous' | 'api-key' | 'token';
  /** Of the key, or the person by its token. It stands as `by` in commands, in the access log and in the audit. */
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** A role, in tenants. */
export interface Grant {
  readonly role: RoleName;
  /** Names; null: in all of them, and in what is about the whole deployment. */
  readonly tenants: readonly string[] | null;
}
