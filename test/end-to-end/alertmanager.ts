/** A real Alertmanager in a process of its own, on a free loopback port, without cluster. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import { findInstalled } from './installed-program.ts';

/** null where none is installed; the test set-up tries to. */
export function findAlertmanager(): string | null {
  return findInstalled('prometheus-alertmanager', 'alertmanager');
}

/** `config`: its alertmanager.yml. Resolves with its URL once it is ready. */
export async function startAlertmanager(program: string, config: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-alertmanager-'));
  const file = join(folder, 'alertmanager.yml');
  await writeFile(file, config);
  const listen = ['--web.listen-address=127.0.0.1:0', '--cluster.listen-address='];
  const child = spawn(program, [`--config.file=${file}`, `--storage.path=${join(folder, 'data')}`, ...listen], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  atEnd(async () => {
    child.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
  const listening = () => /msg="Listening on" address=(\S+)/.exec(log)?.[1];
  const url = `http://${await until('Alertmanager to listen', listening, { timeoutMs: 30_000, seen: () => log })}`;
  await until('Alertmanager to be ready', async () => (await fetch(`${url}/-/ready`)).ok, { timeoutMs: 30_000 });
  return url;
}
