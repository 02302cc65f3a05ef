/** The settings that the sender works with, out of what was declared: everything is checked here, so sending only sends. */

import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { parseDuration } from '../../resources/duration.ts';
import type { OAuthOptions } from '../oauth.ts';
import type { ClientIdentity } from '../outbound.ts';
import { InvalidChannelOptions } from '../sender.ts';
import { identityOf, readCertificate, type TlsFiles } from '../tls-files.ts';
import { addressIn, type Mailbox, mailboxIn } from './address.ts';
import type { EmailOptions } from './options.ts';

export type Security = 'starttls' | 'tls' | 'opportunistic' | 'none';

export type Auth =
  | { readonly type: 'plain' | 'login'; readonly user: string; readonly password: string }
  | { readonly type: 'xoauth2'; readonly user: string; readonly accessToken: string }
  /** Tokens are fetched, and renewed. */
  | { readonly type: 'xoauth2'; readonly user: string; readonly oauth: OAuthOptions };

export interface TlsSettings {
  /** PEM, or null for the public authorities. */
  readonly ca: string | null;
  readonly identity: ClientIdentity | null;
  /** null: that of the host, unless it is an address. */
  readonly serverName: string | null;
}

export interface EmailSettings {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly auth: Auth | null;
  readonly tls: TlsSettings;
  readonly allowPrivateAddresses: boolean;
  readonly from: Mailbox;
  /** To whom a notification goes that names no recipient of its own. */
  readonly to: readonly Mailbox[];
  readonly replyTo: Mailbox | null;
  /** The envelope sender: where what cannot be delivered comes back to. */
  readonly bounceTo: string;
  readonly unsubscribeUrl: string | null;
  readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
  readonly heloName: string | null;
  /** Milliseconds, for the whole exchange of one mail. */
  readonly timeout: number;
  readonly maxConnections: number;
  /** Bytes. */
  readonly maxHtml: number;
}

const PORTS: Readonly<Record<Security, number>> = { starttls: 587, tls: 465, opportunistic: 25, none: 25 };
const DEFAULT_TIMEOUT = 30_000;
const LONGEST_TIMEOUT = 10 * 60_000;

export function emailSettings(options: EmailOptions): EmailSettings {
  const security = (options.security ?? 'starttls') as Security;
  const auth = options.auth === undefined ? null : withoutLineEnd(options.auth as Auth);
  if (auth !== null && (security === 'none' || security === 'opportunistic')) {
    throw new InvalidChannelOptions(
      'auth',
      `with security: ${security} the credentials could cross the network in the clear; use starttls or tls`,
    );
  }
  if (auth !== null) checkAuth(auth, 'auth');
  const from = mailboxAt('from', options.from);
  return {
    host: options.host,
    port: options.port ?? PORTS[security],
    security,
    auth,
    tls: tlsSettings(options.tls ?? {}, options.serverName),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    from,
    to: (options.to ?? []).map((text, index) => mailboxAt(`to[${index}]`, text)),
    replyTo: options.replyTo === undefined ? null : mailboxAt('replyTo', options.replyTo),
    bounceTo: options.bounceTo === undefined ? from.address : addressAt('bounceTo', options.bounceTo),
    unsubscribeUrl: options.unsubscribeUrl ?? null,
    dkim: options.dkim === undefined ? null : dkimSettings(options.dkim),
    heloName: options.heloName ?? null,
    timeout: options.timeout === undefined ? DEFAULT_TIMEOUT : timeoutOf(options.timeout),
    maxConnections: options.maxConnections ?? 5,
    maxHtml: options.maxHtml ?? 100_000,
  };
}

/** What goes into TLS for this side: `servername` stays that of the host, whatever address was connected to. */
export function tlsConnection({ ca, identity, serverName }: TlsSettings, host: string) {
  const name = serverName ?? (isIP(host) === 0 ? host : null);
  return {
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: true,
    ...(name === null ? {} : { servername: name }),
    ...(ca === null ? {} : { ca }),
    ...(identity ?? {}),
  };
}

/** `below`: where in the spec `tls` stands: `imap.`. */
export function tlsSettings(files: TlsFiles, serverName: string | undefined, below = ''): TlsSettings {
  return {
    ca: files.caFile === undefined ? null : readCertificate(files.caFile, `${below}tls.caFile`),
    identity: identityOf(files),
    serverName: serverName ?? null,
  };
}

/** Files of secrets mostly end with a line end. */
export function withoutLineEnd<T extends object>(auth: T): T {
  const { oauth } = auth as { readonly oauth?: OAuthOptions };
  return oauth === undefined ? auth : { ...auth, oauth: { ...oauth, clientSecret: oauth.clientSecret.trim() } };
}

/** What SASL separates its parts by cannot stand in one. */
export function checkAuth(auth: object, path: string): void {
  for (const [field, value] of Object.entries(auth)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    if (/[\x00-\x1f\x7f]/.test(String(value)))
      throw new InvalidChannelOptions(`${path}.${field}`, 'holds control characters');
  }
}

function dkimSettings(dkim: NonNullable<EmailOptions['dkim']>): NonNullable<EmailSettings['dkim']> {
  return { ...dkim, privateKey: privateKey('dkim.privateKey', dkim.privateKey) };
}

function mailboxAt(path: string, text: string): Mailbox {
  const mailbox = mailboxIn(text);
  if (mailbox !== null) return mailbox;
  throw new InvalidChannelOptions(path, `${JSON.stringify(text)} is neither ops@example.com nor Ops <ops@example.com>`);
}

function addressAt(path: string, text: string): string {
  const address = addressIn(text);
  if (address !== null) return address;
  throw new InvalidChannelOptions(path, `${JSON.stringify(text)} is no mail address such as bounces@example.com`);
}

function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== null && timeout > 0 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw new InvalidChannelOptions('timeout', `"${text}" is no duration between 1ms and 10m, such as 30s`);
}

/** The error of OpenSSL is left out: it could quote what it read. */
function privateKey(path: string, pem: string): string {
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw new InvalidChannelOptions(path, 'is no PEM private key');
  }
}
