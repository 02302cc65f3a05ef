/** What is wrong with a resource that only shows when its secrets and files are read. */

import { holdsKeys } from '../access/signature.ts';
import { accessKeyFaults } from './access.ts';
import { authorityFault } from './authority.ts';
import { type Declared, fieldOf } from './resource.ts';
import { calendarFaults } from './schedule.ts';

export interface ResolvedFault {
  /** Below spec. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** `resolved`: valid, with what is known put in; `untold`: not all of its secrets are. */
export function resolvedFaults({ kind }: Declared, resolved: unknown, untold: boolean): readonly ResolvedFault[] {
  if (kind === 'Schedule') return calendarFaults(resolved);
  if (untold) return [];
  if (kind === 'Source') return [...authorityFaults(resolved, 'auth'), ...keyFaults(resolved)];
  return kind === 'Access' ? [...accessKeyFaults(resolved), ...authorityFaults(resolved, 'jwt')] : [];
}

/** Of Standard Webhooks' secrets. */
function keyFaults(resolved: unknown): ResolvedFault[] {
  const auth = fieldOf(resolved, 'auth');
  if (fieldOf(auth, 'style') !== 'standard-webhooks') return [];
  const several = fieldOf(auth, 'secrets');
  const all = Array.isArray(several)
    ? several.map((secret, index) => [secret, ['auth', 'secrets', index]] as const)
    : [[fieldOf(auth, 'secret'), ['auth', 'secret']] as const];
  return all
    .filter(([secret]) => typeof secret === 'string' && !holdsKeys(secret))
    .map(([, path]) => ({ path, message: 'what follows whsec_ in the secret is no key in base64' }));
}

function authorityFaults(resolved: unknown, field: string): ResolvedFault[] {
  const ca = fieldOf(fieldOf(resolved, field), 'ca');
  const message = typeof ca === 'string' ? authorityFault(ca) : null;
  return message === null ? [] : [{ path: [field, 'ca'], message }];
}
