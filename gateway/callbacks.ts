/** Call-backs of providers: which channel they are of, and their way to the partition that owns it. */

import { randomUUID } from 'node:crypto';
import { addressOf, channelKey } from '../alert/entity-address.ts';
import type { ReceiptEntry } from '../alert/entry.ts';
import type { CallbackPorts } from '../api/callbacks.ts';
import type { Bus } from '../bus/connection.ts';
import { encodeFrame } from '../bus/frame.ts';
import { framePublisher } from '../bus/ingest.ts';
import { type PartitionCount, partitionOf } from '../bus/partition.ts';
import { CHANNEL_TYPES } from '../channels/registry.ts';
import type { ResourceSet } from '../resources/compile.ts';

export function callbackPorts(
  resources: () => ResourceSet,
  bus: () => Bus | null,
  count: PartitionCount,
): CallbackPorts {
  return {
    readCallback(tenant, name, request) {
      const channel = resources().channels.get(channelKey(tenant, name));
      if (channel === undefined) return null;
      return CHANNEL_TYPES[channel.type]?.readCallback?.(request, channel.options) ?? null;
    },
    async reported(receipts: readonly ReceiptEntry[]) {
      const connected = bus();
      const [first] = receipts;
      if (connected === null) throw new Error('NATS has not been reached yet');
      if (first === undefined) return;
      // All are of one channel. Reported again they change nothing, so no id is needed to tell them apart.
      const to = partitionOf(addressOf(first), count);
      await framePublisher(connected).publish(
        to,
        encodeFrame({ stamp: null, entries: receipts }),
        `receipt.${randomUUID()}`,
      );
    },
  };
}
