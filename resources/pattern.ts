/** Patterns in specs: regular expressions that RE2 can run. */

import Type from 'typebox';
import { compilePattern } from '../rules/pattern-set.ts';

export const patternSchema = Type.Refine(
  Type.String({
    minLength: 1,
    maxLength: 1000,
    description: 'an RE2 regular expression, found anywhere unless anchored',
  }),
  (text) => compilePattern(text, { caseSensitive: true }).ok,
  (text) => {
    const compiled = compilePattern(text, { caseSensitive: true });
    const why = compiled.ok ? '' : `: ${compiled.message}`;
    return `is ${JSON.stringify(text)}, which RE2 refuses${why}; allowed: an RE2 regular expression (no look-around, no back-references)`;
  },
);
