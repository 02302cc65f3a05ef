/**
 * The same text, kept once. Tenants, sources and links are the same in every alert; its labels and annotations stand in its
 * own state and in those of its groups, which mostly live in the same process and are read within the same second.
 */

const MOST = 20_000;

function table(): (text: string) => string {
  const texts = new Map<string, string>();
  return (text) => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    // What was seen lately comes again soon: forgetting the rest costs little.
    if (texts.size >= MOST) texts.clear();
    texts.set(text, text);
    return text;
  };
}

/** Of texts that many alerts share. */
export const sharedName = table();

/** Of texts that belong to one alert. */
export const sharedText = table();
