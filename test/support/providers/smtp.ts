/**
 * A real SMTP server (the smtp-server package) on a free loopback port: STARTTLS and TLS, logins, refusals, greylisting, slow answers and
 * cut connections, as the test says. Follows RFC 5321 (answers), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 6647 (greylisting).
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { type Email, default as PostalMime } from 'postal-mime';
import { SMTPServer, type SMTPServerAuthentication } from 'smtp-server';
import { atEnd } from '../leaks.ts';
import { until } from '../until.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly parsed: Email;
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** An answer other than 250. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export interface SmtpBehaviour {
  readonly security?: 'none' | 'starttls' | 'tls';
  readonly certificate?: 'server' | 'expired';
  /** PEM: asks the other side for a certificate of this authority. */
  readonly clientCa?: string;
  readonly login?: (auth: SMTPServerAuthentication) => Refusal | null;
  readonly sender?: (address: string) => Refusal | null;
  readonly recipient?: (address: string) => Refusal | null;
  /** After the final dot. */
  readonly content?: () => Refusal | 'cut' | 'hang' | null;
  /** Before anything is said. */
  readonly greeting?: () => Refusal | 'cut' | 'hang' | null;
  /** While the content is coming in. */
  readonly cutWithin?: boolean;
  readonly size?: number;
}

export interface SmtpProvider {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Those of them that are open. */
  readonly open: number;
  behave(behaviour: SmtpBehaviour): void;
  received(count: number): Promise<readonly ReceivedMail[]>;
  close(): Promise<void>;
}

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

export async function startSmtp(first: SmtpBehaviour = {}): Promise<SmtpProvider> {
  let behaviour = first;
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const seen = { connections: 0 };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = new SMTPServer({
    secure: first.security === 'tls',
    key: fixture(`${first.certificate ?? 'server'}.key`),
    cert: fixture(`${first.certificate ?? 'server'}.pem`),
    ...(first.clientCa === undefined ? {} : { ca: first.clientCa, requestCert: true, rejectUnauthorized: true }),
    ...(first.size === undefined ? {} : { size: first.size }),
    hideSTARTTLS: first.security !== 'starttls',
    authOptional: first.login === undefined,
    disabledCommands: [
      ...(first.login === undefined ? ['AUTH'] : []),
      ...(first.security === 'starttls' ? [] : ['STARTTLS']),
    ],
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    allowInsecureAuth: false,
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect(_session, done) {
      const answer = behaviour.greeting?.() ?? null;
      if (answer === 'cut') cut();
      else if (answer !== 'hang') done(refusal(answer));
    },
    onAuth(auth, _session, done) {
      const refused = behaviour.login?.(auth) ?? null;
      if (refused === null) done(null, { user: auth.username ?? '' });
      else done(refusal(refused));
    },
    onMailFrom: ({ address }, _session, done) => done(refusal(behaviour.sender?.(address) ?? null)),
    onRcptTo: ({ address }, _session, done) => done(refusal(behaviour.recipient?.(address) ?? null)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (behaviour.cutWithin === true) cut();
      });
      stream.on('end', () => {
        const answer = behaviour.content?.() ?? null;
        if (answer !== null && typeof answer === 'object') return done(refusal(answer));
        const source = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        const keep = async () => {
          mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            source: source.toString('utf8'),
            parsed: await PostalMime.parse(source),
            secure: session.secure,
            user: session.user,
          });
          if (answer === 'cut') cut();
          else if (answer === null) done();
        };
        void keep();
      });
    },
  });
  server.on('error', () => {});
  server.server.on('connection', (socket: Socket) => {
    seen.connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      cut();
    });
  atEnd(close);
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    get connections() {
      return seen.connections;
    },
    get open() {
      return sockets.size;
    },
    behave(next) {
      behaviour = next;
    },
    async received(count) {
      await until(`${count} mails`, () => mails.length >= count, { seen: () => mails.length });
      return mails.slice(0, count);
    },
    close,
  };
}

function refusal(answer: Refusal | null): Error | null {
  return answer === null ? null : Object.assign(new Error(answer.text), { responseCode: answer.code });
}
