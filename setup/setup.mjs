/**
 * Sets up what Herald needs to run: Node 22, nats-server, the dependencies; with --for-tests a real Alertmanager and Prometheus, too.
 * Runs under any Node from 18 on, without dependencies. What is there already is not touched, and then it takes no
 * process and no time; a broken-off run is made good by the next.
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { beside } from './beside.mjs';
import { bringDependencies, dependenciesReady } from './dependencies.mjs';
import { canInstallDebianPackages, installDebianPackages } from './host-programs.mjs';
import { takeLock } from './lock.mjs';
import { bringNatsServer, NATS_SERVER, natsServerReady } from './nats-server.mjs';
import { bringRuntime, currentRuntime } from './node-runtime.mjs';
import { bringPeers, installablePeers, peersSettled } from './peers.mjs';
import { endPrograms, SetupProblem, say, seconds } from './progress.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const forTests = process.argv.includes('--for-tests');
const natsNeeded = { required: forTests || !process.env.NATS_URL };

function isReady() {
  const runtime = currentRuntime(root);
  return (
    runtime !== null &&
    dependenciesReady(root, runtime) &&
    natsServerReady(natsNeeded) &&
    (!forTests || peersSettled(root))
  );
}

/** Beside each other: packages wait for the network and the disk, dependencies are compiled. */
function bringAll(lock) {
  return beside(
    () => bringPrograms(lock),
    async () => {
      const runtime = currentRuntime(root) ?? (await bringRuntime(root, lock));
      if (!dependenciesReady(root, runtime)) await bringDependencies(root, runtime, lock);
    },
  );
}

/** What one installation of all together does not bring is tried alone, which says what is wrong with it. */
async function bringPrograms(lock) {
  const missing = [...(natsServerReady(natsNeeded) ? [] : [NATS_SERVER]), ...(forTests ? installablePeers(root) : [])];
  if (missing.length > 1 && canInstallDebianPackages()) {
    try {
      await installDebianPackages(root, missing, lock);
    } catch (error) {
      if (!(error instanceof SetupProblem)) throw error;
      say('     One after the other then.');
    }
  }
  if (!natsServerReady(natsNeeded)) await bringNatsServer(root, lock);
  if (forTests && !peersSettled(root)) await bringPeers(root, lock);
}

async function main() {
  if (isReady()) return;
  const lock = await takeLock(join(root, '.runtime/setup.lock'), ({ holder }) =>
    say(`Another set-up is at work here (process ${holder?.pid}); waiting for it.`),
  );
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      endPrograms();
      lock.release();
      process.exit(code);
    });
  }
  try {
    if (isReady()) return;
    say('Setting up Herald (once):');
    await bringAll(lock);
    say(`Set up in ${seconds()}.`);
  } finally {
    lock.release();
  }
}

/** What the file system says where another user, who was root perhaps, made the files, or the disk takes no more. */
const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'];

function describe(error) {
  if (error instanceof SetupProblem) return `The set-up stopped. ${error.message}`;
  if (!REFUSALS.includes(error.code) || !error.path) return `The set-up failed: ${error.stack}`;
  const why = error.message.replace(/,.*/s, '');
  return `The set-up stopped. ${error.path}: ${why}. It must be able to write to .runtime and node_modules in ${root}.`;
}

main().catch((error) => {
  say(`\n${describe(error)}`);
  process.exitCode = 1;
});
