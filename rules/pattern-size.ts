/**
 * How large the automaton of a pattern becomes, roughly and without building it: people send patterns as well, and RE2 takes 0.1 s for one
 * that is short and stands for much, whether it refuses it in the end or not.
 *
 *   shop-.*             16, a dot being some bytes
 *   [a-z]{1,63}         63
 *   (.{0,30}){30}       9000
 *   \pL{30}             4500: a class of Unicode is some hundred ranges of bytes
 */

const UNICODE_CLASS = 150;
const ANY_CHARACTER = 10;

const REPEATED = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
/**
 * A class in brackets, `]` standing first in it, up to its end or that of the text; a name of a class of Unicode, another escape, or any
 * character. No alternative begins as another does, so that nothing is looked through twice.
 */
const ATOM =
  /\[\^?\]?(?:\[:[a-z^]{1,10}:\]|\[(?!:[a-z^]{1,10}:\])|\\[\s\S]|[^[\]\\])*(?:\]|\\?$)|\\[pP](?:\{[^}]{0,40}\}|[\s\S])|\\[\s\S]|[\s\S]/uy;
const UNICODE = /\\[pP]/g;

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
  if (classes > 0) return classes * UNICODE_CLASS;
  return atom === '.' || /^(?:\\[WDSC]|\[\^)/.test(atom) || /[^\0-\x7f]/.test(atom) ? ANY_CHARACTER : 1;
}

function read(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
