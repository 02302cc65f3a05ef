/** What an operator declares of an email channel. */

import Type from 'typebox';
import { secretReference } from '../../resources/secret.ts';
import { oauthOptions } from '../oauth.ts';
import { tlsFiles } from '../tls-files.ts';
import { inboxOptions } from './inbox/options.ts';

/** A host name or an address; neither a URL nor a port. */
const host = (description: string) => Type.String({ pattern: '^[A-Za-z0-9._:-]{1,253}$', description });
const address = Type.String({ minLength: 3, maxLength: 500, description: 'ops@example.com or Ops <ops@example.com>' });
const text = Type.String({ minLength: 1 });

const strict = { additionalProperties: false } as const;

const auth = Type.Union([
  Type.Object({ type: Type.Enum(['plain', 'login']), user: text, password: secretReference }, strict),
  Type.Object(
    {
      type: Type.Literal('xoauth2'),
      user: text,
      accessToken: secretReference,
    },
    strict,
  ),
  Type.Object({ type: Type.Literal('xoauth2'), user: text, oauth: oauthOptions }, strict),
]);

export const emailOptions = Type.Object({
  host: host('the SMTP server'),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: '587; 465 with tls; 25 with none' })),
  security: Type.Optional(
    Type.Enum(['starttls', 'tls', 'opportunistic', 'none'], {
      default: 'starttls',
      description: 'opportunistic and none: never with auth',
    }),
  ),
  auth: Type.Optional(auth),
  tls: Type.Optional(tlsFiles),
  serverName: Type.Optional(host('the name in the certificate, where it is not that of the host')),
  allowPrivateAddresses: Type.Optional(Type.Boolean({ default: false })),
  from: address,
  to: Type.Optional(Type.Array(address, { minItems: 1, maxItems: 100 })),
  replyTo: Type.Optional(address),
  bounceTo: Type.Optional(Type.String({ minLength: 3, maxLength: 254, description: 'the envelope sender; from' })),
  unsubscribeUrl: Type.Optional(Type.String({ pattern: '^(https?://|mailto:)[\\x21-\\x7e]+$' })),
  dkim: Type.Optional(
    Type.Object(
      {
        domain: host('d='),
        selector: Type.String({ pattern: '^[A-Za-z0-9._-]{1,63}$', description: 's=' }),
        privateKey: secretReference,
      },
      strict,
    ),
  ),
  heloName: Type.Optional(host('what Herald calls itself in EHLO')),
  timeout: Type.Optional(Type.String({ default: '30s', description: 'for the whole exchange of one mail' })),
  maxConnections: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 5 })),
  /** 100 KB: Gmail cuts a longer HTML part off. */
  maxHtml: Type.Optional(Type.Integer({ minimum: 10_000, maximum: 1_000_000, default: 100_000, description: 'bytes' })),
  imap: Type.Optional(inboxOptions),
});

type Declared = Type.Static<typeof emailOptions>;

/** As declared, with the references to secrets resolved. */
export type EmailOptions = Resolved<Declared>;

type Resolved<T> =
  T extends Type.Static<typeof secretReference>
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Resolved<Item>[]
      : T extends object
        ? { readonly [Field in keyof T]: Resolved<T[Field]> }
        : T;
