/** Who asks the operators' API: the declared keys and issuers of the resources in force, and what is open to all. */

import type { Identity } from '../access/identity.ts';
import { OPEN } from '../access/identity.ts';
import { type ApiAccessMode, isLoopback, isOwnHost, type Posture, postureOf } from '../access/posture.ts';
import { keyDigest, personBy } from '../access/sign-in.ts';
import type { Credentials } from '../api/credentials.ts';
import type { Authority, Denial, Identified } from '../api/guard.ts';
import type { AuthFailures } from '../ingress/auth-failures.ts';
import { issuerIn, type TokenVerifier } from '../ingress/jwt.ts';
import type { DeclaredSignIn } from '../resources/access.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Environment } from './environment.ts';
import type { KeyStore } from './key-store.ts';

export interface AuthorityOptions {
  readonly mode: ApiAccessMode;
  readonly loopback: boolean;
  /** Hosts by which people reach it. */
  readonly names: readonly string[];
  /** Of the resources in force. */
  signIn(): DeclaredSignIn;
  /** Those that Herald made. */
  readonly keys: Pick<KeyStore, 'table' | 'find'>;
  readonly tokens: TokenVerifier;
  readonly failures: AuthFailures;
  readonly clock: Clock;
  readonly log: Log;
}

export function createAuthority(options: AuthorityOptions): Authority {
  return {
    identify: (credentials) => identify(options, credentials),
    trustsHost: (host) => currentPosture(options).code !== 'access.loopback' || isOwnHost(host, options.names),
    isOwnPage: (origin) => URL.canParse(origin) && options.names.includes(new URL(origin).hostname),
    denied: (denial) => denied(options, denial),
  };
}

/** Of every address that is listened on. */
export function listensOnLoopback({ listen, tls }: Pick<Environment, 'listen' | 'tls'>): boolean {
  return isLoopback(listen.host) && (tls === null || isLoopback(tls.listen.host));
}

/** As far as it is known now. */
export function currentPosture(options: Pick<AuthorityOptions, 'mode' | 'loopback' | 'signIn' | 'keys'>): Posture {
  const { mode, loopback, signIn, keys } = options;
  return postureOf({ mode, loopback, declared: signIn().declared || keys.table?.closes === true });
}

function identify(options: AuthorityOptions, credentials: Credentials): Identified | Promise<Identified> {
  switch (credentials.kind) {
    case 'none':
      if (!currentPosture(options).open) return identified(anonymous(options.signIn()));
      // A key may have been made that closes it.
      return options.keys.table === null ? UNKNOWN : identified(OPEN);
    case 'unreadable':
      return { code: 'access.wrong', detail: 'The header Authorization holds neither Bearer nor Basic credentials.' };
    case 'secret': {
      const { secret } = credentials;
      return issuerIn(secret) === null ? byKey(options, secret) : byToken(options, secret);
    }
    default:
      return credentials satisfies never;
  }
}

/** A declared one, or one that Herald made. */
export function findKey(
  { signIn, keys }: Pick<AuthorityOptions, 'signIn' | 'keys'>,
  secret: string,
): ReturnType<KeyStore['find']> {
  const declared = signIn().keys.get(keyDigest(secret));
  return declared === undefined ? keys.find(secret) : { code: 'access.identified', identity: declared };
}

function byKey(options: AuthorityOptions, secret: string): Identified {
  const found = findKey(options, secret);
  switch (found.code) {
    case 'access.identified':
      return found;
    case 'access.expired':
      return { code: 'access.expired', detail: 'The key has expired, or another took its place.', key: found.key };
    case 'access.revoked':
      return { code: 'access.revoked', detail: 'The key was revoked.', key: found.key };
    case 'access.wrong':
      return WRONG;
    case 'access.unavailable':
      return UNKNOWN;
    default:
      return found satisfies never;
  }
}

async function byToken(options: AuthorityOptions, token: string): Promise<Identified> {
  const named = issuerIn(token);
  const issuer = named === null ? undefined : options.signIn().issuers.find((one) => one.issuer === named);
  if (issuer === undefined) return WRONG;
  const read = await options.tokens.read(issuer.auth, token, options.clock.now());
  switch (read.code) {
    case 'auth.accepted': {
      const person = personBy(issuer, read.claims);
      return person === null
        ? { code: 'access.wrong', detail: 'The token does not say whose it is.' }
        : identified(person);
    }
    case 'auth.expired':
      return { code: 'access.expired', detail: 'The token is right, and out of its time.' };
    case 'auth.keys-unavailable':
      return { code: 'access.unavailable', detail: 'The keys that tokens are signed with cannot be had now.' };
    case 'auth.wrong':
      return WRONG;
    default:
      return read satisfies never;
  }
}

const UNKNOWN: Identified = {
  code: 'access.unavailable',
  detail: 'NATS, which keeps the API keys, has not been reached yet.',
};

const WRONG: Identified = { code: 'access.wrong', detail: 'The key or token is not one that is good here.' };

function identified(identity: Identity): Identified {
  return { code: 'access.identified', identity };
}

function anonymous({ anonymous: grants }: DeclaredSignIn): Identity {
  return { kind: 'anonymous', name: 'anonymous', grants };
}

const GUESSES = new Set(['access.wrong', 'access.expired', 'access.revoked']);

/** Logged without what was presented. Who guesses waits, the longer the more often. */
function denied({ failures, clock, log }: AuthorityOptions, denial: Denial): number {
  log.warn({ event: 'audit.denied', ...denial, url: denial.url.slice(0, 500) }, 'api.refused');
  return GUESSES.has(denial.code) ? failures.delay(denial.address, clock.monotonic()) : 0;
}
