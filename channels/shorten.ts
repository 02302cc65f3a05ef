/** Text cut to what a provider's field takes. */

const MARK = '...';

/** At most `most` UTF-16 units, which are never fewer than its characters; what is cut off is marked, no character is halved. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - MARK.length).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}${MARK}`;
}
