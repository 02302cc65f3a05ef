/** The tests read mails from a real IMAP server where one can be had. Its absence fails nothing, but is said. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canInstallDebianPackages, findProgram, installDebianPackage } from './host-programs.mjs';
import { SetupProblem, say } from './progress.mjs';

const PACKAGE = 'dovecot-imapd';
const SERVICE = 'dovecot';

/** Tried once: a machine that cannot reach its packages shall not wait for that at every `npm test`. */
export function dovecotSettled(root) {
  return findProgram('dovecot') !== null || existsSync(triedFile(root));
}

export async function bringDovecot(root, lock) {
  try {
    if (!canInstallDebianPackages()) throw new SetupProblem('it is installed by itself only for root on Debian');
    await installDebianPackage(root, PACKAGE, lock, SERVICE);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    writeFileSync(triedFile(root), `${error.message}\n`);
    say(`     No ${PACKAGE}: ${error.message.split('\n')[0]}. The tests with a real IMAP server are skipped.`);
    say(`     To try again: remove ${triedFile(root)}`);
  }
}

function triedFile(root) {
  return join(root, '.runtime/no-dovecot');
}
