/** Who asks for something that people may do for themselves, and others for anybody. */

import { actingAs } from '../access/identity.ts';
import { permit } from '../access/permit.ts';
import type { Permission } from '../access/role.ts';
import type { Caller } from './caller.ts';
import type { OperatorPorts } from './operator-ports.ts';

type Ports = Pick<OperatorPorts, 'people'>;

export interface Actor {
  /** Of the identity. */
  readonly name: string;
  readonly person: string | null;
  /** May do it for anybody of the tenant. */
  readonly forAnybody: boolean;
}

/** `claimed`: what the request says of itself, which counts where nobody has to show who it is. `permission`: to do it for anybody. */
export function actorOf(
  ports: Ports,
  caller: Caller,
  { tenant, claimed, permission }: { tenant: string; claimed: string; permission: Permission },
): Actor {
  const { identity } = caller;
  const verdict = permit(identity, { permission, within: 'tenant' }, tenant);
  return {
    name: actingAs(identity, claimed),
    person: personOf(ports, caller, tenant),
    forAnybody: verdict.code === 'access.granted',
  };
}

/** Name of the User that somebody is who shows who it is; null: none of the tenant. */
export function personOf({ people }: Ports, { identity }: Caller, tenant: string): string | null {
  const shown = identity.kind === 'api-key' || identity.kind === 'token';
  return shown ? people.person(tenant, identity.name) : null;
}
