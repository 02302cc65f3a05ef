/** References to Calendars that lead nowhere. */

import type { Path, Problem } from './problem.ts';
import { type Declared, fieldOf, listOf } from './resource.ts';
import { didYouMean } from './validate.ts';

/** In the attributes of NamespaceClasses and environments. */
export function unknownCalendars(resources: readonly Declared[]): Problem[] {
  const names = (tenant: string) =>
    resources.filter((one) => one.kind === 'Calendar' && one.tenant === tenant).map(({ name }) => name);
  return resources.flatMap((one) =>
    calendarsIn(one)
      .filter(({ calendar }) => !names(one.tenant).includes(calendar))
      .map(({ calendar, path }) => one.document.problem(path, noSuchCalendar(calendar, one.tenant, names(one.tenant)))),
  );
}

function calendarsIn({ kind, spec }: Declared): { readonly calendar: string; readonly path: Path }[] {
  const attributes: (readonly [unknown, Path])[] =
    kind === 'NamespaceClass'
      ? [[fieldOf(spec, 'attributes'), ['spec', 'attributes']]]
      : kind === 'EnvironmentPolicy'
        ? listOf(spec, 'environments').map((one, i) => [
            fieldOf(one, 'attributes'),
            ['spec', 'environments', i, 'attributes'],
          ])
        : [];
  return attributes.flatMap(([one, path]) => {
    const reference = fieldOf(one, 'calendar');
    if (typeof reference !== 'string' || !reference.startsWith('calendar/')) return [];
    return [{ calendar: reference.slice('calendar/'.length), path: [...path, 'calendar'] }];
  });
}

function noSuchCalendar(calendar: string, tenant: string, names: readonly string[]): string {
  const there = names.length === 0 ? 'it has none' : `allowed: ${names.map((name) => `calendar/${name}`).join(', ')}`;
  return `is "calendar/${calendar}", but tenant ${tenant} has no such Calendar${didYouMean(calendar, names)}; ${there}`;
}
