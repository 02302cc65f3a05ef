/**
 * Before every route of the operators' API: who asks, and may it? Credentials that can be judged at once are, before the body is read;
 * a token whose keys may have to be fetched is judged with the body. Nothing is handled before that.
 */

import type { Identity } from '../access/identity.ts';
import { permit } from '../access/permit.ts';
import { couldBePage, isForeignPage } from '../ingress/foreign-page.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply, RequestHead, Route } from '../ingress/route.ts';
import { type Credentials, credentialsIn } from './credentials.ts';

/** Who can tell who asks. gateway/ hands it in. */
export interface Authority {
  /** Never rejects. */
  identify(credentials: Credentials): Identified | Promise<Identified>;
  /** Whether a request without credentials may name this host as the one that it asks. */
  trustsHost(host: string): boolean;
  /** Whether a page is one of this Herald's own, where people reach it by another name than it is asked by. */
  isOwnPage(origin: string): boolean;
  /** Somebody was turned away. Answers how many milliseconds the reply waits; 0: not at all. */
  denied(denial: Denial): number;
}

export type Identified =
  | { readonly code: 'access.identified'; readonly identity: Identity }
  | {
      readonly code: 'access.wrong' | 'access.expired' | 'access.revoked' | 'access.unavailable';
      readonly detail: string;
      /** Of the key, where it is known whose it was. */
      readonly key?: string;
    };

export interface Denial {
  readonly code: string;
  readonly method: string;
  /** The pattern. */
  readonly route: string;
  readonly url: string;
  readonly address: string;
  /** Of an identity or a key that is known; null: of none. */
  readonly by: string | null;
}

const DEFAULT_BODY = 1024 * 1024;
const HEADERS = ['authorization', 'origin', 'host'];
const SAFE = new Set(['GET', 'OPTIONS']);

export function guarded(route: Route, authority: Authority): Route {
  const { access } = route;
  if (access === 'provider') return watched(route, authority);
  if (typeof access === 'string') return route;
  const judge = (head: RequestHead, found: Identified): Reply | null => {
    const refused = found.code === 'access.identified' ? judged(found.identity, head) : unidentified(found);
    if (refused === null) return null;
    const delay = authority.denied({
      code: refused.code,
      method: head.method,
      route: route.path,
      url: head.url,
      address: head.peer?.address() ?? '',
      by: found.code === 'access.identified' ? shownBy(found.identity) : (found.key ?? null),
    });
    return delay > 0 ? { ...refused.reply, delay } : refused.reply;
  };
  const judged = (identity: Identity, head: RequestHead) => {
    if (identity.kind === 'open' && !authority.trustsHost(head.headers.host ?? '')) return foreignHost(head);
    if (isForeign(head) && !authority.isOwnPage(head.headers.origin ?? '')) return foreign(head);
    const verdict = permit(identity, access, head.params.tenant);
    if (verdict.code === 'access.denied') return identity.kind === 'anonymous' ? missing() : denied(verdict.detail);
    head.identity = identity;
    return null;
  };
  return {
    ...route,
    ...(route.headers === undefined ? {} : { headers: [...new Set([...route.headers, ...HEADERS])] }),
    admit(head) {
      const found = authority.identify(credentialsIn(head.headers.authorization ?? ''));
      if (found instanceof Promise) {
        // Asked for now: later it cannot be.
        head.peer?.address();
        head.presented = found;
      } else {
        const refused = judge(head, found);
        if (refused !== null) return refused;
      }
      return route.admit?.(head) ?? { maxBodyBytes: route.maxBodyBytes ?? DEFAULT_BODY };
    },
    handle(request) {
      const { presented } = request;
      if (!(presented instanceof Promise)) return route.handle(request);
      return late(request, presented as Promise<Identified>);
    },
  };

  async function late(request: HttpRequest, presented: Promise<Identified>): Promise<Reply> {
    return judge(request, await presented) ?? route.handle(request);
  }
}

/** null: it showed nothing. */
function shownBy({ kind, name }: Identity): string | null {
  return kind === 'anonymous' || kind === 'open' ? null : name;
}

/** Providers sign what they send, which the route itself judges: who could not is told of as well. */
function watched(route: Route, authority: Authority): Route {
  return {
    ...route,
    admit(head) {
      // Asked for now: later it cannot be.
      head.peer?.address();
      return route.admit?.(head) ?? { maxBodyBytes: route.maxBodyBytes ?? DEFAULT_BODY };
    },
    async handle(request) {
      const reply = await route.handle(request);
      if (reply.status !== 401) return reply;
      const { method, url, peer } = request;
      authority.denied({
        code: 'provider.unproven',
        method,
        route: route.path,
        url,
        address: peer?.address() ?? '',
        by: null,
      });
      return reply;
    },
  };
}

interface Refused {
  readonly code: string;
  readonly reply: Reply;
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="herald", Basic realm="herald", charset="UTF-8"' };

function missing(): Refused {
  const detail =
    'This Herald wants to know who asks: an API key as Authorization: Bearer KEY or as password, or a token.';
  const code = 'access.missing';
  return { code, reply: problem(401, 'who asks?', { code, detail, headers: CHALLENGE }) };
}

function denied(detail: string): Refused {
  return { code: 'access.denied', reply: problem(403, 'not permitted', { code: 'access.denied', detail }) };
}

function unidentified({ code, detail }: Exclude<Identified, { code: 'access.identified' }>): Refused {
  if (code === 'access.unavailable') {
    return { code, reply: problem(503, 'not available now', { code, detail, headers: { 'retry-after': '1' } }) };
  }
  return { code, reply: problem(401, 'the credentials are not good', { code, detail, headers: CHALLENGE }) };
}

/** Pages of others change nothing. Whoever shows a key as bearer is none: no page has that. */
function isForeign({ method, headers: { origin = '', host = '', authorization = '' } }: RequestHead): boolean {
  return !SAFE.has(method) && isForeignPage(origin, host) && couldBePage(authorization);
}

function foreignHost({ headers: { host = '' } }: RequestHead): Refused {
  const code = 'access.foreign-host';
  const name = host.slice(0, 100);
  const detail = `asked as ${name}, a name that a page could have lent itself; if people reach this Herald by it, set HERALD_EXTERNAL_URL to it, or declare who may ask`;
  return { code, reply: problem(403, 'not permitted', { code, detail }) };
}

function foreign({ headers: { origin = '' } }: RequestHead): Refused {
  const code = 'access.foreign-page';
  const detail = `a page of ${origin.slice(0, 100)} asks; nothing is changed for pages of other origins`;
  return { code, reply: problem(403, 'not permitted', { code, detail }) };
}
