/** Herald as an operator starts it, in a process of its own, with its own NATS, data and resources. */

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../gateway/free-port.ts';
import { adopt } from './child.ts';
import { figuresOf, type ProcessFigures } from './machine.ts';
import type { Scratch } from './scratch.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/herald', import.meta.url));
const READY_WITHIN = 30_000;
const LOOK_EVERY = 50;

export interface HeraldSpec {
  /** As on the command line: `start`, or `run ingress`. */
  readonly command: readonly string[];
  readonly natsUrl: string;
  readonly config: string;
  /** HERALD_DATA, of an earlier one that has ended. Default: a new folder. */
  readonly data?: string;
  /** Of its environment, besides what every benchmark sets. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Herald {
  readonly pid: number;
  /** Of HTTP; of a role without an API: of its health and metrics. */
  readonly port: number;
  /** HERALD_DATA */
  readonly data: string;
  figures(): ProcessFigures;
  /** Sum of a metric over the series whose labels hold all of `labels`. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

/** Where profiles are written (`node --cpu-prof`), one for each process and thread; unset: none are made. */
const PROFILES = process.env.HERALD_BENCH_PROFILES ?? '';

/** Resolves once it is ready. */
export async function startHerald(scratch: Scratch, spec: HeraldSpec): Promise<Herald> {
  const port = await freePort();
  const servesApi = spec.command[0] === 'start' || spec.command[1] === 'ingress';
  const data = spec.data ?? scratch.folder();
  const profiling = PROFILES === '' ? '' : ` --cpu-prof --cpu-prof-dir=${PROFILES}`;
  if (PROFILES !== '') mkdirSync(PROFILES, { recursive: true });
  const child = spawn(PROGRAM, spec.command, {
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''}${profiling}`,
      [servesApi ? 'HERALD_LISTEN' : 'HERALD_HEALTH_LISTEN']: `127.0.0.1:${port}`,
      HERALD_CONNECTIONS_PER_ADDRESS: 'off',
      HERALD_DATA: data,
      HERALD_CONFIG: spec.config,
      HERALD_INGEST_MAX_BYTES: String(8 * 1024 ** 3),
      HERALD_LOG: 'error',
      NATS_URL: spec.natsUrl,
      ...spec.variables,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  adopt(scratch, child);
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`herald ${spec.command.join(' ')} ended with ${code}`)));
  });
  // Looked at while it starts; when it ends later, its answers stay away and tell.
  ended.catch(() => undefined);
  const herald: Herald = {
    pid: child.pid ?? 0,
    port,
    data,
    figures: () => figuresOf(child.pid ?? 0),
    metric: async (name, labels = {}) => sumOf(await textOf(port, '/metrics'), name, labels),
  };
  await Promise.race([until('Herald to be ready', () => isReady(port), READY_WITHIN), ended]);
  return herald;
}

/** Looks until it is so. Throws after `within` milliseconds. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  within: number,
  every = LOOK_EVERY,
): Promise<void> {
  const end = performance.now() + within;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited ${within} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

async function textOf(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !'{ '.includes(line[name.length] ?? '')) continue;
    if (wanted.every((pair) => line.includes(pair))) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
