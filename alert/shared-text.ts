/**
 * The same text, kept once: tenants, sources and links are the same in every alert, and the labels of one alert come to its own
 * state and to its groups by several ways. What was seen lately comes again soon: forgetting the rest costs little.
 */

/** Texts of each generation. Under load some 20,000 alerts lie between an alert and its way into its group. */
const MOST = 50_000;

let isKeeping = true;
let young = new Map<string, string>();
let old: ReadonlyMap<string, string> = new Map();

/** For a thread that lets go of all it reads, such as the archive's: it would look for equal texts for nothing. */
export function letTextsGo(): void {
  isKeeping = false;
}

/** `text`: well-formed, as all that was read from UTF-8 is. */
export function sharedText(text: string): string {
  if (!isKeeping) return text;
  let known = young.get(text);
  if (known !== undefined) return known;
  known = old.get(text) ?? apart(text);
  if (young.size >= MOST) {
    old = young;
    young = new Map();
  }
  young.set(known, known);
  return known;
}

const SCRATCH = Buffer.allocUnsafeSlow(64 * 1024);

/** The text in a piece of its own: V8 keeps a part of a long text as a view, and with it all of the text; of an alert, its whole entry. */
export function apart(text: string): string {
  // UTF-8 takes at most three bytes for a unit of it.
  if (text.length * 3 > SCRATCH.length) return Buffer.from(text).toString();
  return SCRATCH.toString('utf8', 0, SCRATCH.write(text));
}
