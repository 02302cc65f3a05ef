/**
 * Alerts by NATS: what is published to herald.v1.in.<tenant>.<source> and acknowledged by JetStream counts as accepted. The
 * owner of the first partition reads the stream in order and puts its alerts into INGEST, under message ids that follow from
 * the stream's sequence: going over a message twice, after a takeover for instance, stores nothing twice.
 */

import type { Entry } from '../alert/entry.ts';
import { addressOf } from '../alert/entry.ts';
import type { Bus } from '../bus/connection.ts';
import { encodeFrame } from '../bus/frame.ts';
import type { FramePublisher } from '../bus/ingest.ts';
import { type PartitionCount, type PartitionName, partitionOf } from '../bus/partition.ts';
import { readStream, type StreamMessage } from '../bus/stream-reader.ts';
import { INBOUND_STREAM, META_BUCKET, subjects } from '../bus/subjects.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { IngressSource } from './authenticate.ts';
import { FORMATS } from './formats/by-name.ts';
import type { RandomWord } from './random.ts';
import { newReceipt } from './receipt.ts';

export interface NatsInletOptions {
  readonly bus: Bus;
  readonly publisher: FramePublisher;
  readonly count: PartitionCount;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: RandomWord;
  readonly signal: AbortSignal;
  findSource(name: string): IngressSource | null;
}

const CURSOR = 'inlet.cursor';
const REMEMBER_EVERY = 500;
const PAUSE = 200;

/** Runs until `signal` aborts. */
export async function runNatsInlet(options: NatsInletOptions): Promise<void> {
  const { bus, signal } = options;
  const meta = await bus.kvm.open(META_BUCKET);
  let cursor = Number((await meta.get(CURSOR))?.string() ?? 0);
  let remembered = cursor;
  for await (const message of readStream(bus, INBOUND_STREAM, subjects.inbound, cursor + 1, signal)) {
    await putIn(options, message, entriesOf(message, options));
    if (signal.aborted) return;
    cursor = message.seq;
    if (message.pending > 0 && cursor - remembered < REMEMBER_EVERY) continue;
    await meta.put(CURSOR, String(cursor));
    remembered = cursor;
    // Sequence 1 would mean "everything" to server 2.9.
    await bus.jsm.streams.purge(INBOUND_STREAM, { seq: cursor + 1 });
  }
}

/** Bad input becomes one entry for the dead letters; nothing is dropped. */
export function entriesOf(message: StreamMessage, options: Pick<NatsInletOptions, 'clock' | 'random' | 'findSource'>): Entry[] {
  const [, , , tenant = '', name = ''] = message.subject.split('.');
  const now = options.clock.now();
  const unreadable = (problem: string): Entry[] => [
    {
      kind: 'unreadable',
      id: `in-${message.seq}`,
      tenant: tenant === '' ? 'default' : tenant,
      source: name,
      problem,
      raw: Buffer.from(message.data).toString('base64'),
      receivedAt: now,
    },
  ];
  const source = options.findSource(name);
  if (source === null) return unreadable(`no Source resource is named ${JSON.stringify(name)}`);
  if (source.tenant !== tenant) return unreadable(`source ${name} belongs to tenant ${source.tenant}, not to ${tenant}`);
  const decoded = decode(message.data, source, now);
  if (typeof decoded === 'string') return unreadable(decoded);
  const receipt = newReceipt(now, decoded.length, options.random);
  return decoded.map((alert, index): Entry => ({ kind: 'alert', alert, receipt, index, receivedAt: now }));
}

/** The alerts, or what is wrong with them, in one line. */
function decode(data: Uint8Array, source: IngressSource, now: number) {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch (error) {
    return `not JSON in UTF-8: ${(error as Error).message}`;
  }
  const { tenant, name } = source;
  const { alerts, problems } = FORMATS.get(source.format)!.decode(body, { tenant, source: name, now });
  if (problems.count === 0) return alerts;
  return `${problems.count} problems: ${problems.list.map(({ path, allowed }) => `${path}: ${allowed}`).join('; ')}`;
}

async function putIn({ publisher, count, clock, signal }: NatsInletOptions, { seq }: StreamMessage, entries: readonly Entry[]) {
  const frames = Map.groupBy(entries, (entry): PartitionName => partitionOf(addressOf(entry), count));
  for (const [partition, list] of frames) {
    for (const [part, data] of sized(list, publisher.maxFrameBytes).entries()) {
      const messageId = `in.${seq}.${partition}.${part}`;
      while (!signal.aborted) {
        try {
          await publisher.publish(partition, data, messageId);
          break;
        } catch {
          // Full or out of reach: the message stays in its stream until its frames are stored.
          await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
        }
      }
    }
  }
}

function sized(entries: readonly Entry[], maxBytes: number): Buffer[] {
  const data = encodeFrame({ stamp: null, entries });
  if (data.length <= maxBytes || entries.length === 1) return [data];
  const half = entries.length >> 1;
  return [...sized(entries.slice(0, half), maxBytes), ...sized(entries.slice(half), maxBytes)];
}
