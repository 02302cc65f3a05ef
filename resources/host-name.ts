/** Host names that clients may come from. */

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** The last label holds a letter: what is all digits was meant to be an address. */
const NAME = new RegExp(`^(?:${LABEL}\\.)*(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.?$`, 'i');
const LONGEST = 253;

/** A whole name, as in batch.example.com: nothing is added to it, and no wildcard is one. */
export function isHostName(text: string): boolean {
  return NAME.test(text) && hostName(text).length <= LONGEST;
}

/** The same for all ways to write it. */
export function hostName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}
