/**
 * Go's double-quoted strings (strconv.Quote and strconv.Unquote), since Alertmanager's group keys and matchers are written
 * with them. https://pkg.go.dev/strconv#Quote
 */

const PLAIN = /^[ !#-[\]-~]*$/;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text.toWellFormed()) out += ESCAPES[char] ?? (PRINTABLE.test(char) ? char : escapePoint(char));
  return `${out}"`;
}

function escapePoint(char: string): string {
  const point = char.codePointAt(0)!;
  const hex = point.toString(16);
  if (point < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const ESCAPE = /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([^\\"\n]+)/suy;

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34 };

/** `text` includes the quotes. null where Go would refuse it, or where its escapes do not add up to valid UTF-8. */
export function unquote(text: string): string | null {
  const inner = text.slice(1, -1);
  const bytes: number[] = [];
  ESCAPE.lastIndex = 0;
  for (let at = 0; at < inner.length; at = ESCAPE.lastIndex) {
    const found = ESCAPE.exec(inner);
    if (found === null || !pushBytes(bytes, found)) return null;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

function pushBytes(bytes: number[], found: RegExpExecArray): boolean {
  const [, simple, hex, octal, short, long, plain] = found;
  if (simple !== undefined) return bytes.push(SIMPLE[simple]!) > 0;
  if (hex !== undefined) return bytes.push(Number.parseInt(hex, 16)) > 0;
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    return value < 0x100 && bytes.push(value) > 0;
  }
  const digits = short ?? long;
  const point = digits === undefined ? null : Number.parseInt(digits, 16);
  if (point !== null && (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))) return false;
  for (const byte of new TextEncoder().encode(point === null ? plain : String.fromCodePoint(point))) bytes.push(byte);
  return true;
}
