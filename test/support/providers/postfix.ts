/**
 * Debian's Postfix as an SMTP server: a process tree of its own with a configuration, a queue and mailboxes of its own, STARTTLS on a free
 * loopback port. Its master wants to be root. https://www.postfix.org/postconf.5.html, https://www.postfix.org/master.5.html
 */

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../gateway/free-port.ts';
import { atEnd } from '../leaks.ts';
import { until } from '../until.ts';

export interface Postfix {
  readonly port: number;
  /** Until there is one more in the mailbox of this address than were taken from it. The whole mail. */
  next(address: string): Promise<string>;
}

/** Whoever is no key of it is refused. `null`: taken, and then sent back to its sender. */
export type Mailboxes = Readonly<Record<string, 'kept' | null>>;

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

export async function startPostfix(program: string, mailboxes: Mailboxes): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'herald-postfix-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const refusing = await freePort();
  for (const name of ['queue', 'data', 'mail']) mkdirSync(join(folder, name));
  execFileSync('chown', ['postfix', join(folder, 'data')]);
  execFileSync('chown', ['nobody', join(folder, 'mail')]);
  writeFileSync(join(folder, 'main.cf'), mainConfiguration(folder, mailboxes, refusing));
  writeFileSync(join(folder, 'master.cf'), masterConfiguration(port, refusing));
  const log = join(folder, 'postfix.log');
  const child = spawn(program, ['-c', folder, 'start-fg'], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = () => execFileSync(program, ['-c', folder, 'stop'], { stdio: 'ignore' });
  atEnd(async () => {
    if (child.exitCode === null) stop();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  const seen = () => ({ ended: child.exitCode, log: read(log).slice(-1000) });
  await until('Postfix to start', () => child.exitCode !== null || read(log).includes('daemon started'), {
    timeoutMs: 30_000,
    seen,
  });
  if (child.exitCode !== null) throw new Error(`Postfix ended: ${JSON.stringify(seen())}`);
  const taken = new Set<string>();
  return {
    port,
    next(address) {
      const mailbox = join(folder, 'mail', address, 'new');
      const unseen = () => list(mailbox).find((name) => !taken.has(name));
      return until(`a mail for ${address}`, unseen, { timeoutMs: 30_000, seen }).then((name) => {
        taken.add(name);
        return readFileSync(join(mailbox, name), 'utf8');
      });
    },
  };
}

/** `refusing`: the port of a server behind it that takes nothing: so what goes there comes back. */
function mainConfiguration(folder: string, mailboxes: Mailboxes, refusing: number): string {
  const addresses = Object.keys(mailboxes);
  const domains = [...new Set(addresses.map((address) => address.slice(address.indexOf('@') + 1)))];
  const pairs = (list: readonly string[], value: (address: string) => string) =>
    list.map((address) => `{ ${address} = ${value(address)} }`).join(', ');
  const back = addresses.filter((address) => mailboxes[address] === null);
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
virtual_mailbox_domains = ${domains.join(', ')}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = inline:{ ${pairs(addresses, (address) => `${address}/`)} }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1000
${back.length === 0 ? '' : `transport_maps = inline:{ ${pairs(back, () => `smtp:[127.0.0.1]:${refusing}`)} }`}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = ${fixture('server.pem')}
smtpd_tls_key_file = ${fixture('server.key')}
smtpd_tls_session_cache_database =
smtp_tls_session_cache_database =
`;
}

function masterConfiguration(port: number, refusing: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
127.0.0.1:${refusing} inet n - n - - smtpd
  -o myhostname=mx2.example.org
  -o smtpd_tls_security_level=none
  -o smtpd_recipient_restrictions=reject
smtp unix - - n - - smtp
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
