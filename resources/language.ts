/** Languages in specs, as BCP 47 tags. What Herald has no texts of its own in is allowed: Templates may have them. */

import Type from 'typebox';

const ALLOWED = 'a language tag such as en, de or pt-BR';

export const languageSchema = Type.String({
  pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  description: ALLOWED,
});

/** How well a declared language suits a wanted one: 2 the same, 1 the same but for the country, 0 another. */
export function suits(declared: string, wanted: string): 0 | 1 | 2 {
  const [ours, theirs] = [declared.toLowerCase(), wanted.toLowerCase().replaceAll('_', '-')];
  if (ours === theirs) return 2;
  return theirs.startsWith(`${ours}-`) ? 1 : 0;
}
