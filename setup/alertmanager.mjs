/** The tests let a real Alertmanager send to Herald where one can be had. Its absence fails nothing, but is said. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canInstallDebianPackages, findProgram, installDebianPackage } from './host-programs.mjs';
import { SetupProblem, say } from './progress.mjs';

const PACKAGE = 'prometheus-alertmanager';

/** Tried once: a machine that cannot reach its packages shall not wait for that at every `npm test`. */
export function alertmanagerSettled(root) {
  return [PACKAGE, 'alertmanager'].some((name) => findProgram(name) !== null) || existsSync(triedFile(root));
}

export async function bringAlertmanager(root, lock) {
  try {
    if (!canInstallDebianPackages()) throw new SetupProblem('it is installed by itself only for root on Debian');
    await installDebianPackage(root, PACKAGE, lock);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    writeFileSync(triedFile(root), `${error.message}\n`);
    say(`     No ${PACKAGE}: ${error.message.split('\n')[0]}. The tests with a real Alertmanager are skipped.`);
    say(`     To try again: remove ${triedFile(root)}`);
  }
}

function triedFile(root) {
  return join(root, '.runtime/no-alertmanager');
}
