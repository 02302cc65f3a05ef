/** The same text, kept once: tenants, sources and links are the same in every alert. */

const MOST = 20_000;
const texts = new Map<string, string>();

export function sharedName(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  // What was seen lately comes again soon: forgetting the rest costs little.
  if (texts.size >= MOST) texts.clear();
  texts.set(text, text);
  return text;
}
