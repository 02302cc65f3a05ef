/** The archive open on its file, and word on the bus of how far it is. */

import { randomUUID } from 'node:crypto';
import { letTextsGo } from '../alert/shared-text.ts';
import { journalSource } from '../archive/journal-source.ts';
import { type RunningArchive, runArchive } from '../archive/run.ts';
import type { Bus } from '../bus/connection.ts';
import { type PartitionCount, partitionNames } from '../bus/partition.ts';
import { META_BUCKET } from '../bus/subjects.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { ArchiveRival } from './archive-rival.ts';
import type { ArchiveRole } from './archive-role.ts';

const REPORT_EVERY = 5000;

/** The archive, and word of how far it is: journals are purged behind that. */
export async function openReportedArchive(
  bus: Bus,
  count: PartitionCount,
  databaseFile: string,
  log: Log,
): Promise<ArchiveRole> {
  letTextsGo();
  const archive = await runArchive({
    bus,
    journal: journalSource(bus, systemClock),
    partitions: partitionNames(count),
    databaseFile,
    clock: systemClock,
    log,
  });
  const meta = await openMeta(bus, archive);
  const rival = new ArchiveRival(meta, randomUUID(), databaseFile, log);
  let cancel = () => {};
  const report = async () => {
    try {
      await rival.sign();
      await reportProgress(archive, meta);
    } catch (error) {
      log.warn({ event: 'archive.progress-not-told', error }, 'journals are not purged until this succeeds');
    }
    cancel = systemClock.after(REPORT_EVERY, () => void report());
  };
  await report();
  return {
    problem: () => archive.unusable() ?? rival.problem() ?? archive.heldUp(),
    async stop() {
      cancel();
      await archive.close();
    },
  };
}

async function openMeta(bus: Bus, archive: RunningArchive): Promise<Awaited<ReturnType<Bus['kvm']['open']>>> {
  try {
    return await bus.kvm.open(META_BUCKET);
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function reportProgress(archive: RunningArchive, meta: { put(key: string, value: string): Promise<number> }) {
  // Of journals that are not those that are there.
  if (archive.unusable() !== null) return;
  for (const { partition, projected, published } of await archive.lag()) {
    await meta.put(`projected.${partition}`, String(Math.min(projected, published)));
  }
}
