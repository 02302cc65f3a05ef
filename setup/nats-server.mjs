/** Herald keeps everything in NATS JetStream. Without NATS_URL it starts a nats-server of its own, so there must be one. */

import { canInstallDebianPackages, findProgram, installDebianPackages } from './host-programs.mjs';
import { SetupProblem } from './progress.mjs';

const HOW = `nats-server (2.9 or newer) is missing. Get it, then start again:
  Debian or Ubuntu   sudo apt-get install nats-server
  macOS              brew install nats-server
  others             a release of github.com/nats-io/nats-server, its binary in a folder of the PATH
Or set NATS_URL to a NATS with JetStream that is running already.`;

export const NATS_SERVER = { package: 'nats-server' };

/** `required`: without one there is nothing to run. */
export function natsServerReady({ required }) {
  return !required || findProgram('nats-server') !== null;
}

export async function bringNatsServer(root, lock) {
  if (!canInstallDebianPackages()) throw new SetupProblem(HOW);
  try {
    await installDebianPackages(root, [NATS_SERVER], lock);
  } catch (error) {
    throw new SetupProblem(`${error.message}\n${HOW}`, { cause: error });
  }
  if (findProgram('nats-server') === null) throw new SetupProblem(HOW);
}
