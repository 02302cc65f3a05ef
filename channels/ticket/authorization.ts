/** How a ticket system is told who asks: a user with a password or token, a token, or OAuth 2.0. */

import Type from 'typebox';
import { secretReference } from '../../resources/secret.ts';
import type { Authorization } from '../api-call.ts';
import { createTokenSource, type OAuthOptions, type OAuthPorts, oauthOptions } from '../oauth.ts';
import { InvalidChannelOptions } from '../sender.ts';

const basic = Type.Object(
  { user: Type.String({ minLength: 1 }), secret: secretReference },
  { additionalProperties: false, description: 'a user with a password or API token' },
);

export const authOptions = Type.Object(
  { basic: Type.Optional(basic), token: Type.Optional(secretReference), oauth: Type.Optional(oauthOptions) },
  { additionalProperties: false, description: 'one of basic, token, oauth' },
);

/** As declared, with the references to secrets resolved. */
export interface AuthOptions {
  readonly basic?: { readonly user: string; readonly secret: string };
  readonly token?: string;
  readonly oauth?: OAuthOptions;
}

export function checkAuth(auth: AuthOptions): void {
  const given = Object.keys(auth).length;
  if (given !== 1) throw new InvalidChannelOptions('auth', `holds ${given} ways; allowed: one of basic, token, oauth`);
}

export function authorizationOf(auth: AuthOptions, ports: OAuthPorts): Authorization {
  const { basic: user, token, oauth } = auth;
  if (user !== undefined) return { kind: 'basic', user: user.user, secret: user.secret.trim() };
  if (token !== undefined) return { kind: 'bearer', secret: token.trim() };
  const trimmed = { ...oauth!, clientSecret: oauth!.clientSecret.trim() };
  return { kind: 'oauth', tokens: createTokenSource(trimmed, ports) };
}
