/**
 * A text made to fit into so many segments. What is essential (how bad, what, where) comes first and whole; of the rest as many
 * whole words as there is room for.
 */

import { lengthOf, plainer } from './segments.ts';

const MARK = '...';

/** `essential` and `rest` are one line each; `rest` may be empty. */
export function fitted(essential: string, rest: string, maxSegments: number): string {
  const head = plainer(essential);
  const tail = plainer(rest);
  const fits = (text: string) => lengthOf(text).segments <= maxSegments;
  const whole = joined(head, tail);
  if (fits(whole)) return whole;
  const words = tail.split(' ');
  const kept = most(
    words.length,
    (count) => count === 0 || fits(joined(head, `${words.slice(0, count).join(' ')}${MARK}`)),
  );
  if (kept > 0) return joined(head, `${words.slice(0, kept).join(' ')}${MARK}`);
  if (fits(head)) return head;
  const characters = [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(head)].map(
    ({ segment }) => segment,
  );
  const left = most(characters.length, (count) => fits(`${characters.slice(0, count).join('')}${MARK}`));
  return `${characters.slice(0, left).join('')}${MARK}`;
}

function joined(head: string, tail: string): string {
  return tail === '' ? head : `${head}: ${tail}`;
}

/** The largest count up to `limit` that is good, where every smaller one is good as well. 0 counts as good. */
function most(limit: number, good: (count: number) => boolean): number {
  let low = 0;
  let high = limit;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (good(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
