/**
 * Alertmanager's fingerprint of a label set: 64-bit FNV-1a over `name 0xff value 0xff` of every label, sorted by name, as
 * 16 hex digits (prometheus/common, model/signature.go). Identities and stored group ids depend on it: never change.
 *
 * The 64-bit product is taken in three parts that stay within 32-bit integers: the upper half, and the lower half as two
 * 16-bit limbs. The FNV prime is 2^40 + 0x1b3, so its upper part is a shift. BigInt would take 50 times as long.
 */

import type { LabelSet } from './alert.ts';
import { labelJson } from './label-json.ts';
import { compareUtf8, isSorted } from './label-order.ts';

const PRIME_LOW = 0x1b3;
const SEPARATOR = 0xff;

/** The hash under way. One suffices: hashing never yields. */
let high = 0;
let middle = 0;
let low = 0;

export function fingerprint(labels: LabelSet): string {
  const names = Object.keys(labels);
  if (isSorted(names) && absorbJson(labelJson(labels))) return digits();
  start();
  for (const name of names.sort(compareUtf8)) {
    absorb(name);
    absorbByte(SEPARATOR);
    absorb(labels[name]!);
    absorbByte(SEPARATOR);
  }
  return digits();
}

/** The same function over one text, for ids that are derived from texts. */
export function hash16(text: string): string {
  start();
  absorb(text);
  return digits();
}

/** The offset basis 0xcbf29ce484222325. */
function start(): void {
  high = 0xcbf29ce4 | 0;
  middle = 0x8422;
  low = 0x2325;
}

/** Character codes, by value. */
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** One call for all digits: V8 writes a number beyond 31 bits in hex by way of a double, which takes as long as the hashing. */
function digits(): string {
  return String.fromCharCode(
    HEX[high >>> 28]!,
    HEX[(high >>> 24) & 15]!,
    HEX[(high >>> 20) & 15]!,
    HEX[(high >>> 16) & 15]!,
    HEX[(high >>> 12) & 15]!,
    HEX[(high >>> 8) & 15]!,
    HEX[(high >>> 4) & 15]!,
    HEX[high & 15]!,
    HEX[middle >>> 12]!,
    HEX[(middle >>> 8) & 15]!,
    HEX[(middle >>> 4) & 15]!,
    HEX[middle & 15]!,
    HEX[low >>> 12]!,
    HEX[(low >>> 8) & 15]!,
    HEX[(low >>> 4) & 15]!,
    HEX[low & 15]!,
  );
}

function absorbByte(byte: number): void {
  const l = low ^ byte;
  const t0 = l * PRIME_LOW;
  const t1 = middle * PRIME_LOW + (t0 >>> 16);
  high = (Math.imul(high, PRIME_LOW) + ((middle << 24) | (l << 8)) + (t1 >>> 16)) | 0;
  middle = t1 & 0xffff;
  low = t0 & 0xffff;
}

/** The loop of absorbByte, kept in registers for as long as the text is ASCII. */
function absorb(text: string): void {
  let h = high;
  let m = middle;
  let l = low;
  const length = text.length;
  let i = 0;
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) break;
    l ^= unit;
    const t0 = l * PRIME_LOW;
    const t1 = m * PRIME_LOW + (t0 >>> 16);
    h = (Math.imul(h, PRIME_LOW) + ((m << 24) | (l << 8)) + (t1 >>> 16)) | 0;
    m = t1 & 0xffff;
    l = t0 & 0xffff;
  }
  high = h;
  middle = m;
  low = l;
  if (i < length) absorbUtf8(text, i);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The names and values in the JSON of a label set. Going over one text takes a third of going over twenty small ones, writing it
 * included. False: something in it is escaped, or no ASCII, and nothing is said.
 */
function absorbJson(text: string): boolean {
  start();
  let h = high;
  let m = middle;
  let l = low;
  // Behind each name and value stand a quote and two more: `":"`, `","`, or the end.
  for (let i = 2; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      unit = SEPARATOR;
      i += 2;
    } else if (unit === BACKSLASH || unit >= 0x80) return false;
    l ^= unit;
    const t0 = l * PRIME_LOW;
    const t1 = m * PRIME_LOW + (t0 >>> 16);
    h = (Math.imul(h, PRIME_LOW) + ((m << 24) | (l << 8)) + (t1 >>> 16)) | 0;
    m = t1 & 0xffff;
    l = t0 & 0xffff;
  }
  high = h;
  middle = m;
  low = l;
  return true;
}

function absorbUtf8(text: string, from: number): void {
  for (let i = from; i < text.length; i++) {
    let point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    // A lone surrogate has no UTF-8 form; every decoder makes it U+FFFD.
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) {
      absorbByte(point);
      continue;
    }
    if (point < 0x800) {
      absorbByte(0xc0 | (point >> 6));
    } else {
      if (point < 0x10000) {
        absorbByte(0xe0 | (point >> 12));
      } else {
        absorbByte(0xf0 | (point >> 18));
        absorbByte(0x80 | ((point >> 12) & 0x3f));
      }
      absorbByte(0x80 | ((point >> 6) & 0x3f));
    }
    absorbByte(0x80 | (point & 0x3f));
  }
}
