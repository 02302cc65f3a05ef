/** A nats-server for one case: fresh, on a free port, with its store in a folder that goes with it. */

import { startNatsChild } from '../../gateway/nats-child.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Scratch } from './scratch.ts';

const GiB = 1024 ** 3;

export interface Nats {
  readonly url: string;
  readonly pid: number;
}

export async function startNats(scratch: Scratch): Promise<Nats> {
  const child = await startNatsChild({ folder: scratch.folder(), maxFileStore: 24 * GiB, log: silentLog });
  scratch.atEnd(() => child.stop());
  return { url: child.url, pid: child.pid ?? 0 };
}
