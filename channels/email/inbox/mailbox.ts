/** One IMAP session: the mails that nobody has dealt with yet, and a mark on those that were. The only file that knows imapflow. */

import type { ImapFlow } from 'imapflow';
import type { TokenSource } from '../../oauth.ts';
import { resolveGuarded, type Target } from '../connect.ts';
import { type TlsSettings, tlsConnection } from '../settings.ts';

export interface MailboxSettings {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  readonly auth: {
    readonly user: string;
    readonly password?: string;
    readonly accessToken?: string;
    /** Instead of either. */
    readonly tokens?: TokenSource;
  };
  readonly tls: TlsSettings;
  readonly mailbox: string;
}

export interface Session {
  /** Unhandled mails that came within `since` and now, the oldest first; at most `limit`. */
  pending(since: Date, limit: number): Promise<readonly number[]>;
  /** null: gone meanwhile. Longer ones are cut. */
  source(uid: number): Promise<Buffer | null>;
  /** Nobody is given it again: not by this process, nor by the next. */
  handled(uid: number): Promise<void>;
  /** Resolves when something new came, `wake` is called, or the session ended. */
  news(): Promise<void>;
  wake(): void;
  readonly ended: boolean;
  close(): void;
}

/** Beside \Seen, which people set by looking. */
const HANDLED = '$HeraldHandled';
const LONGEST_MAIL = 1024 * 1024;
const LONGEST_LINE = 64 * 1024;
/** Milliseconds. */
const CONNECT_WITHIN = 30_000;
const IDLE_AFTER = 200;
/** Below the 29 minutes after which servers may log an idle client out (RFC 2177). */
const IDLE_FOR = 5 * 60_000;

/** Rejects with the error of DNS, TCP, TLS, the login, NoToken, or AddressRefused. */
export async function openSession(
  settings: MailboxSettings,
  target: Omit<Target, 'host' | 'port'>,
  signal: AbortSignal,
): Promise<Session> {
  const { host, port, security, auth, tls, mailbox } = settings;
  // Only where there is an inbox: it is a tenth of what a start loads.
  const { ImapFlow } = await import('imapflow');
  const address = await resolveGuarded({ ...target, host, port });
  const accessToken = auth.tokens === undefined ? auth.accessToken : await tokenFrom(auth.tokens, signal);
  signal.throwIfAborted();
  const secured: ReturnType<typeof tlsConnection> & { servername?: string } = tlsConnection(tls, host);
  const client = new ImapFlow({
    host: address,
    port,
    secure: security === 'tls',
    ...(security === 'starttls' ? { doSTARTTLS: true } : {}),
    // Names the server whose certificate is wanted: the connection is made to an address.
    ...(secured.servername === undefined ? {} : { servername: secured.servername }),
    tls: secured,
    auth: accessToken === undefined ? { user: auth.user, pass: auth.password ?? '' } : { user: auth.user, accessToken },
    logger: false,
    autoIdleDelay: IDLE_AFTER,
    maxIdleTime: IDLE_FOR,
    connectionTimeout: CONNECT_WITHIN,
    greetingTimeout: CONNECT_WITHIN,
    maxLineLength: LONGEST_LINE,
    maxLiteralSize: 2 * LONGEST_MAIL,
    maxResponseSize: 4 * LONGEST_MAIL,
  });
  const close = () => client.close();
  signal.addEventListener('abort', close, { once: true });
  // Each failure ends a command that waits, too; without a listener it would end the process.
  client.on('error', () => {});
  client.once('close', () => signal.removeEventListener('abort', close));
  try {
    await client.connect();
    const opened = await client.mailboxOpen(mailbox);
    return sessionOf(client, opened.permanentFlags?.has('\\*') ?? false);
  } catch (error) {
    client.close();
    const { authenticationFailed } = error as { readonly authenticationFailed?: boolean };
    if (authenticationFailed === true && accessToken !== undefined) auth.tokens?.refused(accessToken);
    throw error;
  }
}

async function tokenFrom(tokens: TokenSource, signal: AbortSignal): Promise<string> {
  const given = await tokens.get(signal);
  if (given.ok) return given.token;
  throw new NoToken(given.outcome.detail);
}

class NoToken extends Error {
  readonly code = 'NO_TOKEN';
}

/** `keywords`: whether the server keeps flags of others' making; without it \Seen has to do. */
function sessionOf(client: ImapFlow, keywords: boolean): Session {
  let ended = false;
  let fresh = false;
  let waiting: (() => void) | null = null;
  const wake = () => {
    fresh = true;
    waiting?.();
  };
  client.on('exists', wake);
  client.once('close', () => {
    ended = true;
    wake();
  });
  return {
    async pending(since, limit) {
      const unhandled = keywords ? { unKeyword: HANDLED } : { seen: false };
      const found = await client.search({ ...unhandled, deleted: false, since }, { uid: true });
      return Array.isArray(found) ? found.sort((a, b) => a - b).slice(0, limit) : [];
    },
    async source(uid) {
      const query = { source: { start: 0, maxLength: LONGEST_MAIL } };
      const message = await client.fetchOne(String(uid), query, { uid: true });
      return message === false ? null : (message.source ?? null);
    },
    async handled(uid) {
      await client.messageFlagsAdd(String(uid), keywords ? [HANDLED, '\\Seen'] : ['\\Seen'], { uid: true });
    },
    async news() {
      if (!fresh && !ended) {
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      }
      fresh = false;
      waiting = null;
    },
    wake,
    get ended() {
      return ended;
    },
    close: () => client.close(),
  };
}
