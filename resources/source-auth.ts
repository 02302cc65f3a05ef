/** How the senders of a Source show who they are. */

import Type from 'typebox';
import { durationSchema, fieldOf, milliseconds } from './resource.ts';
import { secretReference } from './secret.ts';
import type { Fault } from './validate.ts';

export const HMAC_STYLES = ['github', 'grafana', 'slack', 'standard-webhooks'] as const;
export type HmacStyle = (typeof HMAC_STYLES)[number];

/** Asymmetric ones only: whoever can check a token must not be able to make one. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Secrets are put in. Several may be live at a time, so that they can be rotated. */
export type SourceAuth =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly tokens: readonly string[] }
  /** A key of `herald api-key`, of the role sender in the tenant. */
  | { readonly type: 'api-key' }
  | { readonly type: 'basic'; readonly username: string; readonly passwords: readonly string[] }
  | HmacAuth
  | JwtAuth
  /** `subjects`: common names or alternative names, one of which its certificate must have; empty: any that the CA signed. */
  | { readonly type: 'mtls'; readonly subjects: readonly string[] }
  /** PagerDuty's: it stands in the body. */
  | { readonly type: 'routing-key'; readonly keys: readonly string[] };

export interface HmacAuth {
  readonly type: 'hmac';
  readonly style: HmacStyle;
  readonly secrets: readonly string[];
  /** Lower case. */
  readonly header: string;
  /** null: nothing says when it was signed. */
  readonly timestampHeader: string | null;
  /** null: nothing names the message. */
  readonly idHeader: string | null;
  /** How far the timestamp may be off, either way. Seconds. */
  readonly tolerance: number;
}

export interface JwtAuth {
  readonly type: 'jwt';
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** PEM of the authorities that the server of the keys is trusted by; null: the public ones. */
  readonly ca: string | null;
  readonly allowPrivateAddresses: boolean;
}

const secrets = Type.Array(secretReference, { minItems: 1, description: 'a list of references to secrets' });
const headerName = Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$", description: 'the name of a header' });

export const sourceAuthSchema = Type.Object(
  {
    type: Type.Enum(['none', 'api-key', 'bearer', 'basic', 'hmac', 'jwt', 'mtls', 'routing-key']),
    token: Type.Optional(secretReference),
    tokens: Type.Optional(secrets),
    username: Type.Optional(Type.String({ pattern: '^[^:\\x00-\\x1f]+$', description: 'a name without colons' })),
    password: Type.Optional(secretReference),
    passwords: Type.Optional(secrets),
    secret: Type.Optional(secretReference),
    secrets: Type.Optional(secrets),
    style: Type.Optional(Type.Enum([...HMAC_STYLES])),
    header: Type.Optional(headerName),
    timestampHeader: Type.Optional(headerName),
    idHeader: Type.Optional(headerName),
    tolerance: Type.Optional(durationSchema(1)),
    jwksUrl: Type.Optional(
      Type.String({ pattern: '^https://[^\\s/]+', description: 'an https:// address of a JWK set' }),
    ),
    issuer: Type.Optional(Type.String({ minLength: 1 })),
    audience: Type.Optional(Type.String({ minLength: 1 })),
    algorithms: Type.Optional(Type.Array(Type.Enum([...JWT_ALGORITHMS]), { minItems: 1 })),
    ca: Type.Optional(secretReference),
    allowPrivateAddresses: Type.Optional(Type.Boolean()),
    subjects: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
    key: Type.Optional(secretReference),
    keys: Type.Optional(secrets),
  },
  { additionalProperties: false },
);

type AuthSpec = Type.Static<typeof sourceAuthSchema>;
type AuthField = Exclude<keyof AuthSpec, 'type'>;

/** Of each type: what it may have, and what it must; of a pair of names one. */
const FIELDS: Readonly<
  Record<AuthSpec['type'], { readonly may: readonly AuthField[]; readonly must: readonly string[] }>
> = {
  none: { may: [], must: [] },
  'api-key': { may: [], must: [] },
  bearer: { may: ['token', 'tokens'], must: ['token|tokens'] },
  basic: { may: ['username', 'password', 'passwords'], must: ['username', 'password|passwords'] },
  hmac: {
    may: ['secret', 'secrets', 'style', 'header', 'timestampHeader', 'idHeader', 'tolerance'],
    must: ['style', 'secret|secrets'],
  },
  jwt: {
    may: ['jwksUrl', 'issuer', 'audience', 'algorithms', 'ca', 'allowPrivateAddresses'],
    must: ['jwksUrl', 'issuer', 'audience'],
  },
  mtls: { may: ['subjects'], must: [] },
  'routing-key': { may: ['key', 'keys'], must: ['key|keys'] },
};

