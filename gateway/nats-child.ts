/**
 * The embedded default: a nats-server of our own, on a private port, with its data below HERALD_DATA. Its port stays the same when it is
 * started again, so that clients find it. It asks for a password that only this process and its configuration file have: whoever else
 * is on this machine could otherwise do everything that Herald's own API refuses.
 */

import { randomBytes } from 'node:crypto';
import { accessSync, constants, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Log } from '../telemetry/log.ts';
import { freePort } from './free-port.ts';
import { makeFolder } from './make-folder.ts';
import { endLeftOver, keepNatsRunning, type NatsProcess } from './nats-process.ts';
import { StartFailed } from './start-failed.ts';

export interface NatsChild extends NatsProcess {
  readonly url: string;
  /** Where it stores. */
  readonly folder: string;
}

export interface NatsChildOptions {
  readonly folder: string;
  /** Bytes that JetStream may store. */
  readonly maxFileStore: number;
  readonly log: Log;
}

const USER = 'herald';

/** Throws StartFailed where there is no nats-server. Returns before the server answers: connecting is patient. */
export async function startNatsChild({ folder, maxFileStore, log }: NatsChildOptions): Promise<NatsChild> {
  makeFolder(folder);
  const program = findNatsServer();
  const config = join(folder, 'nats-server.conf');
  await endLeftOver(folder, config, log);
  const port = await freePort();
  const password = randomBytes(24).toString('base64url');
  // Anew: the mode of a file that is there would stay what it was.
  rmSync(config, { force: true });
  writeFileSync(config, configuration(port, password, folder, maxFileStore), { mode: 0o600 });
  const kept = keepNatsRunning({ program, config, folder, log });
  return Object.assign(kept, { url: `nats://${USER}:${password}@127.0.0.1:${port}`, folder });
}

function configuration(port: number, password: string, folder: string, maxFileStore: number): string {
  return [
    'host: "127.0.0.1"',
    `port: ${port}`,
    'server_name: "herald"',
    `authorization { user: "${USER}", password: "${password}" }`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(folder, 'store'))}`,
    '  max_memory_store: 67108864',
    `  max_file_store: ${maxFileStore}`,
    '}',
    '',
  ].join('\n');
}

function findNatsServer(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
  const found = folders.map((folder) => join(folder, 'nats-server')).find(isExecutable);
  if (found !== undefined) return found;
  throw new StartFailed(
    'nats-server was not found on PATH or in /usr/sbin. Install it (Debian and Ubuntu: apt-get install nats-server) or set NATS_URL.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
