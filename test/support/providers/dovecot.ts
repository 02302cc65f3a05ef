/**
 * Debian's Dovecot as an IMAP server: a process of its own with a configuration and a mailbox of its own, IMAP over TLS on a free loopback
 * port. https://doc.dovecot.org/2.3/configuration_manual/
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImapFlow } from 'imapflow';
import { freePort } from '../../../gateway/free-port.ts';
import { atEnd } from '../leaks.ts';
import { until } from '../until.ts';

export interface Dovecot {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Puts a mail into the inbox. Resolves with its UID. */
  deliver(source: string): Promise<number>;
  /** Flags by UID. */
  flags(): Promise<ReadonlyMap<number, ReadonlySet<string>>>;
  /** Ends every process of it, and starts it again on the same port and mailbox. */
  restart(): Promise<void>;
}

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const USER = 'herald';
const PASSWORD = 'correct-horse';

export interface DovecotOptions {
  /** Takes OAuth tokens besides (XOAUTH2), each asked for at this address (RFC 7662). */
  readonly introspection?: string;
}

export async function startDovecot(program: string, { introspection }: DovecotOptions = {}): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'herald-dovecot-'));
  // Workers run as another user where this is root.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const home = join(folder, 'home');
  mkdirSync(home);
  const root = userInfo().uid === 0;
  if (root) execFileSync('chown', ['nobody:nogroup', home]);
  const file = join(folder, 'dovecot.conf');
  const oauth = introspection === undefined ? '' : oauthConfiguration(folder, introspection);
  writeFileSync(file, `${configuration(folder, home, port, root)}${oauth}`);
  let child = await launch(program, file, port, folder);
  atEnd(async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  });
  const asClient = <T>(work: (client: ImapFlow) => Promise<T>) => withClient(port, work);
  return {
    port,
    user: USER,
    password: PASSWORD,
    deliver: (source) =>
      asClient(async (client) => {
        const appended = await client.append('INBOX', source.replace(/\r?\n/g, '\r\n'));
        return appended === false ? 0 : (appended.uid ?? 0);
      }),
    flags: () =>
      asClient(async (client) => {
        await client.mailboxOpen('INBOX', { readOnly: true });
        const all = await client.fetchAll('1:*', { uid: true, flags: true });
        return new Map(all.map(({ uid, flags }) => [uid, flags ?? new Set<string>()]));
      }),
    async restart() {
      await end(child);
      child = await launch(program, file, port, folder);
    },
  };
}

/** https://doc.dovecot.org/2.3/configuration_manual/authentication/oauth2/ */
function oauthConfiguration(folder: string, introspection: string): string {
  const file = join(folder, 'oauth2.conf.ext');
  writeFileSync(
    file,
    `introspection_mode = post
introspection_url = ${introspection}
username_attribute = username
active_attribute = active
active_value = true
`,
    { mode: 0o644 },
  );
  return `
auth_mechanisms = plain login xoauth2
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = ${file}
}
`;
}

function configuration(folder: string, home: string, port: number, root: boolean): string {
  const { username, gid, uid } = userInfo();
  const worker = root ? 'uid=nobody gid=nogroup' : `uid=${uid} gid=${gid}`;
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <${fixture('server.pem')}
ssl_key = <${fixture('server.key')}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
${root ? '' : `default_login_user = ${username}\ndefault_internal_user = ${username}\ndefault_internal_group = ${gid}`}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = ${worker} home=${home}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`;
}

async function launch(program: string, file: string, port: number, folder: string): Promise<ChildProcess> {
  const child = spawn(program, ['-F', '-c', file], { stdio: 'ignore' });
  const killWithUs = () => void child.kill('SIGTERM');
  process.once('exit', killWithUs);
  child.once('exit', () => process.removeListener('exit', killWithUs));
  await until('Dovecot to listen', () => child.exitCode !== null || accepts(port), { timeoutMs: 30_000 });
  if (child.exitCode !== null) throw new Error(`Dovecot ended: ${readFileSync(join(folder, 'dovecot.log'), 'utf8')}`);
  return child;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function withClient<T>(port: number, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: true,
    tls: { ca: readFileSync(fixture('ca.pem'), 'utf8') },
    auth: { user: USER, pass: PASSWORD },
    logger: false,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}
