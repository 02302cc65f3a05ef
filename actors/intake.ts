/** From frames to the inputs of turns: drops what was seen before, finds the entity, keeps what cannot be read. */

import { createHash } from 'node:crypto';
import { addressOf, type EntityKindName } from '../alert/entity-address.ts';
import type { Entry } from '../alert/entry.ts';
import { entryProblem } from '../alert/entry-problem.ts';
import { reason } from '../alert/reason.ts';
import { decodeFrame, type Frame, FrameUnreadable } from '../bus/frame.ts';
import type { JournalEvent, Marks } from '../bus/journal.ts';
import type { CommandReply } from './entity.ts';
import type { HandedFrame } from './handover.ts';
import type { IncomingFrame } from './inbox.ts';

export interface RoutedInput {
  readonly kind: EntityKindName;
  readonly key: string;
  readonly entry: Entry;
  readonly position: string;
}

export interface ReadFrames {
  readonly inputs: RoutedInput[];
  /** Decided without an entity: unreadable input, replays. */
  readonly events: JournalEvent[];
  readonly replies: CommandReply[];
  readonly marks: Marks;
}

/** Pure. `marks`: what the partition has taken in so far. `handed`: frames that came without the stream. */
export function readFrames(
  frames: readonly IncomingFrame[],
  marks: Marks,
  now: number,
  handed: readonly HandedFrame[] = [],
): ReadFrames {
  const result = { inputs: [] as RoutedInput[], events: [] as JournalEvent[], replies: [] as CommandReply[] };
  const taken: Record<string, Marks[string]> = { ...marks };
  for (const incoming of frames) {
    const frame = decodeOrBury(incoming, now, result.events);
    if (frame !== null) takeFrame(frame, String(incoming.seq), taken, now, result);
  }
  for (const { frame } of handed) {
    const { origin, sequence, first } = frame.stamp!;
    takeFrame(frame, `${origin}.${sequence}.${first}`, taken, now, result);
  }
  return { ...result, marks: taken };
}

/** `name`: unique among the partition's frames. */
function takeFrame(
  frame: Frame,
  name: string,
  taken: Record<string, Marks[string]>,
  now: number,
  result: Results,
): void {
  const from = firstUnseen(frame, taken);
  for (let i = from; i < frame.entries.length; i++) {
    const entry = frame.entries[i]!;
    const position = `${name}-${i}`;
    const problem = entryProblem(entry);
    if (problem === null) takeEntry(entry, position, now, result);
    else result.events.push(buried(`entry-${position}`, problem, asText(entry), now));
  }
  if (frame.stamp === null || from >= frame.entries.length) return;
  const { origin, sequence, first } = frame.stamp;
  taken[origin] = [sequence, first + frame.entries.length - 1];
}

/** Index of the first entry that no earlier frame brought: stamps of one origin only rise. */
function firstUnseen({ stamp, entries }: Frame, marks: Marks): number {
  const seen = stamp === null ? undefined : marks[stamp.origin];
  if (stamp === null || seen === undefined || stamp.sequence > seen[0]) return 0;
  if (stamp.sequence < seen[0]) return entries.length;
  return Math.max(0, Math.min(entries.length, seen[1] + 1 - stamp.first));
}

type Results = Pick<ReadFrames, 'inputs' | 'events' | 'replies'>;

function takeEntry(entry: Entry, position: string, now: number, results: Results): void {
  if (entry.kind === 'replay') {
    results.events.push({
      type: 'input.replayed',
      key: addressOf(entry).key,
      at: now,
      deadLetterId: entry.deadLetterId,
      by: entry.by,
    });
    results.replies.push({
      to: entry.replyTo,
      ok: true,
      status: 200,
      reasons: [reason('dead-letter.replayed', `put in again by ${entry.by}`)],
    });
    // What could not be read was decoded anew by whoever replayed it; its alerts come in frames of their own.
    if (entry.entry.kind === 'unreadable') return;
    const again = entry.entry.kind === 'notification' ? { ...entry.entry, replayed: true } : entry.entry;
    takeEntry(again, position, now, results);
    return;
  }
  const { kind, key } = addressOf(entry);
  if (entry.kind === 'unreadable') {
    results.events.push({
      type: 'input.dead-lettered',
      key,
      at: now,
      deadLetterId: `${entry.id}-d`,
      cause: null,
      entry,
      reasons: [reason('dead-letter.unreadable', entry.problem)],
    });
    return;
  }
  results.inputs.push({ kind, key, entry, position });
}

/** A frame that cannot be decoded is kept whole as a dead letter: nothing disappears. */
function decodeOrBury({ seq, data }: IncomingFrame, now: number, events: JournalEvent[]): Frame | null {
  try {
    return decodeFrame(data);
  } catch (error) {
    if (!(error instanceof FrameUnreadable)) throw error;
    const id = `frame-${seq}-${createHash('sha256').update(data).digest('hex').slice(0, 8)}`;
    events.push(buried(id, error.message, data, now));
    return null;
  }
}

function buried(id: string, problem: string, content: Uint8Array | string, now: number): JournalEvent {
  const raw = Buffer.from(content).toString('base64');
  return {
    type: 'input.dead-lettered',
    key: `default/${id}`,
    at: now,
    deadLetterId: id,
    cause: null,
    entry: { kind: 'unreadable', id, tenant: 'default', source: '', problem, raw, receivedAt: now },
    reasons: [reason('dead-letter.unreadable', problem)],
  };
}

/** JSON knows neither 64-bit integers nor `undefined`; msgpack does. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? String(value);
}
