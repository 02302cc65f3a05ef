/** GET /v1/secrets, PUT and DELETE /v1/secrets/{tenant}/{name}, POST /v1/secrets/rotate. A value comes in, and never out. */

import type { SecretName } from '../access/secret-box.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { DNS_LABEL } from '../resources/resource.ts';
import { type Caller, sees } from './caller.ts';
import { invalid, readObject } from './json-body.ts';
import { json, type Operation } from './operation.ts';

export interface StoredSecret extends SecretName {
  /** Unix time in milliseconds. */
  readonly updatedAt: number;
  readonly updatedBy: string;
  /** Id of the key that it is encrypted by. */
  readonly key: string;
  /** That is the one which encrypts now. */
  readonly current: boolean;
  readonly readable: boolean;
}

export interface SecretPorts {
  /** Why nothing can be done now; null: it can. */
  problem(): string | null;
  list(): StoredSecret[];
  /** Rejects where it cannot be kept now. */
  set(secret: SecretName, value: string, by: string): Promise<void>;
  /** False: there was none. */
  delete(secret: SecretName, by: string): Promise<boolean>;
  /** Encrypts them by the key that encrypts now. */
  rotate(secrets: readonly SecretName[], by: string): Promise<Rotated>;
}

export interface Rotated {
  readonly resealed: number;
  /** They were encrypted by that key already. */
  readonly current: number;
  /** No key opens them, or somebody else did something to them meanwhile. */
  readonly failed: readonly SecretName[];
  /** Id of the key. */
  readonly key: string;
}

const ONE = { permission: 'secrets.manage', within: 'tenant' } as const;
const ALL = { permission: 'secrets.manage', within: 'tenants' } as const;
const PATH = '/v1/secrets/{tenant}/{name}';
const UNAVAILABLE = 'NATS is out of reach, or HERALD_SECRET_KEY is not set there.';
const NAME = new RegExp(DNS_LABEL);
const LONGEST = 32 * 1024;

/** `tenants`: those that declare anything. */
export function secretOperations(ports: SecretPorts, tenants: () => readonly string[]): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/secrets',
      id: 'listSecrets',
      summary: 'Names of the secrets in the encrypted store. Their values are never answered.',
      access: ALL,
      parameters: [],
      body: null,
      answer: 'SecretList',
      problems: { 503: UNAVAILABLE },
      handle: async (_, __, caller) =>
        ports.problem() === null ? json(200, { secrets: mine(ports, caller).map(answer) }) : unavailable(ports),
    },
    {
      method: 'PUT',
      path: PATH,
      id: 'setSecret',
      summary:
        'Sets a secret, or changes it. Resources that refer to it take it up at once. declared: false where no resource is of that tenant, as before a new one is added.',
      access: ONE,
      parameters: [],
      body: 'SecretValue',
      answer: 'SecretSet',
      problems: { 422: 'The name or the value is not right.', 503: UNAVAILABLE },
      handle: (request, _, caller) => set(ports, tenants, request, caller),
    },
    {
      method: 'DELETE',
      path: PATH,
      id: 'deleteSecret',
      summary: 'Deletes a secret. What refers to it keeps what it has, and is refused at the next change or start.',
      access: ONE,
      parameters: [],
      body: null,
      answer: 'SecretRef',
      problems: { 404: 'There is no such secret.', 503: UNAVAILABLE },
      handle: (request, _, caller) => remove(ports, request, caller),
    },
    {
      method: 'POST',
      path: '/v1/secrets/rotate',
      id: 'rotateSecrets',
      summary:
        'Encrypts every secret anew by the first key of HERALD_SECRET_KEY; those before it are not needed any more where all are.',
      access: ALL,
      parameters: [],
      body: null,
      answer: 'SecretsRotated',
      problems: { 503: UNAVAILABLE },
      handle: (_, __, caller) => rotate(ports, caller),
    },
  ];
}

function mine(ports: SecretPorts, caller: Caller): StoredSecret[] {
  const key = ({ tenant, name }: SecretName) => `${tenant}/${name}`;
  return ports
    .list()
    .filter(({ tenant }) => sees(caller, tenant))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function answer({ updatedAt, ...secret }: StoredSecret) {
  return { ...secret, updatedAt: new Date(updatedAt).toISOString() };
}

async function set(
  ports: SecretPorts,
  tenants: () => readonly string[],
  { params, body }: HttpRequest,
  { identity }: Caller,
): Promise<Reply> {
  const { tenant = '', name = '' } = params;
  const read = readObject(body);
  if ('refused' in read) return read.refused;
  const problems = new Problems();
  const allowed = 'at most 63 lower-case letters, digits and hyphens, a letter or digit at both ends';
  if (!NAME.test(tenant)) problems.add('tenant', tenant, allowed);
  if (!NAME.test(name)) problems.add('name', name, allowed);
  const { value } = read.fields;
  // What stands there may be a secret: it is not said back.
  if (typeof value !== 'string' || value.trim() === '' || Buffer.byteLength(value) > LONGEST) {
    problems.add('/value', '(not shown)', `text of 1 to ${LONGEST} bytes that is not blank`);
  }
  if (problems.count > 0 || typeof value !== 'string') return invalid(problems);
  if (ports.problem() !== null) return unavailable(ports);
  await ports.set({ tenant, name }, value, identity.name);
  return json(200, { tenant, name, declared: tenants().includes(tenant) });
}

async function remove(ports: SecretPorts, { params }: HttpRequest, { identity }: Caller): Promise<Reply> {
  const { tenant = '', name = '' } = params;
  if (ports.problem() !== null) return unavailable(ports);
  if (NAME.test(tenant) && NAME.test(name) && (await ports.delete({ tenant, name }, identity.name)))
    return json(200, { tenant, name });
  const detail = `tenant ${tenant.slice(0, 100)} has no secret ${name.slice(0, 100)}`;
  return problem(404, 'no such secret', { code: 'secret.unknown', detail });
}

async function rotate(ports: SecretPorts, caller: Caller): Promise<Reply> {
  if (ports.problem() !== null) return unavailable(ports);
  const secrets = mine(ports, caller).map(({ tenant, name }) => ({ tenant, name }));
  const { resealed, current, failed } = await ports.rotate(secrets, caller.identity.name);
  return json(200, { resealed, current, failed });
}

function unavailable(ports: SecretPorts): Reply {
  const detail = ports.problem() ?? '';
  return problem(503, 'not available now', { code: 'secrets.unavailable', detail, headers: { 'retry-after': '1' } });
}
