/** Access: who may ask Herald what. Declared keys, tokens of an issuer, and what is open to all. One is enough to close the API. */

import Type from 'typebox';
import type { Grant, Identity } from '../access/identity.ts';
import { ROLE_NAMES, type RoleName } from '../access/role.ts';
import { type ClaimGrant, type Issuer, keyDigest, type SignIn } from '../access/sign-in.ts';
import { deepFreeze } from './canonical.ts';
import { DEFAULT_TENANT, type Declared, DNS_LABEL, fieldOf, listOf } from './resource.ts';
import { secretReference } from './secret.ts';
import { JWT_ALGORITHMS, type JwtAuth } from './source-auth.ts';
import type { Fault } from './validate.ts';

export const ALL_TENANTS = '*';
/** Characters. What people think up is shorter. */
const SHORTEST_KEY = 24;

const roles = Type.Array(Type.Enum([...ROLE_NAMES]), { minItems: 1 });
const tenants = Type.Array(
  Type.String({ pattern: `${DNS_LABEL}|^\\*$`, description: 'the name of a tenant, or "*" for all' }),
  { minItems: 1 },
);
const granted = { roles, tenants: Type.Optional(tenants) };
const name = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f]{1,200}$',
  description: 'a name of 1 to 200 characters',
});
const claim = Type.String({ minLength: 1, maxLength: 200, description: 'the name of a claim, such as groups' });

const key = Type.Object(
  {
    name,
    key: Type.Optional(secretReference),
    keys: Type.Optional(Type.Array(secretReference, { minItems: 1, maxItems: 10 })),
    ...granted,
  },
  { additionalProperties: false },
);

const jwt = Type.Object(
  {
    issuer: Type.String({ minLength: 1 }),
    audience: Type.String({ minLength: 1 }),
    jwksUrl: Type.String({ pattern: '^https://[^\\s/]+', description: 'an https:// address of a JWK set' }),
    algorithms: Type.Optional(Type.Array(Type.Enum([...JWT_ALGORITHMS]), { minItems: 1 })),
    ca: Type.Optional(secretReference),
    allowPrivateAddresses: Type.Optional(Type.Boolean()),
    nameClaim: Type.Optional(claim),
    grants: Type.Array(
      Type.Object(
        { claim, values: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }), ...granted },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 500 },
    ),
  },
  { additionalProperties: false },
);

export const accessSpec = Type.Object(
  {
    anonymous: Type.Optional(Type.Object(granted, { additionalProperties: false })),
    keys: Type.Optional(Type.Array(key, { maxItems: 1000 })),
    jwt: Type.Optional(jwt),
  },
  { additionalProperties: false },
);

interface Granted {
  readonly roles: readonly RoleName[];
  readonly tenants?: readonly string[];
}

/** As the schema has it, with the secrets put in. */
interface ResolvedAccess {
  readonly anonymous?: Granted;
  readonly keys?: readonly (Granted & {
    readonly name: string;
    readonly key?: string;
    readonly keys?: readonly string[];
  })[];
  readonly jwt?: Omit<Type.Static<typeof jwt>, 'ca' | 'grants'> & {
    readonly ca?: string;
    readonly grants: readonly (Granted & { readonly claim: string; readonly values: readonly string[] })[];
  };
}

/** What the schema cannot say. `tenant`: that of the resource. */
export function accessFaults(tenant: unknown, spec: unknown): Fault[] {
  const keys = listOf(spec, 'keys').map((one, i) => ({ one, path: ['spec', 'keys', i] }));
  const claims = listOf(fieldOf(spec, 'jwt'), 'grants').map((one, i) => ({ one, path: ['spec', 'jwt', 'grants', i] }));
  const all = [{ one: fieldOf(spec, 'anonymous'), path: ['spec', 'anonymous'] }, ...keys, ...claims];
  const own = typeof tenant === 'string' ? tenant : DEFAULT_TENANT;
  const faults = all.flatMap(({ one, path }) => foreignTenants(own, one, path));
  for (const { one, path } of keys) {
    const given = ['key', 'keys'].filter((field) => fieldOf(one, field) !== undefined);
    const message = 'needs one of key, and keys for several that are good at a time';
    if (given.length !== 1) faults.push({ path, message, target: 'value' });
  }
  return faults;
}

/** Who declares for one tenant gives no access to another. */
function foreignTenants(own: string, granted: unknown, path: (string | number)[]): Fault[] {
  if (own === DEFAULT_TENANT) return [];
  return listOf(granted, 'tenants').flatMap((tenant, i): Fault[] => {
    if (tenant === own) return [];
    const message = `is ${JSON.stringify(tenant)}; allowed: ${own}, or an Access of tenant ${DEFAULT_TENANT}, which may name any`;
    return [{ path: [...path, 'tenants', i], message, target: 'value' }];
  });
}

/** `resolved`: valid, with the secrets put in. Paths below spec. */
export function accessKeyFaults(resolved: unknown): { readonly path: (string | number)[]; readonly message: string }[] {
  return ((resolved as ResolvedAccess).keys ?? []).flatMap((one, i) =>
    keysIn(one).flatMap((secret) => {
      if (secret.length >= SHORTEST_KEY) return [];
      const message = `has a key of ${secret.length} characters; allowed: random ones of at least ${SHORTEST_KEY}, as "openssl rand -base64 32" makes`;
      return [{ path: ['keys', i], message }];
    }),
  );
}

function keysIn({
  key: one,
  keys: several,
}: {
  readonly key?: string;
  readonly keys?: readonly string[];
}): readonly string[] {
  return several ?? (one === undefined ? [] : [one]);
}

/** An issuer with what its tokens are verified by. */
export type DeclaredIssuer = Issuer & { readonly auth: JwtAuth };

export type DeclaredSignIn = SignIn & { readonly issuers: readonly DeclaredIssuer[] };

/** For what was checked. */
export function compileAccess(
  all: readonly { readonly declared: Declared; readonly resolved: unknown }[],
): DeclaredSignIn {
  const keys = new Map<string, Identity>();
  const issuers: DeclaredIssuer[] = [];
  const anonymous: Grant[] = [];
  for (const { declared, resolved } of all) {
    const spec = resolved as ResolvedAccess;
    if (spec.anonymous !== undefined) anonymous.push(...grantsOf(declared.tenant, spec.anonymous));
    for (const one of spec.keys ?? []) {
      const identity: Identity = { kind: 'api-key', name: one.name, grants: grantsOf(declared.tenant, one) };
      for (const secret of keysIn(one)) keys.set(keyDigest(secret), deepFreeze(identity));
    }
    if (spec.jwt !== undefined) issuers.push(issuerOf(declared.tenant, spec.jwt));
  }
  return { declared: all.length > 0, anonymous: deepFreeze(anonymous), keys, issuers: deepFreeze(issuers) };
}

function issuerOf(tenant: string, spec: NonNullable<ResolvedAccess['jwt']>): DeclaredIssuer {
  const { issuer, audience, jwksUrl, algorithms = ['RS256'], ca = null, allowPrivateAddresses = false } = spec;
  return {
    issuer,
    nameClaim: spec.nameClaim ?? 'email',
    grants: spec.grants.map((one): ClaimGrant => {
      return { claim: one.claim, values: one.values, grants: grantsOf(tenant, one) };
    }),
    auth: { type: 'jwt', jwksUrl, issuer, audience, algorithms, ca, allowPrivateAddresses },
  };
}

function grantsOf(own: string, { roles: names, tenants: named = [own] }: Granted): Grant[] {
  const within = named.includes(ALL_TENANTS) ? null : named;
  return names.map((role) => ({ role, tenants: within }));
}
