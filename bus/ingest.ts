/** The way into partitions: publishing frames to INGEST, and how full it is. */

import type { Clock } from '../telemetry/clock.ts';
import type { Bus } from './connection.ts';
import type { PartitionName } from './partition.ts';
import { publishAcknowledged } from './publish.ts';
import { INGEST_STREAM, subjects } from './subjects.ts';

/** The other half is kept for effects between partitions, each larger than the alert it comes from: accepting must not starve deciding. */
const ADMIT_BELOW = 0.5;
const LOOK_EVERY = 250;
const PATIENCE = 4000;
const ENVELOPE = 1024;

export interface FramePublisher {
  /** Rejects with IngestFull or IngestUnavailable. The same id twice is stored once. */
  publish(partition: PartitionName, data: Uint8Array, messageId: string): Promise<void>;
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
    async publish(partition, data, messageId) {
      await publishAcknowledged(bus, subjects.ingest(partition), data, { messageId, patience: PATIENCE });
    },
  };
}

/** Watches how full INGEST is, so that ingress can refuse early. */
export interface IngestGauge {
  /** False while the stream is nearly full or out of reach. */
  admitting(): boolean;
  readonly bytes: number;
  readonly messages: number;
  stop(): void;
}

export function watchIngest(bus: Bus, clock: Clock): IngestGauge {
  const state = { bytes: 0, messages: 0, limit: Number.POSITIVE_INFINITY, answers: true, stopped: false };
  let cancel = () => {};
  const look = async () => {
    try {
      const info = await bus.jsm.streams.info(INGEST_STREAM);
      state.bytes = info.state.bytes;
      state.messages = info.state.messages;
      state.limit = info.config.max_bytes;
      state.answers = true;
    } catch {
      // A server may be connected and yet store nothing: JetStream down, its disk full, the stream gone.
      state.answers = false;
    }
    if (!state.stopped) cancel = clock.after(LOOK_EVERY, () => void look());
  };
  void look();
  return {
    admitting: () => bus.connected() && state.answers && state.bytes < state.limit * ADMIT_BELOW,
    get bytes() {
      return state.bytes;
    },
    get messages() {
      return state.messages;
    },
    stop() {
      state.stopped = true;
      cancel();
    },
  };
}
