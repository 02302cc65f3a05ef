/** What an Authorization header presents: a key or token as bearer, or a key as the password of any user (amtool, Prometheus, curl -u). */

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: string }
  /** Something, and nothing that could be right. */
  | { readonly kind: 'unreadable' };

const BEARER = /^Bearer +([^\s]+) *$/i;
const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;

export function credentialsIn(header: string): Credentials {
  if (header === '') return { kind: 'none' };
  const bearer = BEARER.exec(header)?.[1];
  if (bearer !== undefined) return { kind: 'secret', secret: bearer };
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return { kind: 'unreadable' };
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const secret = decoded.slice(colon + 1);
  return colon < 0 || secret === '' ? { kind: 'unreadable' } : { kind: 'secret', secret };
}
