/**
 * How large an entry becomes in a frame, at most: an upper bound, never less than what is encoded, so that frames can be
 * filled without encoding them twice. It counts each object's field names again, since the codec may repeat them.
 */

import type { NewAlert } from '../alert/stored-alert.ts';

/** Field names of an entry and its alert, their record headers, the numbers, kind, status, receipt, fingerprint. */
const ENTRY = 512;
/** Length prefix of a text: up to 5 bytes. */
const TEXT = 5;
const COUNT_EXACTLY_FROM = 64;
const UTF8_PER_UNIT = 3;

/** What a frame has besides its entries. */
export const FRAME_OVERHEAD = 64;

export function entrySizeBound({ labelsText, annotationsText, fields }: NewAlert): number {
  return (
    ENTRY +
    textSize(fields.tenant) +
    textSize(fields.source) +
    textSize(fields.generatorURL) +
    textSize(labelsText) +
    textSize(annotationsText)
  );
}

/** Counting the bytes of a short text costs more than what a generous guess wastes. */
function textSize(text: string): number {
  return TEXT + (text.length < COUNT_EXACTLY_FROM ? text.length * UTF8_PER_UNIT : Buffer.byteLength(text));
}
