/** The mailbox to which people reply, and to which what could not be delivered comes back. */

import Type from 'typebox';
import { secretReference } from '../../../resources/secret.ts';
import { oauthOptions } from '../../oauth.ts';
import { tlsFiles } from '../../tls-files.ts';

const strict = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });

const auth = Type.Union([
  Type.Object({ user: text, password: secretReference }, strict),
  Type.Object({ user: text, accessToken: secretReference }, strict),
  Type.Object({ user: text, oauth: oauthOptions }, strict),
]);

export const inboxOptions = Type.Object(
  {
    host: Type.String({ pattern: '^[A-Za-z0-9._:-]{1,253}$' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: '993; 143 with starttls' })),
    security: Type.Optional(Type.Enum(['tls', 'starttls'], { default: 'tls' })),
    auth,
    tls: Type.Optional(tlsFiles),
    serverName: Type.Optional(text),
    mailbox: Type.Optional(Type.String({ minLength: 1, maxLength: 200, default: 'INBOX' })),
    authentication: Type.Optional(
      Type.Object(
        {
          server: Type.String({ pattern: '^[A-Za-z0-9._-]{1,253}$', description: 'its authserv-id (RFC 8601)' }),
          require: Type.Enum(['dmarc', 'dkim', 'spf'], { description: 'what must have passed for a reply to count' }),
        },
        strict,
      ),
    ),
    replyKey: secretReference,
  },
  strict,
);
