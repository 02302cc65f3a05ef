/** What the labelled set is made of: organisations, each with a naming standard of its own and names that its people use. */

import type { Environment } from '../../../alert/alert.ts';

export interface LabelledName {
  readonly name: string;
  /** What the standard of the organisation says that it is. */
  readonly environment: Environment;
  /** Does the name follow the standard? */
  readonly follows: boolean;
}

export interface Organisation {
  readonly name: string;
  /** File beside this one with the resources that an operator wrote who had read the standard and no name. */
  readonly resources: string;
  /** Names whose label follows from how the standard makes a name. */
  generated(): Iterable<LabelledName>;
  /** Names written by hand, near misses above all: a line each, `name environment yes|no` (follows the standard). */
  readonly written: string;
}

/** Every way to take one of each list. */
export function* combinations<T>(...lists: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const one of first) for (const others of combinations(...rest)) yield [one, ...others];
}

export function* labelledNames(organisation: Organisation): Generator<LabelledName> {
  yield* organisation.generated();
  for (const line of organisation.written.split('\n')) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const [name, environment, follows] = line.trim().split(/\s+/);
    const isKnown = (text = ''): text is Environment => /^(production|staging|testing|development)$/.test(text);
    if (!isKnown(environment) || !/^(yes|no)$/.test(follows ?? ''))
      throw new Error(`a line that says nothing: ${line}`);
    yield { name: JSON.parse(`"${name}"`) as string, environment, follows: follows === 'yes' };
  }
}
