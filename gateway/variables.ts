/** One variable of the environment: what it may hold, what it is read into, and what is said where it holds something else. */

import { addressList } from '../resources/network.ts';

export interface VariableProblem {
  readonly name: string;
  readonly value: string;
  readonly allowed: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

export const MAX_PARTITIONS = 128;

export type Read = <T>(
  name: string,
  /** Where it is not set; an empty variable counts as not set. */
  fallback: T,
  parse: (value: string) => T | null,
  allowed: string,
  /** Never shown. */
  isSecret?: boolean,
) => T;

/** Problems are added to those given. */
export function variableReader(variables: Variables, problems: VariableProblem[]): Read {
  return (name, fallback, parse, allowed, isSecret = false) => {
    const value = variables[name] ?? '';
    if (value === '') return fallback;
    const parsed = parse(value);
    if (parsed === null) problems.push({ name, value: isSecret ? '***' : withoutPassword(value), allowed });
    return parsed ?? fallback;
  };
}

/** null: it is none of them. */
export function oneOf<T extends string>(values: readonly T[]): (value: string) => T | null {
  return (value) => values.find((one) => one === value) ?? null;
}

export function parseListen(value: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port <= 65535 ? { host, port } : null;
}

export function parseNatsUrl(value: string): string | null {
  const servers = value.split(',').map((server) => server.trim());
  return servers.every(isNatsServer) ? servers.join(',') : null;
}

export function parseHttpUrl(value: string): string | null {
  if (!URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  return protocol === 'http:' || protocol === 'https:' ? href.replace(/\/$/, '') : null;
}

function isNatsServer(server: string): boolean {
  const url = server.includes('://') ? server : `nats://${server}`;
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'nats:' || protocol === 'tls:') && hostname !== '';
}

export function parseNetworks(value: string): readonly string[] | null {
  const networks = value.split(',').map((network) => network.trim());
  return addressList(networks) === null ? null : networks;
}

export function parsePartitions(value: string): number | null {
  const count = Number(value);
  return /^\d+$/.test(value) && count >= 1 && count <= MAX_PARTITIONS ? count : null;
}

export function parseIngestBytes(value: string): number | null {
  const bytes = Number(value);
  return /^\d+$/.test(value) && bytes >= 1024 ** 2 && Number.isSafeInteger(bytes) ? bytes : null;
}

export function parseConnections(value: string): number | null {
  if (value === 'off') return Number.POSITIVE_INFINITY;
  const count = Number(value);
  return /^\d+$/.test(value) && count >= 1 && count <= 1_000_000 ? count : null;
}

/** Problems are printed and logged; a URL may hold a password. */
function withoutPassword(value: string): string {
  return value.replace(/\/\/[^/@]*@/g, '//***@');
}
