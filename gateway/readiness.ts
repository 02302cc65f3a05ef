/** What keeps a process from doing its work, and what is wrong besides. */

import type { Bus } from '../bus/connection.ts';
import type { ActorsRole } from './actors-role.ts';
import type { ArchiveRole } from './archive-role.ts';
import type { Role } from './start.ts';

/** What comes up once NATS was reached; null until then. */
export interface Parts {
  bus: Bus | null;
  actors: ActorsRole | null;
  archive: ArchiveRole | null;
  /** What a person has to mend at NATS before the start goes on, as far as it is known; null: nothing. */
  hindrance: string | null;
}

/** What keeps this process from doing its work, besides NATS. */
export function notReady({ actors }: Parts, decides: boolean): readonly string[] {
  if (!decides) return [];
  if (actors === null) return ['deciding has not started yet'];
  return actors.worker.settled() ? [] : ['partitions are being taken', ...actors.worker.problems()];
}

/**
 * What is wrong where alerts are accepted and told all the same. An archive that stands still is what its own process has to say of itself; beside
 * the other roles it must not take those out of a load balancer: journals keep for it what it has not read.
 */
export function notesBeside({ archive }: Parts): readonly string[] {
  const problem = archive?.problem() ?? null;
  return problem === null ? [] : [problem];
}

/** Where the ingress role says the same of NATS. */
export function notReadyWithoutIngress(
  parts: Parts,
  roles: readonly Role[],
  { aborted }: AbortSignal,
): readonly string[] {
  if (aborted) return ['shutting down'];
  if (parts.hindrance !== null) return [parts.hindrance];
  if (parts.bus === null) return ['NATS has not been reached yet'];
  if (!parts.bus.connected()) return ['the connection to NATS is lost'];
  if (roles.includes('archive') && parts.archive === null) return ['the archive is not open yet'];
  return [...notesBeside(parts), ...notReady(parts, roles.includes('actors'))];
}
