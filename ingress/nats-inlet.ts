/**
 * Alerts by NATS: what is published to herald.v1.in.<tenant>.<source> and acknowledged by JetStream counts as accepted. The
 * owner of the first partition reads the stream in order and puts its alerts into INGEST, in frames that are stamped with the
 * stream's sequence: going over a message twice, after a takeover for instance, changes nothing.
 */

import type { Entry, UnreadableEntry } from '../alert/entry.ts';
import type { Bus } from '../bus/connection.ts';
import type { FramePublisher } from '../bus/ingest.ts';
import type { PartitionCount } from '../bus/partition.ts';
import { readStream, type StreamMessage } from '../bus/stream-reader.ts';
import { INBOUND_STREAM, META_BUCKET, subjects } from '../bus/subjects.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { formatOf } from './formats/by-name.ts';
import { contextOf } from './formats/format.ts';
import { maskedText } from './formats/secret-fields.ts';
import { framesOf, type InletFrame, inPieces } from './inlet-frames.ts';
import type { RandomWord } from './random.ts';
import { newReceipt } from './receipt.ts';
import type { IngressSource } from './source.ts';

export interface NatsInletOptions {
  readonly bus: Bus;
  readonly publisher: FramePublisher;
  readonly count: PartitionCount;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: RandomWord;
  readonly signal: AbortSignal;
  findSource(name: string): IngressSource | null;
  /** What is in alerts of the tenant must not be stored as it came. */
  masksBeforeStoring(tenant: string): boolean;
}

const REMEMBER_EVERY = 500;
const PAUSE = 200;

/** Runs until `signal` aborts. */
export async function runNatsInlet(options: NatsInletOptions): Promise<void> {
  const { bus, signal } = options;
  const meta = await bus.kvm.open(META_BUCKET);
  // A stream that is made anew counts from 1 again: what is remembered of the one before must not speak for it.
  const made = Date.parse((await bus.jsm.streams.info(INBOUND_STREAM)).created);
  const cursorKey = `inlet.cursor.${made}`;
  let cursor = Number((await meta.get(cursorKey))?.string() ?? 0);
  let remembered = cursor;
  for await (const message of readStream(bus, INBOUND_STREAM, subjects.inbound, cursor + 1, signal)) {
    await putIn(options, message.seq, framesOfMessage(message, `in.${made}`, options));
    if (signal.aborted) return;
    cursor = message.seq;
    if (message.pending > 0 && cursor - remembered < REMEMBER_EVERY) continue;
    await meta.put(cursorKey, String(cursor));
    remembered = cursor;
    // Sequence 1 would mean "everything" to server 2.9.
    await bus.jsm.streams.purge(INBOUND_STREAM, { seq: cursor + 1 });
  }
}

/** Bad input becomes one entry for the dead letters; nothing is dropped. */
export function entriesOf(
  message: StreamMessage,
  options: Pick<NatsInletOptions, 'clock' | 'random' | 'findSource' | 'masksBeforeStoring'>,
): Entry[] {
  const { tenant, source: name } = addressIn(message.subject);
  const now = options.clock.now();
  const unreadable = (problem: string): Entry[] => [letterOf(message, problem, now, options)];
  const source = options.findSource(name);
  if (source === null) return unreadable(`no Source resource is named ${JSON.stringify(name)}`);
  if (source.tenant !== tenant)
    return unreadable(`source ${name} belongs to tenant ${source.tenant}, not to ${tenant}`);
  const decoded = decode(message.data, source, now);
  if (typeof decoded === 'string') return unreadable(decoded);
  const receipt = newReceipt(now, decoded.length, options.random);
  return decoded.map((alert, index): Entry => ({ kind: 'alert', alert, receipt, index, receivedAt: now }));
}

/** Of `herald.v1.in.<tenant>.<source>`; further words belong to the name, which then is of no Source: they must not be passed over. */
function addressIn(subject: string): { readonly tenant: string; readonly source: string } {
  const [, , , tenant = '', ...source] = subject.split('.');
  return { tenant, source: source.join('.') };
}

/** Only what can be read can be masked: of a tenant that masks before storing, or whose Source it names, no more is kept than that it came and why it was not taken. */
function letterOf(
  { subject, seq, data }: StreamMessage,
  told: string,
  receivedAt: number,
  { masksBeforeStoring, findSource }: Pick<NatsInletOptions, 'masksBeforeStoring' | 'findSource'>,
): UnreadableEntry {
  const { tenant, source } = addressIn(subject);
  // It may be the alerts of another tenant, sent to the wrong one.
  const tenants = [tenant || 'default', findSource(source)?.tenant ?? ''];
  const masking = tenants.find(masksBeforeStoring);
  const withheld = masking !== undefined;
  // Byte by byte: what is no UTF-8 stays as it came.
  const kept = withheld ? '' : maskedText(Buffer.from(data).toString('latin1'));
  const raw = Buffer.from(kept, 'latin1').toString('base64');
  const problem = withheld ? `${told}; its content is not kept, for ${masking} masks before storing` : told;
  return { kind: 'unreadable', id: `in-${seq}`, tenant: tenant || 'default', source, problem, raw, receivedAt };
}

/** Every frame fits a message; as over HTTP, an alert that fits none means that none of its message is taken. */
function framesOfMessage(message: StreamMessage, origin: string, options: NatsInletOptions): InletFrame[] {
  const { publisher, count, clock } = options;
  const entries = entriesOf(message, options);
  const frames = framesOf(entries, count, origin, message.seq, publisher);
  const largest = Math.max(0, ...frames.map(({ data }) => data.length));
  if (largest <= publisher.maxMessageBytes) return frames;
  const [first] = entries;
  const problem = `an alert takes ${largest} bytes, more than ${publisher.maxMessageBytes}`;
  const letter = first?.kind === 'unreadable' ? first : letterOf(message, problem, clock.now(), options);
  return framesOf(inPieces(letter, publisher), count, origin, message.seq, publisher);
}

/** The alerts, or what is wrong with them, in one line. */
function decode(data: Uint8Array, source: IngressSource, now: number) {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch (error) {
    // What the parser says holds some of the text.
    return source.mask ? 'not JSON in UTF-8' : `not JSON in UTF-8: ${(error as Error).message}`;
  }
  const { alerts, problems, acknowledges } = formatOf(source).decode(body, contextOf(source, now));
  // A command is answered once it is carried out, and a message has nobody to answer.
  if (acknowledges !== undefined) return '/event_action: "trigger" or "resolve"; "acknowledge" comes by HTTP';
  if (problems.count === 0) return alerts;
  return `${problems.count} problems: ${problems.list.map(({ path, allowed }) => `${path}: ${allowed}`).join('; ')}`;
}

async function putIn({ publisher, clock, log, signal }: NatsInletOptions, seq: number, frames: readonly InletFrame[]) {
  for (const { partition, first, data } of frames) {
    for (let said = false; !signal.aborted; said = true) {
      try {
        await publisher.publish(partition, data, `in.${seq}.${partition}.${first}`);
        break;
      } catch (error) {
        if (!said) log.warn({ event: 'inlet.stalled', partition, error }, 'alerts by NATS wait in their stream');
        // Full or out of reach: the message stays in its stream until its frames are stored.
        await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
      }
    }
  }
}
