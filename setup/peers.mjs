/**
 * The tests let a real Alertmanager and a real Prometheus send to Herald, send mails through a real Postfix, and read replies from a real
 * IMAP server (Dovecot), where they can be had. Their absence fails nothing, but is said.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canInstallDebianPackages, findProgram, installDebianPackages } from './host-programs.mjs';
import { SetupProblem, say } from './progress.mjs';

/** Debian's packages, and how their programs are called there and in their own releases. */
const PEERS = [
  { name: 'Alertmanager', tried: 'no-alertmanager', package: 'prometheus-alertmanager', programs: ['alertmanager'] },
  { name: 'Prometheus', tried: 'no-prometheus', package: 'prometheus', programs: [] },
  { name: 'Dovecot', tried: 'no-dovecot', package: 'dovecot-imapd', programs: ['dovecot'], service: 'dovecot' },
  // It would take the place of a mail server that the machine has.
  {
    name: 'Postfix',
    tried: 'no-postfix',
    package: 'postfix',
    programs: ['postfix'],
    service: 'postfix',
    unless: 'sendmail',
  },
];

export function peersSettled(root) {
  return PEERS.every((peer) => isSettled(root, peer));
}

/** Those that an installation would bring, as far as can be said before. */
export function installablePeers(root) {
  return PEERS.filter((peer) => !isSettled(root, peer) && !isTaken(peer));
}

export async function bringPeers(root, lock) {
  for (const peer of PEERS) if (!isSettled(root, peer)) await bring(root, lock, peer);
}

/** Tried once: a machine that cannot reach its packages shall not wait for that at every `npm test`. */
function isSettled(root, peer) {
  return (
    [peer.package, ...peer.programs].some((name) => findProgram(name) !== null) || existsSync(triedFile(root, peer))
  );
}

async function bring(root, lock, peer) {
  try {
    if (!canInstallDebianPackages()) throw new SetupProblem('it is installed by itself only for root on Debian');
    if (isTaken(peer)) throw new SetupProblem(`there is a ${peer.unless} here, which it would replace`);
    await installDebianPackages(root, [peer], lock);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    const file = triedFile(root, peer);
    writeFileSync(file, `${error.message}\n`);
    say(`     No ${peer.package}: ${error.message.split('\n')[0]}. The tests with a real ${peer.name} are skipped.`);
    say(`     To try again: remove ${file}`);
  }
}

/** The machine has another in its place. */
function isTaken({ unless }) {
  return unless !== undefined && findProgram(unless) !== null;
}

function triedFile(root, { tried }) {
  return join(root, '.runtime', tried);
}
