/**
 * A frame is one INGEST message: a list of entries for one partition, in order.
 *
 * Layout: one version byte, then msgpack of [origin, sequence, first, entries].
 */

import type { Entry } from '../alert/entry.ts';
import type { NewAlertEntry } from '../alert/new-alert-entry.ts';
import { apart } from '../alert/shared-text.ts';
import { pack, unpack } from './pack.ts';

const VERSION = 3;
/** 1: without new alerts as lists of their fields; 2: without other alerts as such. */
const OLDEST = 1;

/** Where a frame comes from, if it is an effect: lets the receiver drop what it has already seen. */
export interface Stamp {
  /** The partition that decided it. */
  readonly origin: string;
  /** Sequence of the journal message that decided it. */
  readonly sequence: number;
  /** Index of the frame's first entry among the effects of that journal message for this destination. */
  readonly first: number;
}

export interface Frame {
  /** null: from ingress, or a person's command. */
  readonly stamp: Stamp | null;
  readonly entries: readonly Entry[];
}

export class FrameUnreadable extends Error {
  readonly code = 'frame.unreadable';
}

export function encodeFrame(frame: Pick<Frame, 'stamp'> & { entries: readonly (Entry | NewAlertEntry)[] }): Buffer {
  const { stamp, entries } = frame;
  const out = pack([stamp?.origin ?? '', stamp?.sequence ?? 0, stamp?.first ?? 0, entries], 1);
  out[0] = VERSION;
  return out;
}

/** Throws FrameUnreadable for another version or a damaged body. */
export function decodeFrame(data: Uint8Array): Frame {
  const version = data[0] ?? 0;
  if (version < OLDEST || version > VERSION)
    throw new FrameUnreadable(`frame version ${data[0]}; this Herald reads versions ${OLDEST} to ${VERSION}`);
  let parts: unknown;
  try {
    // An alert comes by a frame once: to look for its texts among others' would take as long as all else of reading it.
    parts = unpack(data.subarray(1), apart);
  } catch (cause) {
    throw new FrameUnreadable(`frame body of ${data.length} bytes is not msgpack`, { cause });
  }
  if (!isFrame(parts)) throw new FrameUnreadable(`frame body of ${data.length} bytes is msgpack, but not of a frame`);
  const [origin, sequence, first, entries] = parts;
  return { stamp: origin === '' ? null : { origin, sequence, first }, entries };
}

/** The frame only: its entries are looked at one by one by who takes them in. */
function isFrame(parts: unknown): parts is [string, number, number, Entry[]] {
  if (!Array.isArray(parts)) return false;
  const [origin, sequence, first, entries] = parts as unknown[];
  return (
    typeof origin === 'string' &&
    Number.isSafeInteger(sequence) &&
    Number.isSafeInteger(first) &&
    Array.isArray(entries)
  );
}
