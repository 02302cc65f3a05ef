/**
 * The journal of one partition: fences and commits in one stream, in the order in which they took effect.
 *
 * A commit message is a version byte, u16 part, u16 parts, then that part of the msgpack of the commit. A commit larger
 * than a message may be is cut into parts that follow each other; one whose last part is missing never happened.
 */

import type { Alert } from '../alert/alert.ts';
import type { CorrelationEvent } from '../alert/correlation-event.ts';
import type { Entry } from '../alert/entry.ts';
import type { AlertEvent, DeadLetterEvent, GroupEvent, HoldsEvent, ReplayedEvent } from '../alert/event.ts';
import type { PromotionEvent } from '../alert/promotion-state.ts';
import type { ChannelEvent } from '../channels/delivery-event.ts';
import { OpenedEvent } from './listed-event.ts';
import { pack, unpack, withPacked } from './pack.ts';
import type { PartitionName } from './partition.ts';

export type JournalEvent =
  | AlertEvent
  | GroupEvent
  | HoldsEvent
  | PromotionEvent
  | CorrelationEvent
  | ChannelEvent
  | DeadLetterEvent
  | ReplayedEvent;

/** An entry for another partition's inbox, published once its commit is acknowledged. */
export interface Effect {
  readonly to: PartitionName;
  readonly entry: Entry;
}

/** Highest (sequence, index) of each origin whose effects this partition has taken in. */
export type Marks = Readonly<Record<string, readonly [sequence: number, index: number]>>;

export interface Commit {
  readonly epoch: number;
  /** Journal sequence of the commit before this one, 0 for the first: shows a reader when something is missing. */
  readonly previous: number;
  /** The owner's clock, read once for the whole commit. Unix time in milliseconds. */
  readonly at: number;
  /** Everything of INGEST up to this sequence is taken in. */
  readonly cursor: number;
  readonly marks: Marks;
  /** Effects of all commits up to this journal sequence are published. */
  readonly published: number;
  readonly events: readonly JournalEvent[];
  readonly effects: readonly Effect[];
}

export interface Fence {
  readonly epoch: number;
  readonly owner: string;
}

/** A complete snapshot: what recovery starts from. */
export interface Manifest {
  readonly epoch: number;
  /** Sequence of the last commit when the snapshot was begun: replay starts behind it. */
  readonly replayFrom: number;
  /** As of `replayFrom`. */
  readonly cursor: number;
  readonly marks: Marks;
  readonly published: number;
  /** Names of the chunks in the snapshot store. */
  readonly chunks: readonly string[];
}

/** One thing that happened, with the stream sequence of its (last) message. */
export type JournalRecord =
  | { readonly kind: 'manifest'; readonly seq: number; readonly manifest: Manifest }
  | { readonly kind: 'commit'; readonly seq: number; readonly commit: Commit }
  | { readonly kind: 'fence'; readonly seq: number; readonly fence: Fence };

export class JournalUnreadable extends Error {
  readonly code = 'journal.unreadable';
}

const VERSION = 2;
/** Without lists of fields (listed-alert.ts, listed-event.ts). */
const BEFORE = 1;
const FENCE_VERSION = 1;
const HEADER = 5;

function isRead(version: number | undefined): boolean {
  return version === VERSION || version === BEFORE;
}

/** One or more messages of at most `maxBytes` each. */
export function encodeCommit(commit: Commit, maxBytes: number): Buffer[] {
  const { epoch, previous, at, cursor, marks, published, events, effects } = commit;
  const body = [epoch, previous, at, cursor, marks, published, events.map(listed), stored(effects, events)];
  return withPacked(body, (bytes) => inParts(bytes, maxBytes));
}

function inParts(body: Buffer, maxBytes: number): Buffer[] {
  const room = maxBytes - HEADER;
  const parts = Math.max(1, Math.ceil(body.length / room));
  const messages: Buffer[] = [];
  for (let part = 0; part < parts; part++) {
    const slice = body.subarray(part * room, (part + 1) * room);
    const message = Buffer.allocUnsafe(HEADER + slice.length);
    message[0] = VERSION;
    message.writeUInt16BE(part, 1);
    message.writeUInt16BE(parts, 3);
    slice.copy(message, HEADER);
    messages.push(message);
  }
  return messages;
}

