/** Prometheus' own Alertmanager, where it is installed: the peer that accepting is compared with. */

import { spawn } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from '../../gateway/free-port.ts';
import { adopt } from './child.ts';
import { until } from './herald.ts';
import type { Scratch } from './scratch.ts';

const PROGRAMS = ['prometheus-alertmanager', 'alertmanager'];
const READY_WITHIN = 10_000;

export function findAlertmanager(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program)));
  return paths.find(isExecutable) ?? null;
}

/** With one route that waits: what is compared is taking alerts in. */
export async function startAlertmanager(scratch: Scratch, program: string): Promise<{ pid: number; port: number }> {
  const folder = scratch.folder();
  const port = await freePort();
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, 'route: { receiver: none, group_wait: 1h }\nreceivers: [{ name: none }]\n');
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  adopt(scratch, child);
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until('Alertmanager to be ready', isReady, READY_WITHIN);
  return { pid: child.pid ?? 0, port };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
