/** Whether the operators' API answers callers who show nothing, and why. */

export const API_ACCESS_MODES = ['auto', 'closed', 'open'] as const;
export type ApiAccessMode = (typeof API_ACCESS_MODES)[number];

export interface Circumstances {
  /** HERALD_API_ACCESS. */
  readonly mode: ApiAccessMode;
  /** Every address that is listened on is one of this machine. */
  readonly loopback: boolean;
  /** An Access is declared, or a key was made. */
  readonly declared: boolean;
}

export interface Posture {
  readonly open: boolean;
  readonly code: 'access.declared' | 'access.closed' | 'access.loopback' | 'access.opened' | 'access.reachable';
}

export function postureOf({ mode, loopback, declared }: Circumstances): Posture {
  if (declared) return { open: false, code: 'access.declared' };
  if (mode === 'closed') return { open: false, code: 'access.closed' };
  if (loopback) return { open: true, code: 'access.loopback' };
  return mode === 'open' ? { open: true, code: 'access.opened' } : { open: false, code: 'access.reachable' };
}

/** For people, at the start. */
export function describePosture({ code }: Posture): string {
  switch (code) {
    case 'access.declared':
      return 'closed: who asks shows a key or a token';
    case 'access.closed':
      return 'closed by HERALD_API_ACCESS; nobody can ask before an Access resource or an API key says who may';
    case 'access.loopback':
      return 'open to whoever is on this machine, for nothing says who may ask';
    case 'access.opened':
      return 'OPEN TO EVERYBODY who reaches it, by HERALD_API_ACCESS=open';
    case 'access.reachable':
      return 'closed, for others than this machine reach it and nothing says who may ask: declare an Access resource, or set HERALD_API_ACCESS=open';
    default:
      return code satisfies never;
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|0:0:0:0:0:0:0:1)$/i;

/**
 * Does a request for this host mean a Herald of this machine? A page may have its own name answered with 127.0.0.1 (DNS rebinding), and a
 * browser then takes Herald for the page's server; an address cannot be lent like that. `host`: of the header, empty when there is none.
 * `names`: by which people reach it.
 */
export function isOwnHost(host: string, names: readonly string[]): boolean {
  if (host === '') return true;
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (/^[\d.]+$/.test(hostname) || hostname.startsWith('[')) return true;
  return hostname === 'localhost' || hostname.endsWith('.localhost') || names.includes(hostname);
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
