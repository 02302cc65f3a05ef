/** What the environment says, read once at the start: every problem at once, with what is allowed instead. */

import { join, resolve } from 'node:path';
import { API_ACCESS_MODES, type ApiAccessMode } from '../access/posture.ts';
import { type Keyring, readKeyring } from '../access/secret-box.ts';
import { ACCESS_LOG_MODES, type AccessLogMode } from '../ingress/access-log.ts';
import { dnsServersIn } from '../ingress/host-resolver.ts';
import {
  MAX_PARTITIONS,
  oneOf,
  parseConnections,
  parseHttpUrl,
  parseIngestBytes,
  parseListen,
  parseNatsUrl,
  parseNetworks,
  parsePartitions,
  type Read,
  type VariableProblem,
  type Variables,
  variableReader,
} from './variables.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Environment {
  readonly listen: { readonly host: string; readonly port: number };
  /** Absolute paths. */
  readonly data: string;
  readonly config: string;
  /** null: a nats-server of our own is started. */
  readonly natsUrl: string | null;
  /** Where people reach this Herald, for links in notifications; null: where it listens. */
  readonly externalUrl: string | null;
  readonly partitions: number;
  /** Bound of the inbox; past it alerts are answered 503. */
  readonly ingestMaxBytes: number;
  readonly logLevel: LogLevel;
  /** Networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Asked for host names of sources; empty: the system's. */
  readonly dnsServers: readonly string[];
  readonly accessLog: AccessLogMode;
  /** Health, readiness and metrics on an address of their own; null: only where HTTP is served. */
  readonly healthListen: { readonly host: string; readonly port: number } | null;
  /** What the key of the audit chain is made of; null: none is set. */
  readonly auditSecret: string | null;
  /** That one address may hold; infinite: any number. */
  readonly connectionsPerAddress: number;
  /** What opens the store of secrets; null: it stays closed. */
  readonly secretKeys: Keyring | null;
  /** Whether the API answers callers who show nothing. */
  readonly apiAccess: ApiAccessMode;
  /** HTTPS besides HTTP; null: none. */
  readonly tls: Tls | null;
}

export interface Tls {
  readonly listen: { readonly host: string; readonly port: number };
  /** Absolute paths. */
  readonly files: { readonly cert: string; readonly key: string; readonly clientCa: string | null };
}

export class EnvironmentInvalid extends Error {
  readonly code = 'environment.invalid';
  readonly problems: readonly VariableProblem[];

  constructor(problems: readonly VariableProblem[]) {
    super(problems.map(({ name, value, allowed }) => `${name}=${value}: ${allowed}`).join('\n'));
    this.problems = problems;
  }
}

const SHORTEST_SECRET = 32;

/**
 * Reads the variables. A relative path counts from `cwd`; what is not set stands in `home`, the folder of the checkout, so
 * that the command finds the same data from every directory. An empty variable counts as not set.
 * Throws EnvironmentInvalid.
 */
