/**
 * SMTP out, by nodemailer's pool: the only file that sends with it (whole-message.ts writes out what it composes). One pool per channel; its connections are made by
 * connect.ts, so that every one of them passes the address guard.
 *
 * What is lost with a connection depends on how far it was: a mail whose last line has left may have been taken by the server,
 * a mail that broke off before has not (RFC 5321 section 4.1.1.4: without the final dot the server must drop it).
 */

import type { Socket } from 'node:net';
import { createTransport, type SendMailOptions, type SMTPPoolOptions, type SMTPPoolSentMessageInfo } from 'nodemailer';
import type { Log } from '../../telemetry/log.ts';
import type { TokenSource } from '../oauth.ts';
import { orAborted } from '../or-aborted.ts';
import { connectGuarded, type Target } from './connect.ts';
import { provisionFrom } from './login-tokens.ts';
import { type Auth, type EmailSettings, tlsConnection } from './settings.ts';
import { makeWhole } from './whole-message.ts';

/** What the server said to one recipient, or the failure of the whole mail. */
export interface RefusedRecipient {
  readonly address: string;
  readonly code: number;
  readonly answer: string;
}

export type SmtpResult =
  /** At least one recipient was taken. */
  | { readonly kind: 'accepted'; readonly answer: string; readonly refused: readonly RefusedRecipient[] }
  | {
      readonly kind: 'failed';
      readonly error: SmtpError;
      /** The last line of the mail had left: the server may have it all the same. */
      readonly whole: boolean;
      readonly refused: readonly RefusedRecipient[];
    };

/** The fields of nodemailer's errors that decide. */
export interface SmtpError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly cause?: unknown;
}

export interface Mail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly content: SendMailOptions;
}

export interface Smtp {
  /** Never rejects. */
  deliver(mail: Mail, signal: AbortSignal): Promise<SmtpResult>;
  /** Greets the server, logs in, and leaves. */
  greet(signal: AbortSignal): Promise<SmtpResult>;
  close(): void;
}

/** Against replies that never end; real ones are a few hundred bytes. */
const LONGEST_REPLY = 64 * 1024;
/** Below what servers allow one connection to send; then it is made anew. */
const MAILS_PER_CONNECTION = 100;
const IDLE = 60_000;

/** `tokens`: where the login is by OAuth. */
export function createSmtp(
  settings: EmailSettings,
  log: Log,
  target: Partial<Target> = {},
  tokens: TokenSource | null = null,
): Smtp {
  const closing = new AbortController();
  const options = poolOptions(settings, log, tokens);
  const connect = connector({ ...targetOf(settings), ...target }, settings.timeout, closing.signal);
  const pool = createTransport({ ...options, getSocket: connect });
  const leaving = new WeakMap<AbortSignal, { whole: boolean }>();
  pool.use('stream', (mail, done) => {
    const progress = leaving.get(mail.data.signal as AbortSignal);
    makeWhole(mail.message);
    // Behind the signature of DKIM: what ends here is what goes to the connection.
    mail.message.processFunc((input) => {
      input.once('end', () => {
        if (progress !== undefined) progress.whole = true;
      });
      return input;
    });
    done();
  });
  return {
    async deliver({ envelope, content }, signal) {
      const progress = { whole: false };
      leaving.set(signal, progress);
      try {
        const to = [...envelope.to];
        return accepted(await pool.sendMail({ ...content, envelope: { from: envelope.from, to }, signal }));
      } catch (error) {
        return failed(error as RejectedMail, progress.whole);
      }
    },
    async greet(signal) {
      // A pool of its own: in the channel's, the greeting would wait behind mails.
      const single = createTransport({ ...options, maxConnections: 1, getSocket: connect });
      try {
        await orAborted(single.verify(), signal);
        return { kind: 'accepted', answer: 'greeted', refused: [] };
      } catch (error) {
        return failed(error as RejectedMail, false);
      } finally {
        single.close({ force: true });
      }
    },
    close() {
      closing.abort(new Error('the channel was closed'));
      pool.close({ force: true });
    },
  };
}

function targetOf({ host, port, allowPrivateAddresses }: EmailSettings): Target {
  return { host, port, allowPrivateAddresses };
}

function connector(target: Target, timeout: number, closing: AbortSignal) {
  return (_options: unknown, done: (error: Error | null, socket?: { connection: Socket }) => void) => {
    // A bound for connections whose mail has given up already.
    const signal = AbortSignal.any([closing, AbortSignal.timeout(timeout)]);
    connectGuarded(target, signal).then(
      (connection) => done(null, { connection }),
      (error: Error) => done(error),
    );
  };
}

function poolOptions(settings: EmailSettings, log: Log, tokens: TokenSource | null) {
  const { host, port, security, auth, dkim, heloName, timeout, maxConnections, tls } = settings;
  return {
    pool: true,
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: tlsConnection(tls, host),
    disableFileAccess: true,
    disableUrlAccess: true,
    maxConnections,
    maxMessages: MAILS_PER_CONNECTION,
    // Whether a mail is tried again is for the channel to decide, which journals it.
    maxRequeues: 0,
    idleTimeout: IDLE,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    maxResponseSize: LONGEST_REPLY,
    logger: loggerOf(log),
    ...(heloName === null ? {} : { name: heloName }),
    ...(auth === null ? {} : { auth: authOf(auth, tokens), forceAuth: true, ...methodOf(auth) }),
    ...(dkim === null
      ? {}
      : { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }),
  } satisfies SMTPPoolOptions;
}

function authOf(auth: Auth, tokens: TokenSource | null) {
  if (auth.type !== 'xoauth2') return { user: auth.user, pass: auth.password };
  const login = { type: 'OAuth2' as const, user: auth.user };
  if (tokens !== null) return { ...login, provisionCallback: provisionFrom(tokens) };
  return { ...login, ...('accessToken' in auth ? { accessToken: auth.accessToken } : {}) };
}

function methodOf(auth: Auth) {
  return auth.type === 'xoauth2' ? {} : { authMethod: auth.type.toUpperCase() };
}

/** What goes wrong comes back as a result, which the channel journals; here it is only for who looks closer. */
function loggerOf(log: Log) {
  const line = (fields: unknown, message?: unknown, ...values: unknown[]) => {
    const about = typeof fields === 'object' && fields !== null ? fields : {};
    log.debug({ event: 'email.smtp', ...about, values }, String(message ?? fields));
  };
  return { level() {}, trace() {}, debug() {}, info: line, warn: line, error: line, fatal: line };
}

interface RejectedMail extends SmtpError {
  readonly rejectedErrors?: readonly (SmtpError & { readonly recipient?: string })[];
}

function accepted(info: SMTPPoolSentMessageInfo): SmtpResult {
  const refused = refusedOf(info.rejectedErrors as RejectedMail['rejectedErrors']);
  return { kind: 'accepted', answer: String(info.response ?? ''), refused };
}

function failed(error: RejectedMail, whole: boolean): SmtpResult {
  return { kind: 'failed', error, whole, refused: refusedOf(error.rejectedErrors) };
}

function refusedOf(errors: RejectedMail['rejectedErrors'] = []): RefusedRecipient[] {
  return errors.map(({ recipient = '', responseCode = 0, response = '', message }) => ({
    address: recipient,
    code: responseCode,
    answer: response || message,
  }));
}
