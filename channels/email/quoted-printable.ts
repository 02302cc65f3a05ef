/**
 * Quoted-printable (RFC 2045 section 6.7) of a whole text at once. nodemailer's encoder is a stream that cuts each line out with
 * several regular expressions, which was a tenth of what a mail cost.
 */

/** Of the 76 characters that a line may have, one is for the sign that it goes on. */
const LINE = 75;
const CR = 0x0d;
const LF = 0x0a;
const DIGITS = Buffer.from('0123456789ABCDEF', 'latin1');

/** Lines of the text may end in LF or in CRLF; those of the result end in CRLF and have at most 76 characters. */
export function quotedPrintable(text: string | Buffer): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  // Three for each byte, and a soft line break for every 24 of them at the most.
  const out = Buffer.allocUnsafe(bytes.length * 3 + Math.ceil(bytes.length / 24) * 3 + 3);
  let at = 0;
  let column = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const isPair = byte === CR && bytes[i + 1] === LF;
    if (byte === LF || isPair) {
      out[at++] = CR;
      out[at++] = LF;
      column = 0;
      if (isPair) i++;
      continue;
    }
    const literal = isLiteral(byte, bytes, i);
    // What is one character is kept on one line: not every mail client puts its bytes together again.
    if (column + (literal ? 1 : 3 * sequence(byte)) > LINE) {
      out[at++] = 0x3d;
      out[at++] = CR;
      out[at++] = LF;
      column = 0;
    }
    if (literal) {
      out[at++] = byte;
      column++;
    } else {
      out[at++] = 0x3d;
      out[at++] = DIGITS[byte >> 4]!;
      out[at++] = DIGITS[byte & 15]!;
      column += 3;
    }
  }
  return out.subarray(0, at);
}

function isLiteral(byte: number, bytes: Buffer, i: number): boolean {
  if (byte > 0x20) return byte < 0x7f && byte !== 0x3d;
  if (byte !== 0x20 && byte !== 0x09) return false;
  // A server on the way may take blanks off the end of a line.
  const next = bytes[i + 1];
  return next !== undefined && next !== CR && next !== LF;
}

/** Bytes of the UTF-8 sequence that begins here; 1 in the middle of one, which then fits where its beginning did. */
function sequence(byte: number): number {
  if (byte < 0xc0) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}
