/** OAuth 2.0 tokens for the logins of one email channel (XOAUTH2): fetched and renewed as those of any other API. */

import { createTokenSource, type OAuthOptions, type TokenSource } from '../oauth.ts';
import { createOutbound, type Outbound } from '../outbound.ts';
import type { SenderContext } from '../sender.ts';

export interface LoginTokens {
  /** The same source for the same client, whether mails go out by it or are read. */
  of(oauth: OAuthOptions): TokenSource;
  close(): Promise<void>;
}

interface Settings {
  readonly allowPrivateAddresses: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

export function loginTokens({ allowPrivateAddresses, timeout }: Settings, context: SenderContext): LoginTokens {
  const { clock, log, memory } = context;
  const sources = new Map<string, TokenSource>();
  let http: Outbound | null = null;
  return {
    of(oauth) {
      const name = JSON.stringify(Object.entries(oauth).sort());
      // Who hands out tokens is another host than the mail server: public authorities vouch for it.
      http ??= createOutbound({ allowPrivateAddresses, ca: null, connectTimeout: timeout });
      const ports = { http, clock, timeout, log, ...(memory === undefined ? {} : { memory }) };
      const source = sources.get(name) ?? createTokenSource(oauth, ports);
      sources.set(name, source);
      return source;
    },
    close: async () => http?.close(),
  };
}

/** What nodemailer asks for a token by. It keeps none itself: an end in the past makes it ask each time. */
export function provisionFrom(tokens: TokenSource) {
  let last: string | null = null;
  const never = new AbortController().signal;
  return (_user: string, renew: boolean, done: (error: Error | null, token?: string, expires?: number) => void) => {
    if (renew && last !== null) tokens.refused(last);
    tokens.get(never).then(
      (given) => {
        if (!given.ok) return done(new Error(given.outcome.detail));
        last = given.token;
        done(null, given.token, 1);
      },
      (error: Error) => done(error),
    );
  };
}
