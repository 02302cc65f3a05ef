/** What keeps a process from doing its work. */

import type { Bus } from '../bus/connection.ts';
import type { ActorsRole } from './actors-role.ts';
import type { ArchiveRole } from './archive-role.ts';
import type { Role } from './start.ts';

/** What comes up once NATS was reached; null until then. */
export interface Parts {
  bus: Bus | null;
  actors: ActorsRole | null;
  archive: ArchiveRole | null;
}

/** What keeps this process from doing its work, besides NATS. */
export function notReady({ actors }: Parts, decides: boolean): readonly string[] {
  if (!decides) return [];
  if (actors === null) return ['deciding has not started yet'];
  return actors.worker.settled() ? [] : ['partitions are being taken', ...actors.worker.problems()];
}

/** Where the ingress role says the same of NATS. */
export function notReadyWithoutIngress(
  parts: Parts,
  roles: readonly Role[],
  { aborted }: AbortSignal,
): readonly string[] {
  if (aborted) return ['shutting down'];
  if (parts.bus === null) return ['NATS has not been reached yet'];
  if (!parts.bus.connected()) return ['the connection to NATS is lost'];
  if (roles.includes('archive') && parts.archive === null) return ['the archive is not open yet'];
  const problem = parts.archive?.problem() ?? null;
  return [...(problem === null ? [] : [problem]), ...notReady(parts, roles.includes('actors'))];
}
