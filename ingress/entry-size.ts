/**
 * How large an entry becomes in a frame, at most: an upper bound, never less than what is encoded, so that frames can be
 * filled without encoding them twice.
 */

import type { NewAlertEntry } from '../alert/new-alert-entry.ts';

/** The headers of its list and texts, the numbers, status, receipt, fingerprint. */
const ENTRY = 128;
/** Length prefix of a text: up to 5 bytes. */
const TEXT = 5;
const COUNT_EXACTLY_FROM = 64;
const UTF8_PER_UNIT = 3;

/** What a frame has besides its entries. */
export const FRAME_OVERHEAD = 64;

export function entrySizeBound(entry: NewAlertEntry): number {
  return (
    ENTRY +
    textSize(entry.tenant) +
    textSize(entry.source) +
    textSize(entry.generatorURL) +
    textSize(entry.labelsText) +
    textSize(entry.annotationsText)
  );
}

/** Counting the bytes of a short text costs more than what a generous guess wastes. */
function textSize(text: string): number {
  return TEXT + (text.length < COUNT_EXACTLY_FROM ? text.length * UTF8_PER_UNIT : Buffer.byteLength(text));
}
