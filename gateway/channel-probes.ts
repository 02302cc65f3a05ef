/**
 * Asks the providers of channels how they are, now and then: each by the worker that owns the channel. What it says goes to the
 * channel as an entry, and is kept where it changes. One that does not answer holds up no other.
 */

import { randomUUID } from 'node:crypto';
import { addressOf } from '../alert/entity-address.ts';
import type { ProbeEntry } from '../alert/entry.ts';
import { encodeFrame } from '../bus/frame.ts';
import type { FramePublisher } from '../bus/ingest.ts';
import { type PartitionCount, type PartitionName, partitionOf } from '../bus/partition.ts';
import type { Probe } from '../channels/sender.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

export interface ProbeDeps {
  readonly count: PartitionCount;
  readonly publisher: Pick<FramePublisher, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Channels that are declared now. */
  channels(): readonly { readonly tenant: string; readonly name: string }[];
  /** Partitions that this worker owns now. */
  owned(): readonly PartitionName[];
  /** null: there is nothing to ask. */
  probe(tenant: string, name: string, signal: AbortSignal): Promise<Probe | null>;
}

const EVERY = 60_000;
const PATIENCE = 15_000;

export function startProbes(deps: ProbeDeps): { stop(): void } {
  const stop = new AbortController();
  /** What was told last, so that the same is not told again. */
  const told = new Map<string, string>();
  const underWay = new Set<string>();
  let cancel = () => {};
  const look = () => {
    const owned = new Set(deps.owned());
    for (const { tenant, name } of deps.channels()) {
      const entry = { kind: 'probe', tenant, channel: name, health: 'healthy', detail: '' } as const;
      const partition = partitionOf(addressOf(entry), deps.count);
      const key = `${tenant}/${name}`;
      if (!owned.has(partition)) told.delete(key);
      else if (!underWay.has(key)) {
        underWay.add(key);
        void ask(deps, entry, partition, told, stop.signal).finally(() => underWay.delete(key));
      }
    }
    cancel = deps.clock.after(EVERY, look);
  };
  look();
  return {
    stop() {
      stop.abort();
      cancel();
    },
  };
}

async function ask(
  deps: ProbeDeps,
  about: ProbeEntry,
  partition: PartitionName,
  told: Map<string, string>,
  stopped: AbortSignal,
): Promise<void> {
  const { tenant, channel } = about;
  const key = `${tenant}/${channel}`;
  const ending = new AbortController();
  const give = () => ending.abort();
  const cancel = deps.clock.after(PATIENCE, give);
  stopped.addEventListener('abort', give, { once: true });
  try {
    const probe = await deps.probe(tenant, channel, ending.signal);
    if (probe === null || stopped.aborted || told.get(key) === probe.kind) return;
    const entry: ProbeEntry = { ...about, health: probe.kind, detail: probe.detail };
    await deps.publisher.publish(partition, encodeFrame({ stamp: null, entries: [entry] }), `probe.${randomUUID()}`);
    told.set(key, probe.kind);
  } catch (error) {
    deps.log.warn({ event: 'channel.probe-failed', channel: key, error }, 'a channel could not be asked how it is');
  } finally {
    cancel();
    stopped.removeEventListener('abort', give);
  }
}