export function readEnvironment(variables: Variables, cwd: string, home: string): Environment {
  const problems: VariableProblem[] = [];
  const read = variableReader(variables, problems);
  const environment: Environment = {
    ...edgeOf(read),
    ...storesOf(read, cwd, home),
    tls: tlsOf(read, variables, cwd, problems),
    ...accessOf(read),
    logLevel: read<LogLevel>('HERALD_LOG', 'info', oneOf(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`),
  };
  read('DATABASE_URL', null, () => null, 'PostgreSQL is not supported yet; unset it to use SQLite in HERALD_DATA');
  if (problems.length > 0) throw new EnvironmentInvalid(problems);
  return environment;
}

/** Where it is reached, and by whom. */
function edgeOf(read: Read) {
  return {
    listen: read(
      'HERALD_LISTEN',
      { host: '127.0.0.1', port: 8080 },
      parseListen,
      'host:port with a port of 0 to 65535, as in 127.0.0.1:8080 or [::1]:8080',
    ),
    externalUrl: read<string | null>(
      'HERALD_EXTERNAL_URL',
      null,
      parseHttpUrl,
      'http://host or https://host, with a path or without',
    ),
    healthListen: read<Environment['healthListen']>(
      'HERALD_HEALTH_LISTEN',
      null,
      parseListen,
      'host:port, as in 127.0.0.1:9090',
    ),
    trustedProxies: read<readonly string[]>(
      'HERALD_TRUSTED_PROXIES',
      [],
      parseNetworks,
      'networks such as 10.0.0.0/8, several with commas between them',
    ),
    dnsServers: read<readonly string[]>(
      'HERALD_DNS_SERVERS',
      [],
      dnsServersIn,
      'addresses such as 10.0.0.53 or [fd00::53]:5353, several with commas between them',
    ),
    accessLog: read<AccessLogMode>(
      'HERALD_ACCESS_LOG',
      'refused',
      oneOf(ACCESS_LOG_MODES),
      `one of ${ACCESS_LOG_MODES.join(', ')}`,
    ),
    connectionsPerAddress: read(
      'HERALD_CONNECTIONS_PER_ADDRESS',
      2000,
      parseConnections,
      'a whole number of 1 to 1000000, or off',
    ),
  };
}

/** Where resources are read and data are kept, and how much of them. */
function storesOf(read: Read, cwd: string, home: string) {
  const folder = (name: string, fallback: string) =>
    read(name, join(home, fallback), (value) => (value.includes('\0') ? null : resolve(cwd, value)), 'a folder');
  return {
    data: folder('HERALD_DATA', 'data'),
    config: folder('HERALD_CONFIG', 'config'),
    natsUrl: read<string | null>(
      'NATS_URL',
      null,
      parseNatsUrl,
      'nats://host:port or tls://host:port, several with commas between them',
    ),
    partitions: read(
      'HERALD_PARTITIONS',
      8,
      parsePartitions,
      `a whole number of 1 to ${MAX_PARTITIONS}; it cannot change once data is stored`,
    ),
    ingestMaxBytes: read(
      'HERALD_INGEST_MAX_BYTES',
      1024 ** 3,
      parseIngestBytes,
      'a whole number of bytes, 1048576 (1 MiB) or more; it cannot change once data is stored',
    ),
  };
}

/** Who may see and do what, and what that is secured with. */
function accessOf(read: Read) {
  return {
    apiAccess: read<ApiAccessMode>(
      'HERALD_API_ACCESS',
      'auto',
      oneOf(API_ACCESS_MODES),
      `one of ${API_ACCESS_MODES.join(', ')}`,
    ),
    auditSecret: read<string | null>(
      'HERALD_AUDIT_KEY',
      null,
      (value) => (value.length < SHORTEST_SECRET ? null : value),
      `a secret of at least ${SHORTEST_SECRET} characters`,
      true,
    ),
    secretKeys: read<Keyring | null>(
      'HERALD_SECRET_KEY',
      null,
      readKeyring,
      '32 random bytes in base64 or hexadecimal, as "openssl rand -base64 32" makes; several with commas, the first encrypts',
      true,
    ),
  };
}

function tlsOf(read: Read, variables: Variables, cwd: string, problems: VariableProblem[]): Tls | null {
  const listen = read<Tls['listen'] | null>('HERALD_TLS_LISTEN', null, parseListen, 'host:port, as in 0.0.0.0:8443');
  const file = (name: string) => read<string | null>(name, null, (value) => resolve(cwd, value), 'a PEM file');
  const [cert, key, clientCa] = ['HERALD_TLS_CERT', 'HERALD_TLS_KEY', 'HERALD_TLS_CLIENT_CA'].map(file);
  const isWanted = (variables.HERALD_TLS_LISTEN ?? '') !== '';
  const needed = { HERALD_TLS_CERT: cert, HERALD_TLS_KEY: key };
  for (const [name, path] of Object.entries(needed)) {
    if (isWanted && path === null) problems.push({ name, value: '', allowed: 'a PEM file, beside HERALD_TLS_LISTEN' });
  }
  if (listen === null || cert == null || key == null) return null;
  return { listen, files: { cert, key, clientCa: clientCa ?? null } };
}
