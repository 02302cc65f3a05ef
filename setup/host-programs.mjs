/** Programs that npm does not have: nats-server, and for the tests a real Alertmanager and Prometheus. On Debian, root may install them. */

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { lastLines, run, SetupProblem, step } from './progress.mjs';

/** Where such programs stand though the PATH of an ordinary user does not name it. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

export function findProgram(name, path = process.env.PATH ?? '') {
  return (
    [...path.split(delimiter).filter(Boolean), ...MORE_FOLDERS]
      .map((folder) => join(folder, name))
      .find(isExecutable) ?? null
  );
}

export function canInstallDebianPackages() {
  return process.getuid?.() === 0 && findProgram('apt-get') !== null && existsSync('/etc/debian_version');
}

/**
 * All in one go, which takes half of the time that one after the other takes. Their services are neither started nor left running: Herald
 * starts its own on ports of its own.
 *
 * @param {{ package: string, service?: string }[]} packages
 */
export async function installDebianPackages(root, packages, lock) {
  const names = packages.map((one) => one.package);
  const title = names.join(', ');
  await step(`Debian's ${names.length === 1 ? 'package' : 'packages'} ${title}`, async () => {
    const apt = (...args) =>
      run('apt-get', args, {
        cwd: root,
        // RUNLEVEL=1: what the package's scripts ask before they start a service. They ask systemd for its own, see below.
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
        logFile: join(root, `.runtime/apt-${names.length === 1 ? title : 'packages'}.log`),
        onStart: (pid) => lock.running(pid),
      });
    const install = () => apt('install', '-y', '--no-install-recommends', ...names);
    let result = await install();
    if (!result.ok) {
      await apt('update');
      result = await install();
    }
    if (!result.ok)
      throw new SetupProblem(`apt-get install ${names.join(' ')} failed:\n${lastLines(result.output(), 8)}`);
    if (!existsSync('/run/systemd/system')) return;
    for (const { package: name, service = name } of packages) await stopService(root, service);
  });
}

async function stopService(root, service) {
  await run('systemctl', ['disable', '--now', service], {
    cwd: root,
    env: process.env,
    logFile: join(root, '.runtime/systemctl.log'),
  });
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
