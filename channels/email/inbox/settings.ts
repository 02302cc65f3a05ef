/** The settings that the watcher works with, out of what was declared. */

import { InvalidChannelOptions } from '../../sender.ts';
import type { EmailOptions } from '../options.ts';
import { checkAuth, tlsSettings } from '../settings.ts';
import type { Authentication } from './authentication.ts';
import type { MailboxSettings } from './mailbox.ts';

export interface InboxSettings {
  readonly mailbox: MailboxSettings;
  readonly authentication: Authentication | null;
  readonly replyKey: string;
}

const SHORTEST_KEY = 16;

export function inboxSettings(options: NonNullable<EmailOptions['imap']>): InboxSettings {
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
      auth: options.auth,
      tls: tlsSettings(options.tls ?? {}, options.serverName, 'imap.'),
      mailbox: options.mailbox ?? 'INBOX',
    },
    authentication: (options.authentication as Authentication | undefined) ?? null,
    replyKey: options.replyKey,
  };
}
