/** The alerts of one request, made ready to wait for their partitions: all of them, or it is known which one fits no frame. */

import type { Alert } from '../alert/alert.ts';
import { NewAlertEntry } from '../alert/new-alert-entry.ts';
import { encodeFrame } from '../bus/frame.ts';
import { entrySizeBound } from './entry-size.ts';
import type { Submission } from './submission.ts';
import { Turns } from './turns.ts';

export interface Waiting {
  readonly entry: NewAlertEntry;
  /** Upper bound of its encoded size in bytes. */
  readonly size: number;
  readonly submission: Submission;
}

export type MadeReady =
  | { readonly code: 'alerts.ready'; readonly all: readonly Waiting[] }
  /** This alert fits no frame. */
  | { readonly code: 'alert.too-large'; readonly index: number; readonly limit: number };

export interface Request {
  readonly alerts: readonly Alert[];
  readonly receipt: string;
  /** Unix time in milliseconds. */
  readonly receivedAt: number;
  readonly submission: Submission;
}

/** Alerts that are made ready in one go. */
const AT_ONCE = 100;

/** So many that others must not wait for all of them. */
export function isBulk(alerts: number): boolean {
  return alerts > AT_ONCE;
}

/** `room`: bytes for the entries of a frame. A promise only where they are many: between slices of them others have their turn. */
export function makeReady(request: Request, room: number): MadeReady | Promise<MadeReady> {
  const all: Waiting[] = [];
  const { length } = request.alerts;
  if (isBulk(length)) return inSlices(request, room, all);
  return fillUpTo(length, request, room, all) ?? { code: 'alerts.ready', all };
}

async function inSlices(request: Request, room: number, all: Waiting[]): Promise<MadeReady> {
  const { length } = request.alerts;
  const turns = new Turns();
  for (let end = AT_ONCE; ; end += AT_ONCE) {
    const tooLarge = fillUpTo(Math.min(end, length), request, room, all);
    if (tooLarge !== null) return tooLarge;
    if (end >= length) return { code: 'alerts.ready', all };
    if (turns.isDue()) await turns.next();
  }
}

/** null: so far all of them fit. */
function fillUpTo(
  end: number,
  { alerts, receipt, receivedAt, submission }: Request,
  room: number,
  all: Waiting[],
): MadeReady | null {
  for (let index = all.length; index < end; index++) {
    const entry = new NewAlertEntry(alerts[index]!, receipt, index, receivedAt);
    const size = sizeOf(entry, room);
    if (size === null) return { code: 'alert.too-large', index, limit: room };
    all.push({ entry, size, submission });
  }
  return null;
}

/** An upper bound in bytes; exact where the bound alone would not fit; null where the entry fits no frame. */
function sizeOf(entry: NewAlertEntry, room: number): number | null {
  const bound = entrySizeBound(entry);
  if (bound <= room) return bound;
  const exact = encodeFrame({ stamp: null, entries: [entry] }).length;
  return exact <= room ? room : null;
}
