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

/** Nothing is configured, and only this machine reaches it: whoever asks may do everything, under the name that they give. */
export const OPEN: Identity = { kind: 'open', name: 'api', grants: [{ role: 'admin', tenants: null }] };

/** The name of who acts: of an authenticated one never what it says of itself. `claimed`: what the request says, may be empty. */
export function actingAs({ kind, name }: Identity, claimed: string): string {
  return kind === 'open' && claimed !== '' ? claimed : name;
}