export function encodeManifest(manifest: Manifest): Buffer {
  const message = pack(manifest, 1);
  message[0] = VERSION;
  return message;
}

export function decodeManifest(data: Uint8Array, where: string): Manifest {
  if (!isRead(data[0]))
    throw new JournalUnreadable(`${where}: manifest version ${data[0]}, this Herald reads ${BEFORE} and ${VERSION}`);
  try {
    return unpack(data.subarray(1)) as Manifest;
  } catch (cause) {
    throw new JournalUnreadable(`${where}: the manifest is not msgpack`, { cause });
  }
}

export function encodeFence(fence: Fence): string {
  return JSON.stringify({ version: FENCE_VERSION, epoch: fence.epoch, owner: fence.owner });
}

export function decodeFence(data: Uint8Array, where: string): Fence {
  try {
    const { epoch, owner } = JSON.parse(Buffer.from(data).toString()) as Fence;
    return { epoch, owner };
  } catch (cause) {
    throw new JournalUnreadable(`${where}: the fence is not JSON`, { cause });
  }
}

/** Puts the parts of commits together again. Feed it the messages of a journal in order. */
export class CommitAssembler {
  #parts: Buffer[] = [];

  /** A fence between parts means that their owner was stopped: the commit never happened. */
  interrupt(): void {
    this.#parts = [];
  }

  /** The commit, once its last part is here. Throws JournalUnreadable for another version or a damaged body. */
  add(data: Uint8Array, where: string): Commit | null {
    const message = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (!isRead(message[0])) {
      throw new JournalUnreadable(
        `${where}: version ${message[0]}, this Herald reads versions ${BEFORE} and ${VERSION}`,
      );
    }
    const part = message.readUInt16BE(1);
    const parts = message.readUInt16BE(3);
    if (part === 0) this.#parts = [];
    // A part without its beginning: the reader started in the middle of a commit that its cursor already holds.
    if (part !== this.#parts.length) return null;
    this.#parts.push(message.subarray(HEADER));
    if (part < parts - 1) return null;
    const body = parts === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    return decodeBody(body, where);
  }
}

type CommitBody = [
  Commit['epoch'],
  Commit['previous'],
  Commit['at'],
  Commit['cursor'],
  Commit['marks'],
  Commit['published'],
  Commit['events'],
  StoredEffect[],
];

/**
 * An effect as it is stored. What a new alert tells its groups stands in the event beside it, and is most of what a commit
 * holds: the effect then names the event (its index) and which of its groups.
 */
type StoredEffect = Effect | readonly [to: PartitionName, event: number, group: number];

function listed(event: JournalEvent): JournalEvent | OpenedEvent {
  return event.type === 'alert.opened' ? new OpenedEvent(event) : event;
}

function stored(effects: readonly Effect[], events: readonly JournalEvent[]): StoredEffect[] {
  const opened = new Map<Alert, number>();
  for (const [index, event] of events.entries()) if (event.type === 'alert.opened') opened.set(event.alert, index);
  return effects.map((effect): StoredEffect => {
    const { to, entry } = effect;
    const index = entry.kind === 'group' ? opened.get(entry.alert) : undefined;
    const event = index === undefined ? undefined : events[index];
    if (index === undefined || entry.kind !== 'group' || event?.type !== 'alert.opened') return effect;
    const group = event.routing.groups.indexOf(entry.group);
    return group < 0 ? effect : [to, index, group];
  });
}

function restored(effects: readonly StoredEffect[], events: readonly JournalEvent[]): Effect[] {
  return effects.map((effect): Effect => {
    if ('to' in effect) return effect;
    const [to, index, place] = effect;
    const event = events[index];
    const group = event?.type === 'alert.opened' ? event.routing.groups[place] : undefined;
    if (event?.type !== 'alert.opened' || group === undefined) {
      throw new TypeError(`an effect names group ${place} of event ${index}, which is none`);
    }
    return { to, entry: { kind: 'group', group, alert: event.alert } };
  });
}

function decodeBody(body: Buffer, where: string): Commit {
  try {
    const [epoch, previous, at, cursor, marks, published, events, effects] = unpack(body) as CommitBody;
    return { epoch, previous, at, cursor, marks, published, events, effects: restored(effects, events) };
  } catch (cause) {
    throw new JournalUnreadable(`${where}: a commit of ${body.length} bytes is not msgpack`, { cause });
  }
}
