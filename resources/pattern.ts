/** Patterns in specs: regular expressions that RE2 can run. */

import Type from 'typebox';
import { patternProblem } from '../rules/pattern-set.ts';

export const patternSchema = Type.Refine(
  Type.String({
    minLength: 1,
    maxLength: 1000,
    description: 'an RE2 regular expression, found anywhere unless anchored',
  }),
  // As most policies compile it: the larger of the two ways, so that what passes here passes the other, too.
  (text) => patternProblem(text, { caseSensitive: false }) === null,
  (text) => {
    const problem = patternProblem(text, { caseSensitive: false });
    const why = problem === null ? '' : `: ${problem}`;
    return `is ${JSON.stringify(text)}, which RE2 refuses${why}; allowed: an RE2 regular expression (no look-around, no back-references)`;
  },
);
