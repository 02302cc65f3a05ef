/** GET and POST /v1/api-keys, POST /v1/api-keys/{name}/rotate, DELETE /v1/api-keys/{name}. A secret is answered once, and kept nowhere. */

import { type ApiKey, asks, isWithin, newKey, revoked, rotated, secretFrom, stateOf } from '../access/api-key.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { readKeySpec, readOverlap } from './api-key-body.ts';
import { type Caller, notIn } from './caller.ts';
import { json, type Operation } from './operation.ts';

export interface KeyPorts {
  /** By name; null: not known now. */
  keys(): ReadonlyMap<string, ApiKey> | null;
  /** `before`: what it takes the place of. False: somebody else has changed it meanwhile. Rejects where it cannot be kept now. */
  put(key: ApiKey, before: ApiKey | null, by: string): Promise<boolean>;
  /** So many random bytes. */
  random(): Uint8Array;
  now(): number;
}

const ACCESS = { permission: 'keys.manage', within: 'tenants' } as const;
const UNAVAILABLE = 'NATS is out of reach.';
const UNKNOWN = 'No such key is known.';
const CONFLICT = 'It was changed meanwhile, or it is revoked or expired.';

export function apiKeyOperations(ports: KeyPorts): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/api-keys',
      id: 'listApiKeys',
      summary: 'API keys, without their secrets.',
      access: ACCESS,
      parameters: [],
      body: null,
      answer: 'ApiKeyList',
      problems: { 503: UNAVAILABLE },
      handle: async (_, __, caller) => list(ports, caller),
    },
    {
      method: 'POST',
      path: '/v1/api-keys',
      id: 'createApiKey',
      summary:
        'Makes an API key. Its secret is in the answer, and never again anywhere. With the first key of somebody who asks, the API closes.',
      access: ACCESS,
      parameters: [],
      body: 'ApiKeySpec',
      answer: 'ApiKeyCreated',
      problems: {
        409: 'There is a key of this name, or the first one would not be of an admin in all tenants.',
        422: 'The body is invalid.',
        503: UNAVAILABLE,
      },
      handle: (request, _, caller) => create(ports, request, caller),
    },
    {
      method: 'POST',
      path: '/v1/api-keys/{name}/rotate',
      id: 'rotateApiKey',
      summary: 'Gives a key another secret, which is in the answer. Those before it stay good for as long as is said.',
      access: ACCESS,
      parameters: [],
      body: 'ApiKeyRotation',
      answer: 'ApiKeyCreated',
      problems: { 404: UNKNOWN, 409: CONFLICT, 422: 'The body is invalid.', 503: UNAVAILABLE },
      handle: (request, _, caller) => rotate(ports, request, caller),
    },
    {
      method: 'DELETE',
      path: '/v1/api-keys/{name}',
      id: 'revokeApiKey',
      summary: 'Revokes a key, at once and for good.',
      access: ACCESS,
      parameters: [],
      body: null,
      answer: 'ApiKey',
      problems: { 404: UNKNOWN, 409: CONFLICT, 503: UNAVAILABLE },
      handle: (request, _, caller) => revoke(ports, request, caller),
    },
  ];
}

function list({ keys, now }: KeyPorts, { tenants }: Caller): Reply {
  const known = keys();
  if (known === null) return unavailable();
  const mine = [...known.values()].filter((key) => isWithin(key, tenants));
  const sorted = mine.sort((a, b) => (a.name < b.name ? -1 : 1));
  return json(200, { apiKeys: sorted.map((key) => answer(key, now())) });
}

async function create(ports: KeyPorts, { body }: HttpRequest, { identity, tenants }: Caller): Promise<Reply> {
  const now = ports.now();
  const spec = readKeySpec(body, now);
  if ('refused' in spec) return spec.refused;
  const known = ports.keys();
  if (known === null) return unavailable();
  if (!isWithin(spec, tenants)) return notIn(spec.grants.flatMap((grant) => grant.tenants ?? ['*']).join(', '));
  if (known.has(spec.name)) return conflict(`there is a key ${spec.name}; rotate it, or choose another name`);
  if (identity.kind === 'open' && asks(spec) && !isAdminOfAll(spec)) return conflict(FIRST);
  const secret = secretFrom(ports.random());
  const key = newKey({ ...spec, createdAt: now, createdBy: identity.name }, secret);
  return (await ports.put(key, null, identity.name)) ? json(200, { ...answer(key, now), secret }) : conflict(MEANWHILE);
}

const FIRST =
  'with its first key the API closes: that must be one of an admin in all tenants and without an end, or nobody could make another';
const MEANWHILE = 'somebody else has changed it meanwhile';

function isAdminOfAll({ grants, expiresAt }: Pick<ApiKey, 'grants' | 'expiresAt'>): boolean {
  return expiresAt === null && grants.some(({ role, tenants }) => role === 'admin' && tenants === null);
}

async function rotate(ports: KeyPorts, { params, body }: HttpRequest, caller: Caller): Promise<Reply> {
  const overlap = readOverlap(body);
  if (typeof overlap !== 'number') return overlap.refused;
  const key = found(ports, params.name, caller);
  if ('status' in key) return key;
  const now = ports.now();
  const secret = secretFrom(ports.random());
  const after = rotated(key, secret, now, overlap);
  if (after === null) return conflict(`key ${key.name} is ${stateOf(key, now)}`);
  return (await ports.put(after, key, caller.identity.name))
    ? json(200, { ...answer(after, now), secret })
    : conflict(MEANWHILE);
}

async function revoke(ports: KeyPorts, { params }: HttpRequest, caller: Caller): Promise<Reply> {
  const key = found(ports, params.name, caller);
  if ('status' in key) return key;
  const now = ports.now();
  const after = revoked(key, now, caller.identity.name);
  return (await ports.put(after, key, caller.identity.name)) ? json(200, answer(after, now)) : conflict(MEANWHILE);
}

/** A key that reaches beyond the caller's tenants is none of its business. */
function found({ keys }: KeyPorts, name = '', { tenants }: Caller): ApiKey | Reply {
  const known = keys();
  if (known === null) return unavailable();
  const key = known.get(name);
  if (key !== undefined && isWithin(key, tenants)) return key;
  return problem(404, 'no such key', { code: 'api-key.unknown', detail: `there is no key ${name.slice(0, 100)}` });
}

function answer(key: ApiKey, now: number) {
  const { name, grants, createdAt, createdBy, expiresAt, secrets, revoked: end } = key;
  return {
    name,
    grants: grants.map(({ role, tenants }) => ({ role, tenants: tenants ?? ['*'] })),
    state: stateOf(key, now),
    createdAt: time(createdAt),
    createdBy,
    expiresAt: expiresAt === null ? null : time(expiresAt),
    secrets: secrets
      .filter(({ until }) => until === null || until > now)
      .map((one) => ({ createdAt: time(one.createdAt), until: one.until === null ? null : time(one.until) })),
    revoked: end === null ? null : { at: time(end.at), by: end.by },
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function unavailable(): Reply {
  const detail = 'NATS, which keeps the keys, has not been reached yet';
  return problem(503, 'not available now', { code: 'api-keys.unavailable', detail, headers: { 'retry-after': '1' } });
}

function conflict(detail: string): Reply {
  return problem(409, 'not possible', { code: 'api-key.conflict', detail });
}
