/** What is answered to who may not speak for a source. It never tells what was presented or expected. */

import type { SourceAuth } from '../resources/source-auth.ts';
import type { AuthVerdict } from './authenticate.ts';
import { problem } from './problem.ts';
import type { Reply } from './route.ts';

/** null: go on. */
export function refusal(verdict: AuthVerdict, auth: SourceAuth): Reply | null {
  const { code } = verdict;
  switch (code) {
    case 'auth.not-required':
    case 'auth.accepted':
    case 'auth.pending':
      return null;
    case 'auth.missing':
      return problem(401, 'Authentication required', { code, detail: expected(auth), headers: challenge(auth) });
    case 'auth.wrong':
      return problem(403, 'Wrong credentials', {
        code,
        detail: `The ${CREDENTIAL[auth.type]} is not one of this source.`,
      });
    case 'auth.expired':
      return problem(403, 'Out of time', {
        code,
        detail: auth.type === 'api-key' ? EXPIRED_KEY : outOfTime(CREDENTIAL[auth.type]),
      });
    case 'auth.revoked':
      return problem(403, 'Revoked', { code, detail: 'The API key was revoked.' });
    case 'auth.keys-unavailable':
      return problem(503, 'Not accepted now', {
        code,
        detail: 'The keys that tokens of this source are signed with cannot be had now.',
        headers: { 'retry-after': '5' },
      });
    default:
      return code satisfies never;
  }
}

const CREDENTIAL = {
  none: 'request',
  'api-key': 'API key',
  bearer: 'bearer token',
  basic: 'user name or password',
  hmac: 'signature',
  jwt: 'token',
  mtls: 'client certificate',
  'routing-key': 'routing key',
} as const;

function expected(auth: SourceAuth): string {
  switch (auth.type) {
    case 'none':
      return '';
    case 'api-key':
      return 'This source expects an API key as Authorization: Bearer <key>, or as the password of any user.';
    case 'bearer':
      return 'This source expects the header Authorization: Bearer <token>.';
    case 'basic':
      return 'This source expects the header Authorization: Basic <credentials>.';
    case 'hmac': {
      const headers = [auth.header, auth.timestampHeader, auth.idHeader].filter((name) => name !== null);
      return `This source expects a signature of style ${auth.style} in ${headers.join(', ')}.`;
    }
    case 'jwt':
      return 'This source expects the header Authorization: Bearer <JSON Web Token>.';
    case 'mtls':
      return 'This source expects a client certificate, on the port that asks for one.';
    case 'routing-key':
      return 'This source expects a routing_key in the event.';
    default:
      return auth satisfies never;
  }
}

function challenge({ type }: SourceAuth): Readonly<Record<string, string>> {
  if (type === 'bearer' || type === 'jwt' || type === 'api-key') return { 'www-authenticate': 'Bearer realm="herald"' };
  return type === 'basic' ? { 'www-authenticate': 'Basic realm="herald", charset="UTF-8"' } : {};
}

const EXPIRED_KEY = 'The API key has expired, or another took its place.';

function outOfTime(what: string): string {
  return `The ${what} is right, but was made too long ago, or for later. Are the clocks right?`;
}
