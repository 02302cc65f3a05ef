/**
 * Which User somebody is who asks: one whose `signsInAs` has the name of the API key or token, else the one of that very name. So what
 * people may do for themselves hangs on what operators declare, and not on what somebody says of themselves.
 */

import type { Problem } from './problem.ts';
import { type Declared, listOf } from './resource.ts';

/** `signedInAs`: the name of an identity. null: no User of the tenant. */
export type FindPerson = (tenant: string, signedInAs: string) => string | null;

export function personFinder(resources: readonly Declared[]): FindPerson {
  const users = resources.filter(({ kind }) => kind === 'User');
  const persons = new Map(users.flatMap((one) => namesOf(one).map((name) => [keyOf(one, name), one.name] as const)));
  return (tenant, signedInAs) => persons.get(keyOf({ tenant }, signedInAs)) ?? null;
}

/** One name is one person. */
export function personsTwice(resources: readonly Declared[]): Problem[] {
  const first = new Map<string, Declared>();
  return resources
    .filter(({ kind }) => kind === 'User')
    .flatMap((one) =>
      namesOf(one).flatMap((name, i): Problem[] => {
        const known = first.get(keyOf(one, name));
        if (known === undefined) first.set(keyOf(one, name), one);
        if (known === undefined || known === one) return [];
        const declares = listOf(one.spec, 'signsInAs').length > 0;
        const message = `${JSON.stringify(name)} is how user/${known.name} signs in already; allowed: a name of nobody else`;
        return [one.document.problem(declares ? ['spec', 'signsInAs', i] : ['metadata', 'name'], message)];
      }),
    );
}

/** Who names others does not sign in by the own one. */
function namesOf({ name, spec }: Declared): readonly string[] {
  const declared = listOf(spec, 'signsInAs').filter((one) => typeof one === 'string');
  return declared.length === 0 ? [name] : declared;
}

function keyOf({ tenant }: Pick<Declared, 'tenant'>, name: string): string {
  return `${tenant}/${name}`;
}
