/** Query parameters of Alertmanager's API v2: `filter` several times, booleans that are true unless they say false. */

import { type CompiledMatcher, printMatcher } from '../../alert/matcher.ts';
import { readMatcher, readMatchersOfRequest } from '../../resources/matcher.ts';

const MOST_FILTERS = 50;
const LONGEST = 2000;

export type Filters =
  | { readonly matchers: readonly CompiledMatcher[]; readonly texts: readonly string[] }
  | { readonly problem: string };

export function filtersIn(query: URLSearchParams): Filters {
  const texts = query.getAll('filter').filter((text) => text !== '');
  if (texts.length > MOST_FILTERS) return { problem: `at most ${MOST_FILTERS} filters are read` };
  const read = readMatchersOfRequest();
  const matchers: CompiledMatcher[] = [];
  for (const text of texts) {
    if (text.length > LONGEST) return { problem: `a filter of more than ${LONGEST} characters` };
    const matcher = read(text);
    if ('problem' in matcher)
      return { problem: `bad matcher ${text}: ${matcher.problem}; allowed: ${matcher.allowed}` };
    matchers.push(matcher);
  }
  return { matchers, texts };
}

/** The whole name of a receiver must match. null: every receiver. */
export function receiverIn(query: URLSearchParams): ((name: string) => boolean) | { readonly problem: string } | null {
  const pattern = query.get('receiver');
  if (pattern === null || pattern === '') return null;
  if (pattern.length > LONGEST) return { problem: `a receiver of more than ${LONGEST} characters` };
  const matcher = readMatcher(printMatcher({ name: 'receiver', operator: '=~', value: pattern }));
  if ('problem' in matcher) return { problem: `failed to parse receiver param: ${matcher.problem}` };
  // There are few receivers, of many alerts.
  const known = new Map<string, boolean>();
  return (name) => {
    const is = known.get(name) ?? matcher.matches(name);
    known.set(name, is);
    return is;
  };
}

/** null: neither true nor false. */
export function flagIn(query: URLSearchParams, name: string): boolean | null {
  const value = query.get(name);
  if (value === null || value === '' || value === 'true') return true;
  return value === 'false' ? false : null;
}
