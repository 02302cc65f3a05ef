/** Text cut to a length without cutting a character in two: an emoji of several code points stays whole or goes. */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most `length` characters, the ending among them. */
export function truncateCharacters(text: string, length: number, ending: string): string {
  // A character has at least one code unit, so that is short enough in any case.
  if (text.length <= length || upTo(text, length, sizeOfCharacter) === text) return text;
  const end = upTo(ending, length, sizeOfCharacter);
  return `${upTo(text, length - [...graphemes.segment(end)].length, sizeOfCharacter)}${end}`;
}

/** A letter under a thousand accents would pass as one character. */
const LONGEST_CHARACTER = 32;

function sizeOfCharacter(character: string): number {
  return character.length > LONGEST_CHARACTER ? character.length : 1;
}

/** At most `length` bytes of UTF-8, the ending among them. */
export function truncateBytes(text: string, length: number, ending: string): string {
  if (Buffer.byteLength(text) <= length) return text;
  const end = upTo(ending, length, Buffer.byteLength);
  return `${upTo(text, length - Buffer.byteLength(end), Buffer.byteLength)}${end}`;
}

/** Whole characters from the start while their sizes add up to no more than `limit`. */
function upTo(text: string, limit: number, sizeOf: (character: string) => number): string {
  let size = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    size += sizeOf(segment);
    if (size > limit) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
