/**
 * What comes from outside, made fit to be shown: no control characters that a terminal, a mail header or a phone would obey, no marks
 * that turn the reading direction, so that what is read is what stands there. They are written so that they can be seen: `\u{202e}`.
 */

/** All but tab and line feed; the marks of bidirectional text that override, embed or isolate; separators; halves of surrogate pairs. */
const HARMFUL = /(?![\t\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(HARMFUL, escaped);
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** The same for JSON, which has escapes of its own; the value stays what it is. */
export function printableJson(json: string): string {
  return json.replace(HARMFUL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One line, however many it was. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}
