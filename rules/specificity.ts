/**
 * How much of a name a pattern pins down: the characters that every match contains, and the ends that it is tied to. Of two
 * patterns that match the same name, the one that pins down more is the more specific.
 *
 * Reads RE2's syntax as far as counting needs it, for patterns that RE2 has accepted.
 */

/** Two units for each character that no match can do without, one for each `^` or `$` of which the same holds. */
export function specificityOf(pattern: string): number {
  const reader = { pattern, at: 0 };
  return readAlternatives(reader);
}

interface Reader {
  readonly pattern: string;
  at: number;
}

/** The least of its branches: a match needs only one of them. */
function readAlternatives(reader: Reader): number {
  let least = readBranch(reader);
  while (reader.pattern[reader.at] === '|') {
    reader.at++;
    least = Math.min(least, readBranch(reader));
  }
  return least;
}

function readBranch(reader: Reader): number {
  let sum = 0;
  while (reader.at < reader.pattern.length) {
    const next = reader.pattern[reader.at]!;
    if (next === '|' || next === ')') break;
    const weight = readAtom(reader);
    sum += weight * readLeastRepeats(reader);
  }
  return sum;
}

function readAtom(reader: Reader): number {
  const { pattern } = reader;
  const char = pattern[reader.at++]!;
  switch (char) {
    case '(': {
      skip(reader, /\?(?:P?<\w+>|[a-zA-Z-]*:?)/y);
      const inner = readAlternatives(reader);
      reader.at++;
      return inner;
    }
    case '[':
      skip(reader, /\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]/sy);
      return 0;
    case '\\':
      return readEscape(reader);
    case '^':
    case '$':
      return 1;
    case '.':
      return 0;
    default:
      return 2;
  }
}

/** `\.` is a character; `\d`, `\b`, `\pL` and their like are none. */
function readEscape(reader: Reader): number {
  const char = reader.pattern[reader.at++] ?? '';
  if (char === 'p' || char === 'P') skip(reader, /\{[^}]*\}|./sy);
  if (char === 'A' || char === 'z') return 1;
  return /[a-zA-Z0-9]/.test(char) ? 0 : 2;
}

function readLeastRepeats(reader: Reader): number {
  const quantifier = skip(reader, /[*+?]\??|\{(\d+)(?:,\d*)?\}\??/y);
  if (quantifier === '') return 1;
  if (quantifier.startsWith('{')) return Number(/\d+/.exec(quantifier)?.[0]);
  return quantifier.startsWith('+') ? 1 : 0;
}

function skip(reader: Reader, sticky: RegExp): string {
  sticky.lastIndex = reader.at;
  const found = sticky.exec(reader.pattern)?.[0] ?? '';
  reader.at += found.length;
  return found;
}
