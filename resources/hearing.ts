/** What users and teams may hear of, and who may subscribe them, as operators declare it. */

import { type HearingGrant, maySubscribe } from '../access/subscribe.ts';
import { ENVIRONMENTS, type Environment } from '../alert/alert.ts';
import { type Declared, fieldOf, listOf } from './resource.ts';

export interface Hearer {
  readonly grant: HearingGrant;
  /** Names of the users who may subscribe it: the user itself; of a team its leads, and where it names none all its members. */
  readonly speakers: readonly string[];
}

/** `subscriber`: `user/NAME` or `team/NAME`. null: not declared (any more). */
export type FindHearer = (tenant: string, subscriber: string) => Hearer | null;

export function hearerFinder(resources: readonly Declared[]): FindHearer {
  const hearers = new Map(
    resources
      .filter(({ kind }) => kind === 'User' || kind === 'Team')
      .map((one) => [`${one.tenant}/${one.kind.toLowerCase()}/${one.name}`, hearerOf(one)]),
  );
  return (tenant, subscriber) => hearers.get(`${tenant}/${subscriber}`) ?? null;
}

function hearerOf({ kind, name, spec }: Declared): Hearer {
  const granted = environmentsIn(fieldOf(spec, 'mayHear'));
  const leads = namesIn(spec, 'leads');
  const speakers = kind === 'User' ? [name] : leads.length > 0 ? leads : namesIn(spec, 'members');
  return { grant: { environments: granted }, speakers };
}

function namesIn(spec: unknown, field: string): string[] {
  return listOf(spec, field).flatMap((one) => (typeof one === 'string' ? [one.slice('user/'.length)] : []));
}

/** Of a grant or a wish. null: all, for it names none. */
export function environmentsIn(spec: unknown): readonly Environment[] | null {
  const named = listOf(spec, 'environments').filter(isEnvironment);
  return named.length === 0 ? null : named;
}

function isEnvironment(value: unknown): value is Environment {
  return ENVIRONMENTS.some((known) => known === value);
}

/** Which environments it may be, where it may not subscribe to what it does; null: it may. */
export function environmentsAllowed(
  { grant }: Hearer,
  tenant: string,
  environments: readonly Environment[] | null,
): readonly Environment[] | null {
  const verdict = maySubscribe(grant, { subscriberTenant: tenant, tenant, environments });
  return verdict.code === 'subscription.environments' ? verdict.allowed : null;
}