/** Fields that do not belong to the type, and those of it that are missing. */
export function authFaults(spec: unknown): Fault[] {
  const auth = fieldOf(spec, 'auth');
  const type = fieldOf(auth, 'type');
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return [];
  const { may, must } = FIELDS[type as AuthSpec['type']];
  const given = Object.keys(auth as object).filter((name) => name !== 'type');
  const known = new Set(Object.keys(sourceAuthSchema.properties));
  const faults = given
    .filter((name) => known.has(name) && !may.includes(name as AuthField))
    .map((name): Fault => {
      const message = `does not belong to type ${type}; allowed: ${may.join(', ') || 'type alone'}`;
      return { path: ['spec', 'auth', name], message, target: 'key' };
    });
  if (type === 'routing-key' && fieldOf(spec, 'format') !== 'pagerduty') {
    const message = 'is of the format pagerduty alone: no other has a routing key in its body';
    faults.push({ path: ['spec', 'auth', 'type'], message, target: 'value' });
  }
  if (given.includes('idHeader') && fieldOf(auth, 'style') !== 'standard-webhooks') {
    const message = 'belongs to the style standard-webhooks: no other signs an id';
    faults.push({ path: ['spec', 'auth', 'idHeader'], message, target: 'key' });
  }
  for (const names of must) {
    const either = names.split('|');
    const present = either.filter((name) => given.includes(name));
    const path = ['spec', 'auth', either[0]!];
    if (present.length === 0) faults.push({ path, message: missing(type, either), target: 'value' });
    if (present.length > 1)
      faults.push({ path, message: `stands beside ${either[1]}; allowed: one of them`, target: 'key' });
  }
  return faults;
}

function missing(type: string, [name, list]: readonly string[]): string {
  if (list === undefined) return `is missing; type ${type} needs it`;
  return `is missing; type ${type} needs a ${name}; allowed: { env: NAME }, { file: PATH } or { secret: NAME }, or ${list} for several`;
}

type Resolved<Spec> = {
  readonly [Field in keyof Spec]: Spec[Field] extends object | undefined ? unknown : Spec[Field];
};

/** What a style looks like unless the Source says otherwise. */
const STYLES: Readonly<Record<HmacStyle, Pick<HmacAuth, 'header' | 'timestampHeader' | 'idHeader'>>> = {
  github: { header: 'x-hub-signature-256', timestampHeader: null, idHeader: null },
  grafana: { header: 'x-grafana-alerting-signature', timestampHeader: null, idHeader: null },
  slack: { header: 'x-slack-signature', timestampHeader: 'x-slack-request-timestamp', idHeader: null },
  'standard-webhooks': { header: 'webhook-signature', timestampHeader: 'webhook-timestamp', idHeader: 'webhook-id' },
};

const DEFAULT_TOLERANCE = '5m';

/** `spec`: checked, with the secrets put in; undefined: none. */
export function sourceAuthOf(spec: Resolved<AuthSpec> | undefined): SourceAuth {
  if (spec === undefined) return { type: 'none' };
  switch (spec.type) {
    case 'none':
      return { type: 'none' };
    case 'api-key':
      return { type: 'api-key' };
    case 'bearer':
      return { type: 'bearer', tokens: listed(spec.token, spec.tokens) };
    case 'basic':
      return { type: 'basic', username: spec.username ?? '', passwords: listed(spec.password, spec.passwords) };
    case 'hmac':
      return hmacOf(spec);
    case 'jwt':
      return {
        type: 'jwt',
        jwksUrl: spec.jwksUrl ?? '',
        issuer: spec.issuer ?? '',
        audience: spec.audience ?? '',
        algorithms: (spec.algorithms as readonly string[] | undefined) ?? ['RS256'],
        ca: typeof spec.ca === 'string' ? spec.ca : null,
        allowPrivateAddresses: spec.allowPrivateAddresses ?? false,
      };
    case 'mtls':
      return { type: 'mtls', subjects: (spec.subjects as readonly string[] | undefined) ?? [] };
    case 'routing-key':
      return { type: 'routing-key', keys: listed(spec.key, spec.keys) };
    default:
      return spec.type satisfies never;
  }
}

function hmacOf(spec: Resolved<AuthSpec>): HmacAuth {
  const style = spec.style ?? 'github';
  const usual = STYLES[style];
  return {
    type: 'hmac',
    style,
    secrets: listed(spec.secret, spec.secrets),
    header: spec.header?.toLowerCase() ?? usual.header,
    timestampHeader: spec.timestampHeader?.toLowerCase() ?? usual.timestampHeader,
    idHeader: spec.idHeader?.toLowerCase() ?? usual.idHeader,
    tolerance: milliseconds(String(spec.tolerance ?? DEFAULT_TOLERANCE)) / 1000,
  };
}

function listed(one: unknown, several: unknown): readonly string[] {
  const all = Array.isArray(several) ? several : [one];
  // An empty secret must not become one that anyone can guess.
  return all.filter((secret): secret is string => typeof secret === 'string' && secret !== '');
}
