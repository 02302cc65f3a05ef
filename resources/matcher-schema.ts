/** Label matchers as fields of specs. Apart from matcher.ts, so that who only reads matchers, the archive's thread, does not load all of typebox. */

import Type from 'typebox';
import { readMatcher } from './matcher.ts';

export const matcherSchema = Type.Refine(
  Type.String({ description: 'a matcher such as severity="critical", team!="web" or namespace=~"shop-.*"' }),
  (text) => !('problem' in readMatcher(text)),
  (text) => {
    const read = readMatcher(text);
    return 'problem' in read
      ? `is ${JSON.stringify(text)}: ${read.problem}; allowed: ${read.allowed}`
      : 'is no matcher';
  },
);

/** As Alertmanager asks of silences: what fits alerts that have none of the labels fits them by accident. */
export const narrowingMatchers = Type.Refine(
  Type.Array(matcherSchema, { minItems: 1, description: 'a list with at least one matcher' }),
  (texts) => texts.length === 0 || !texts.every(matchesEmpty),
  () =>
    'fits every alert that lacks these labels; allowed: at least one matcher that an empty value does not match, such as tenant="default" for all',
);

function matchesEmpty(text: string): boolean {
  const read = readMatcher(text);
  return !('problem' in read) && read.matches('');
}
