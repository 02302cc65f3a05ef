/** Starting Herald: every role in one process, or one role. Both resolve when a signal has stopped what they started. */

import { join } from 'node:path';
import { requiredStorage } from '../bus/streams.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import type { HeraldOptions } from './core.ts';
import { lockData } from './data-lock.ts';
import type { Environment } from './environment.ts';
import { createHerald, type Herald } from './herald.ts';
import { type NatsChild, startNatsChild } from './nats-child.ts';
import { partitionCount } from './open-bus.ts';
import { type Step, untilStopped } from './shutdown.ts';
import { type Signals, takeSignals } from './signals.ts';

export type Role = 'ingress' | 'actors' | 'archive';

const ROLES: readonly Role[] = ['ingress', 'actors', 'archive'];

/** Calls back once every role runs; `port` is where HTTP is served, where it is, and `access` how far the API is open. */
export type Started = (port: number | null, access: string | null) => void;

/** Throws StartFailed. */
export async function startAll(environment: Environment, started: Started): Promise<void> {
  const signals = takeSignals(hasTerminal());
  keepPrivate();
  const log = createLog(environment.logLevel);
  const unlock = lockData(environment.data);
  let nats: NatsChild | null = null;
  try {
    if (environment.natsUrl === null) nats = await startEmbedded(environment, log);
    const natsUrl = nats?.url ?? environment.natsUrl ?? '';
    await runHerald({ environment, roles: ROLES, natsUrl, ownNats: nats, log }, signals, started, [
      { name: 'nats-server', run: () => nats?.stop() },
    ]);
  } catch (error) {
    await nats?.stop();
    throw error;
  } finally {
    unlock();
  }
}

/** Needs NATS_URL. Throws StartFailed. */
export async function runRole(role: Role, environment: Environment, started: Started): Promise<void> {
  const signals = takeSignals(hasTerminal());
  keepPrivate();
  const log = createLog(environment.logLevel);
  const natsUrl = environment.natsUrl ?? '';
  // The other roles keep nothing in files.
  const unlock = role === 'archive' ? lockData(environment.data) : () => {};
  try {
    await runHerald({ environment, roles: [role], natsUrl, ownNats: null, log }, signals, started, []);
  } finally {
    unlock();
  }
}

/** What is stored is no business of other users of this machine; a group of the operator's may be let in. */
function keepPrivate(): void {
  process.umask(process.umask() | 0o007);
}

function hasTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}

async function runHerald(
  options: HeraldOptions,
  signals: Signals,
  started: Started,
  after: readonly Step[],
): Promise<void> {
  const { log } = options;
  const herald: Herald = await createHerald(options);
  signals.onLookAgain(() => {
    log.info({ event: 'resources.asked', signal: 'SIGHUP' }, 'looking at the resources again');
    herald.lookAgain();
  });
  const running = herald.running.then((runs) => (runs ? started(herald.port, herald.access()) : undefined));
  await untilStopped(signals.stop, running, () => [...herald.stopSteps(), ...after], log);
}

function startEmbedded(environment: Environment, log: Log): Promise<NatsChild> {
  const sizes = { ingestMaxBytes: environment.ingestMaxBytes };
  const maxFileStore = requiredStorage(partitionCount(environment.partitions), sizes);
  return startNatsChild({ folder: join(environment.data, 'nats'), maxFileStore, log });
}
