/** The way into partitions: publishing frames to INGEST, and how full it is. */

import type { Clock } from '../telemetry/clock.ts';
import type { Bus } from './connection.ts';
import { type PartitionCount, type PartitionName, partitionNames } from './partition.ts';
import { publishAcknowledged } from './publish.ts';
import { ingestStream, subjects } from './subjects.ts';

/** The other half is kept for effects between partitions, each larger than the alert it comes from: accepting must not starve deciding. */
const ADMIT_BELOW = 0.5;
const LOOK_EVERY = 250;
const PATIENCE = 4000;
const ENVELOPE = 1024;

export interface FramePublisher {
  /** Its sequence in the inbox stream. Rejects with IngestFull or IngestUnavailable. The same id twice is stored once. */
  publish(partition: PartitionName, data: Uint8Array, messageId: string): Promise<number>;
  /** What a frame of several entries should not exceed. */
  readonly maxFrameBytes: number;
  /** What the server takes at all, in one message. */
  readonly maxMessageBytes: number;
}

export function framePublisher(bus: Bus): FramePublisher {
  const maxMessageBytes = bus.maxPayload - ENVELOPE;
  return {
    maxMessageBytes,
    maxFrameBytes: Math.min(maxMessageBytes, 512 * 1024),
    publish: (partition, data, messageId) =>
      publishAcknowledged(bus, subjects.ingest(partition), data, { messageId, patience: PATIENCE }),
  };
}

/** Watches how full the inboxes are, so that ingress can refuse early. */
export interface IngestGauge {
  /** False while an inbox is nearly full or out of reach. */
  admitting(): boolean;
  /** As far as is known: false when it was asked last and did not answer. */
  readonly answers: boolean;
  /** Of the fullest inbox, 0 to 1. */
  readonly fill: number;
  /** Of all inboxes together. */
  readonly bytes: number;
  readonly messages: number;
  /** So many bytes are on their way into an inbox: it is that much fuller until the next look tells. */
  sent(partition: PartitionName, bytes: number): void;
  stop(): void;
}

/** What a message takes in a stream besides its data: subject, headers, its frame in the file. Bytes, roughly. */
const STORED_BESIDE = 200;

export function watchIngest(bus: Bus, count: PartitionCount, clock: Clock): IngestGauge {
  const state = { fill: 0, bytes: 0, messages: 0, answers: true, stopped: false };
  let inboxes: ReadonlyMap<PartitionName, Inbox> = new Map();
  /** Since the last look began. Between two looks a quick sender would fill a small inbox, and half of a request might find no room. */
  let sent = new Map<PartitionName, number>();
  let cancel = () => {};
  const reckon = (partition: PartitionName) => {
    const inbox = inboxes.get(partition);
    if (inbox === undefined) return;
    state.fill = Math.max(state.fill, (inbox.bytes + (sent.get(partition) ?? 0)) / inbox.maxBytes);
  };
  const look = async () => {
    sent = new Map();
    try {
      inboxes = await readInboxes(bus, count);
      Object.assign(state, fillOf(inboxes), { answers: true });
      for (const partition of sent.keys()) reckon(partition);
    } catch {
      // A server may be connected and yet store nothing: JetStream down, its disk full, a stream gone.
      state.answers = false;
    }
    if (!state.stopped) cancel = clock.after(LOOK_EVERY, () => void look());
  };
  void look();
  return {
    admitting: () => bus.connected() && state.answers && state.fill < ADMIT_BELOW,
    get answers() {
      return state.answers;
    },
    get fill() {
      return state.fill;
    },
    get bytes() {
      return state.bytes;
    },
    get messages() {
      return state.messages;
    },
    sent(partition, bytes) {
      sent.set(partition, (sent.get(partition) ?? 0) + bytes + STORED_BESIDE);
      reckon(partition);
    },
    stop() {
      state.stopped = true;
      cancel();
    },
  };
}

export interface IngestFill {
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Of the fullest inbox: 0 to 1. Any request may hold an alert for it. */
  readonly fill: number;
}

/** Of all inboxes. Rejects when one does not answer. */
export async function ingestFill(bus: Bus, count: PartitionCount): Promise<IngestFill> {
  return fillOf(await readInboxes(bus, count));
}

type Inbox = Pick<IngestFill, 'messages' | 'bytes' | 'maxBytes'>;

async function readInboxes(bus: Bus, count: PartitionCount): Promise<Map<PartitionName, Inbox>> {
  const read = async (name: PartitionName) => {
    const { state, config } = await bus.jsm.streams.info(ingestStream(name));
    return [name, { messages: state.messages, bytes: state.bytes, maxBytes: config.max_bytes }] as const;
  };
  return new Map(await Promise.all(partitionNames(count).map(read)));
}

function fillOf(inboxes: ReadonlyMap<PartitionName, Inbox>): IngestFill {
  const all = [...inboxes.values()];
  const sum = (field: keyof Inbox) => all.reduce((total, inbox) => total + inbox[field], 0);
  return {
    messages: sum('messages'),
    bytes: sum('bytes'),
    maxBytes: sum('maxBytes'),
    fill: Math.max(...all.map(({ bytes, maxBytes }) => bytes / maxBytes)),
  };
}
