/**
 * A dead letter that could not be read is read again, with the sources as they are now: its source may have been declared
 * since, or its format put right.
 */

import type { CommandReply } from '../alert/alert-state.ts';
import { addressOf } from '../alert/entity-address.ts';
import type { UnreadableEntry } from '../alert/entry.ts';
import { reason } from '../alert/reason.ts';
import type { Bus } from '../bus/connection.ts';
import { encodeFrame } from '../bus/frame.ts';
import { framePublisher } from '../bus/ingest.ts';
import { type PartitionCount, partitionOf } from '../bus/partition.ts';
import { entriesOf } from '../ingress/nats-inlet.ts';
import { systemRandom } from '../ingress/random.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { LiveResources } from './live-resources.ts';
import { sourceFinder } from './webhook-ports.ts';

const random = systemRandom();

/** null: its alerts are stored. Otherwise why it still cannot be read. */
export async function replayUnreadable(
  letter: UnreadableEntry,
  bus: Bus,
  count: PartitionCount,
  resources: LiveResources,
): Promise<CommandReply | null> {
  const message = { seq: 0, subject: `herald.v1.in.${letter.tenant}.${letter.source}`, pending: 0 };
  const data = Buffer.from(letter.raw, 'base64');
  const findSource = sourceFinder(resources.current);
  const masksBeforeStoring = (tenant: string) => resources.current().intakeMasks.has(tenant);
  const options = { clock: systemClock, random, findSource, masksBeforeStoring };
  const entries = entriesOf({ ...message, data }, options);
  const [first] = entries;
  if (first?.kind === 'unreadable') {
    return { ok: false, status: 409, reasons: [reason('dead-letter.unreadable', first.problem)] };
  }
  const publisher = framePublisher(bus);
  for (const [partition, list] of Map.groupBy(entries, (entry) => partitionOf(addressOf(entry), count))) {
    await publisher.publish(partition, encodeFrame({ stamp: null, entries: list }), `replay.${letter.id}.${partition}`);
  }
  return null;
}
