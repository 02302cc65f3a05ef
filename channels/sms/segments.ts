/**
 * How long a text is for a phone. The GSM 7-bit alphabet packs 160 characters into a message, 153 where it takes several (each
 * then begins with a header); some characters count twice. One character outside of it makes the whole message UCS-2: 70
 * UTF-16 units, or 67 where it takes several.
 * Source: 3GPP TS 23.038 section 6.2.1 (alphabet, extension), TS 23.040 section 9.2.3.24.1 (concatenation).
 */

export type Encoding = 'GSM-7' | 'UCS-2';

export interface Length {
  readonly encoding: Encoding;
  /** Septets, or UTF-16 units. */
  readonly units: number;
  readonly segments: number;
}

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Behind an escape character. */
const EXTENSION = new Set('\f^{}\\[~]|€');

const CAPACITY: Readonly<Record<Encoding, { readonly alone: number; readonly joined: number }>> = {
  'GSM-7': { alone: 160, joined: 153 },
  'UCS-2': { alone: 70, joined: 67 },
};

export function lengthOf(text: string): Length {
  const septets = [...text].map((character) => (BASIC.has(character) ? 1 : EXTENSION.has(character) ? 2 : 0));
  if (septets.includes(0))
    return inSegments(
      'UCS-2',
      [...text].map((character) => character.length),
    );
  return inSegments('GSM-7', septets);
}

/** A character of two units is never parted between two segments. */
function inSegments(encoding: Encoding, sizes: readonly number[]): Length {
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { alone, joined } = CAPACITY[encoding];
  if (units <= alone) return { encoding, units, segments: units === 0 ? 0 : 1 };
  let segments = 1;
  let filled = 0;
  for (const size of sizes) {
    if (filled + size > joined) {
      segments++;
      filled = 0;
    }
    filled += size;
  }
  return { encoding, units, segments };
}

/** What people's editors make of plain characters, and would more than halve what fits. */
const PLAINER: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2026': '...',
  '\u2022': '*',
  '\u00b7': '*',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u2192': '->',
  '\u2190': '<-',
  '\u2265': '>=',
  '\u2264': '<=',
  '\u00d7': 'x',
  '\u0060': "'",
  '\u00b4': "'",
  '\t': ' ',
};

export function plainer(text: string): string {
  return [...text].map((character) => PLAINER[character] ?? character).join('');
}
