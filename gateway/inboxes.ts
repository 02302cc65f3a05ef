/**
 * Answers to what channels sent: the watchers of those channels that this worker owns now. A channel has one owner, so one process at a
 * time reads its inbox; a channel that changed gets a new watcher.
 */

import { randomUUID } from 'node:crypto';
import { addressOf, channelKey } from '../alert/entity-address.ts';
import { askArchive, QueryFailed } from '../archive/ask.ts';
import { askPartition } from '../bus/ask-partition.ts';
import type { Bus } from '../bus/connection.ts';
import { encodeFrame } from '../bus/frame.ts';
import { framePublisher } from '../bus/ingest.ts';
import { type PartitionCount, partitionOf } from '../bus/partition.ts';
import type { GroupAnswer, ReplyActions, Sender } from '../channels/sender.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuditTrail } from './audit-trail.ts';
import { audited } from './audited.ts';
import type { Watchable } from './senders.ts';

export interface InboxesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Senders of the channels that are declared now and take answers. */
  watchable(): readonly Watchable[];
  owns(channel: Watchable): boolean;
  actions(channel: Watchable): ReplyActions;
}

const LOOK_EVERY = 500;

interface Running {
  readonly sender: Sender;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export function keepInboxes(options: InboxesOptions): { stop(): Promise<void> } {
  const { clock, log } = options;
  const running = new Map<string, Running>();
  let cancel = () => {};
  const look = () => {
    const wanted = options.watchable().filter((channel) => options.owns(channel));
    const bySender = new Set(wanted.map(({ sender }) => sender));
    for (const [key, watcher] of running) {
      if (bySender.has(watcher.sender)) continue;
      watcher.stop.abort();
      running.delete(key);
    }
    for (const channel of wanted) {
      const key = channelKey(channel.tenant, channel.name);
      if (running.has(key)) continue;
      running.set(key, launch(channel, options.actions(channel), log));
    }
    cancel = clock.after(LOOK_EVERY, look);
  };
  look();
  return {
    async stop() {
      cancel();
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}

function launch({ sender, name, tenant }: Watchable, actions: ReplyActions, log: Log): Running {
  const stop = new AbortController();
  const ended = (sender.watch?.(actions, stop.signal) ?? Promise.resolve()).catch((error: unknown) => {
    log.error({ event: 'inbox.watcher-failed', tenant, channel: name, error }, 'the watcher of an inbox failed');
  });
  return { sender, stop, ended };
}

/** Whether the worker that holds these partitions owns the channel. */
export function ownsChannel(held: readonly { readonly partition: string }[], count: PartitionCount) {
  return ({ tenant, name }: Watchable): boolean => {
    const partition = partitionOf({ partition: 'channel', kind: 'channel', key: channelKey(tenant, name) }, count);
    return held.some((one) => one.partition === partition);
  };
}

/** More alerts than a person means by one reply; the others stay as they are. */
const MOST_AT_ONCE = 500;

/** What a reply may do, each alert by the command of the API: acknowledge what the archive knows to fire in the group, comment on what it told of. */
export function replyActions(
  bus: Bus,
  count: PartitionCount,
  { tenant, name }: Watchable,
  audit: Pick<AuditTrail, 'command' | 'refused'>,
): ReplyActions {
  const ask = askArchive(bus.nc);
  const publisher = framePublisher(bus);
  /** How many of them took it. */
  const carryOut = async (
    fingerprints: readonly string[],
    { id, by, comment, action }: GroupAnswer & { readonly action: 'acknowledge' | 'comment' },
  ): Promise<number> => {
    const answers = await Promise.all(
      fingerprints.map((fingerprint) => {
        const known = action === 'comment' ? ({ known: true } as const) : {};
        const about = { kind: 'command', id: `${id}.${fingerprint}`, tenant, fingerprint, action, ...known } as const;
        const asked = { ...about, by, comment };
        return audit.command(audited(asked), () => askPartition(bus, publisher, count, asked, about.id));
      }),
    );
    return answers.filter(({ ok }) => ok).length;
  };
  return {
    tenant,
    channel: name,
    async acknowledge(answer) {
      const firing = await inGroup(ask, { tenant, group: answer.groupId, status: 'firing' });
      const done = await carryOut(firing, { ...answer, action: 'acknowledge' });
      return `${done} of ${firing.length} firing alerts acknowledged`;
    },
    async comment(answer) {
      const about = await toldBy(ask, tenant, answer.notificationId);
      const alerts = about ?? (await inGroup(ask, { tenant, group: answer.groupId }));
      const done = await carryOut(alerts, { ...answer, action: 'comment' });
      return `${done} of ${alerts.length} alerts commented on`;
    },
    // By whom they say they are, not by an address: mail comes from a server.
    refused: (code, by, detail) => audit.refused({ code, subject: `${tenant}/${name}`, address: '', by, detail }),
    async failed(notificationId, detail) {
      const entry = { kind: 'receipt', tenant, channel: name, notificationId, step: 'failed', detail } as const;
      const frame = encodeFrame({ stamp: null, entries: [entry] });
      await publisher.publish(partitionOf(addressOf(entry), count), frame, `receipt.${randomUUID()}`);
    },
  };
}

type Ask = ReturnType<typeof askArchive>;

async function inGroup(
  ask: Ask,
  which: { readonly tenant: string; readonly group: string; readonly status?: 'firing' },
): Promise<readonly string[]> {
  const answer = await ask('alerts', { ...which, limit: MOST_AT_ONCE });
  const { alerts } = answer as { readonly alerts: readonly { readonly fingerprint: string }[] };
  return alerts.map(({ fingerprint }) => fingerprint);
}

/** The first alerts that the notification told of; null: it is not known (any more). */
async function toldBy(ask: Ask, tenant: string, id: string): Promise<readonly string[] | null> {
  try {
    const { fingerprints } = (await ask('delivery', { id, tenants: [tenant] })) as {
      readonly fingerprints: readonly string[];
    };
    return fingerprints;
  } catch (error) {
    if (error instanceof QueryFailed && error.code === 'query.not-found') return null;
    throw error;
  }
}
