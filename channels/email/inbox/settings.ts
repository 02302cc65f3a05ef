/** The settings that the watcher works with, out of what was declared. */

import type { OAuthOptions } from '../../oauth.ts';
import { InvalidChannelOptions } from '../../sender.ts';
import type { LoginTokens } from '../login-tokens.ts';
import type { EmailOptions } from '../options.ts';
import { checkAuth, tlsSettings, withoutLineEnd } from '../settings.ts';
import type { Authentication } from './authentication.ts';
import type { MailboxSettings } from './mailbox.ts';

export interface InboxSettings {
  readonly mailbox: MailboxSettings;
  readonly authentication: Authentication | null;
  readonly replyKey: string;
}

const SHORTEST_KEY = 16;

export function inboxSettings(options: NonNullable<EmailOptions['imap']>, logins: LoginTokens): InboxSettings {
  const security = (options.security ?? 'tls') as MailboxSettings['security'];
  checkAuth(options.auth, 'imap.auth');
  if (options.replyKey.length < SHORTEST_KEY) {
    throw new InvalidChannelOptions(
      'imap.replyKey',
      `has fewer than ${SHORTEST_KEY} characters: marks could be guessed`,
    );
  }
  return {
    mailbox: {
      host: options.host,
      port: options.port ?? (security === 'tls' ? 993 : 143),
      security,
      auth: loginOf(options.auth as DeclaredLogin, logins),
      tls: tlsSettings(options.tls ?? {}, options.serverName, 'imap.'),
      mailbox: options.mailbox ?? 'INBOX',
    },
    authentication: (options.authentication as Authentication | undefined) ?? null,
    replyKey: options.replyKey,
  };
}

interface DeclaredLogin {
  readonly user: string;
  readonly password?: string;
  readonly accessToken?: string;
  readonly oauth?: OAuthOptions;
}

function loginOf(declared: DeclaredLogin, logins: LoginTokens): MailboxSettings['auth'] {
  const { oauth, ...auth } = withoutLineEnd(declared);
  return oauth === undefined ? auth : { user: auth.user, tokens: logins.of(oauth) };
}
