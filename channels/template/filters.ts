/** The filters that a template may use: these of the library, and Herald's own. docs/templates.md describes each. */

import type { FilterImplOptions } from 'liquidjs';
import { ESCAPE_FILTERS } from './filters-escape.ts';
import { SHOW_FILTERS } from './filters-show.ts';
import { TIME_FILTERS } from './filters-time.ts';
import { type Markup, textOf } from './output.ts';
import type { FilterCall } from './render-context.ts';

/**
 * Left out on purpose: `raw` and `json` of the library (they go round the escaping), `date` (knows no recipient), those that
 * evaluate text as an expression (`where_exp` and the like), random ones, and those that throw on odd input (`url_decode`).
 */
export const LIBRARY_FILTERS: ReadonlySet<string> = new Set([
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'plus', 'modulo', 'times', 'round'],
  ...['join', 'last', 'first', 'reverse', 'sort', 'sort_natural', 'size', 'map', 'sum', 'compact', 'concat', 'slice'],
  ...['where', 'reject', 'group_by', 'has', 'find', 'find_index', 'uniq'],
  ...['append', 'prepend', 'lstrip', 'rstrip', 'strip', 'upcase', 'downcase', 'capitalize', 'remove', 'remove_first'],
  ...['remove_last', 'replace', 'replace_first', 'replace_last', 'split', 'strip_newlines', 'normalize_whitespace'],
  ...['truncatewords', 'number_of_words', 'default'],
]);

export const OWN_FILTERS: Readonly<Record<string, FilterImplOptions>> = Object.fromEntries(
  Object.entries({ ...TIME_FILTERS, ...ESCAPE_FILTERS, ...SHOW_FILTERS }).map(([name, filter]) => [
    name,
    counted(filter as OwnFilter),
  ]),
);

type OwnFilter = (this: FilterCall, value: unknown, ...given: unknown[]) => string | Markup;

/** Escaping again and again what was escaped doubles it each time: what a filter makes counts. */
function counted(filter: OwnFilter): FilterImplOptions {
  return function (value: unknown, ...given: unknown[]) {
    const made = filter.call(this, value, ...given);
    this.context.memoryLimit.use(textOf(made).length);
    return made;
  };
}
