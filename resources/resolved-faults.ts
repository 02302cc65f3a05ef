/** What is wrong with a resource that only shows when its secrets and files are read. */

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
  if (kind === 'Source') return authorityFaults(resolved, 'auth');
  return kind === 'Access' ? [...accessKeyFaults(resolved), ...authorityFaults(resolved, 'jwt')] : [];
}

function authorityFaults(resolved: unknown, field: string): ResolvedFault[] {
  const ca = fieldOf(fieldOf(resolved, field), 'ca');
  const message = typeof ca === 'string' ? authorityFault(ca) : null;
  return message === null ? [] : [{ path: [field, 'ca'], message }];
}
