/**
 * A person's command on its way to the partition that owns its subject: it goes in by the same door as alerts, and the owner
 * answers after the commit.
 */

import { createInbox } from '@nats-io/nats-core';
import { addressOf } from '../alert/entity-address.ts';
import type { CommandEntry, PromotionEntry, ReplayEntry, SilenceEntry, SubmitEntry } from '../alert/entry.ts';
import type { Reason } from '../alert/reason.ts';
import type { Bus } from './connection.ts';
import { encodeFrame } from './frame.ts';
import type { FramePublisher } from './ingest.ts';
import { type PartitionCount, type PartitionName, partitionOf } from './partition.ts';

export interface CommandAnswer {
  readonly ok: boolean;
  /** As in HTTP. */
  readonly status: number;
  readonly reasons: readonly Reason[];
  /** Which commit decided it. Left out by workers of an earlier version. */
  readonly committed?: CommitPlace;
}

/** A commit, by its place in the journal of its partition. */
export interface CommitPlace {
  readonly partition: PartitionName;
  /** Sequence of its last message. */
  readonly seq: number;
}

/** The command is stored but no owner has answered in time: it will be carried out, the caller does not know when. */
export class NoAnswer extends Error {
  readonly code = 'command.no-answer';
}

const PATIENCE = 5000;

type Asked = CommandEntry | SilenceEntry | PromotionEntry | ReplayEntry | SubmitEntry;
/** Of each its own: an Omit of the whole would leave only what they have in common. */
type WithoutReply<Kind> = Kind extends Asked ? Omit<Kind, 'replyTo'> : never;
type Command = WithoutReply<Asked>;

/** `id` makes a repeated call harmless. Throws NoAnswer, IngestFull, IngestUnavailable. */
export async function askPartition(
  bus: Bus,
  publisher: FramePublisher,
  count: PartitionCount,
  command: Command,
  id: string,
): Promise<CommandAnswer> {
  const replyTo = createInbox();
  const entry = { ...command, replyTo } as Asked;
  const subscription = bus.nc.subscribe(replyTo, { max: 1, timeout: PATIENCE });
  try {
    const answer = firstMessage(subscription);
    // Attached before the publish, so that a failing publish leaves no unhandled rejection behind.
    answer.catch(() => undefined);
    await publisher.publish(
      partitionOf(addressOf(entry), count),
      encodeFrame({ stamp: null, entries: [entry] }),
      `cmd.${id}`,
    );
    return await answer;
  } finally {
    subscription.unsubscribe();
  }
}

async function firstMessage(subscription: AsyncIterable<{ json<T>(): T }>): Promise<CommandAnswer> {
  try {
    for await (const message of subscription) return message.json<CommandAnswer>();
  } catch (cause) {
    throw new NoAnswer(`no owner answered within ${PATIENCE} ms; the command is stored and will be carried out`, {
      cause,
    });
  }
  throw new NoAnswer('the connection to NATS was closed before an owner answered');
}
