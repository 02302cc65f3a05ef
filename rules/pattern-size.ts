/**
 * How large the automaton of a pattern becomes, roughly and without building it: people send patterns as well, and RE2 takes 0.1 s for one
 * that is short and stands for much, whether it refuses it in the end or not.
 *
 *   shop-.*             16, a dot being some bytes
 *   [a-z]{1,63}         63
 *   (.{0,30}){30}       9000
 *   \pL{30}             9000: a class of Unicode is some hundred ranges of bytes
 */

const UNICODE_CLASS = 300;
const ANY_CHARACTER = 10;
/** Of a class in brackets, each that is more than a byte: alone it is a range of its own. */
const WIDE_CHARACTER = 3;

const REPEATED = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
/**
 * A class in brackets, `]` standing first in it, up to its end or that of the text; a name of a class of Unicode, another escape, or any
 * character. No alternative begins as another does, so that nothing is looked through twice.
 */
const ATOM =
  /\[\^?\]?(?:\[:[a-z^]{1,10}:\]|\[(?!:[a-z^]{1,10}:\])|\\[\s\S]|[^[\]\\])*(?:\]|\\?$)|\\[pP](?:\{[^}]{0,40}\}|[\s\S])|\\[\s\S]|[\s\S]/uy;
const UNICODE = /\\[pP]/g;
const ANY = /^(?:\.$|\\[WDSC]|\[\^)/;
const WIDE = /[^\0-\x7f]|\\x\{|\\[WDS]|\[:\^/gu;

export function patternSize(pattern: string): number {
  const outside: number[] = [];
  let sum = 0;
  let last = 0;
  for (let at = 0; at < pattern.length; ) {
    const repeated = read(REPEATED, pattern, at);
    if (repeated !== null) {
      const most = Math.max(Number(repeated[1]), Number(repeated[2] ?? 0), 1);
      sum += last * (most - 1);
      last *= most;
      at = REPEATED.lastIndex;
      continue;
    }
    const atom = read(ATOM, pattern, at)![0];
    at = ATOM.lastIndex;
    if (atom === '(') {
      outside.push(sum);
      sum = 0;
      last = 1;
    } else if (atom === ')') {
      last = sum + 1;
      sum = (outside.pop() ?? 0) + last;
    } else {
      last = sizeOf(atom);
      sum += last;
    }
  }
  return outside.reduce((all, one) => all + one, sum);
}

function sizeOf(atom: string): number {
  const classes = atom.match(UNICODE)?.length ?? 0;
  const wide = atom.match(WIDE)?.length ?? 0;
  const inBrackets = atom.startsWith('[') ? wide * WIDE_CHARACTER : 0;
  if (classes > 0) return classes * UNICODE_CLASS + inBrackets;
  return wide > 0 || ANY.test(atom) ? ANY_CHARACTER + inBrackets : 1;
}

function read(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
