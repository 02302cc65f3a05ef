/** Source: a way in. Its name is the last part of `/v1/webhooks/{source}`. */

import Type from 'typebox';
import type { Mapping } from '../rules/mapping.ts';
import { mappingOf, mappingSchema } from './mapping.ts';
import { secretReference } from './secret.ts';

const auth = Type.Refine(
  Type.Object(
    {
      type: Type.Enum(['none', 'bearer'], { later: ['basic', 'hmac', 'jwt', 'mtls'] }),
      token: Type.Optional(secretReference),
    },
    { additionalProperties: false },
  ),
  ({ type, token }) => (type === 'bearer') === (token !== undefined) || (type !== 'bearer' && type !== 'none'),
  ({ type }) =>
    type === 'bearer'
      ? 'type bearer needs a token; allowed: { env: NAME } or { file: PATH }'
      : 'type none takes no token',
);

export const sourceSpec = Type.Object(
  {
    format: Type.Enum(['alertmanager', 'grafana', 'prometheus', 'herald', 'mapped'], {
      later: ['cloudevents', 'pagerduty'],
    }),
    auth: Type.Optional(auth),
    mapping: Type.Optional(mappingSchema),
    maxBodyBytes: Type.Optional(Type.Integer({ minimum: 1024, maximum: 1024 * 1024 * 1024 })),
  },
  { additionalProperties: false },
);

type SourceSpec = Type.Static<typeof sourceSpec>;

export interface Source {
  readonly name: string;
  readonly tenant: string;
  readonly format: SourceSpec['format'];
  readonly auth: { readonly type: 'none' } | { readonly type: 'bearer'; readonly token: string };
  readonly maxBodyBytes: number;
  /** Of the format `mapped`. */
  readonly mapping?: Mapping;
}

const DEFAULT_MAX_BODY = 16 * 1024 * 1024;

/** `resolved`: by sourceSpec, with the secrets put in. */
export function sourceOf(tenant: string, name: string, resolved: unknown): Source {
  const spec = resolved as Omit<SourceSpec, 'auth'> & {
    readonly auth?: { readonly type: string; readonly token?: string };
  };
  const token = spec.auth?.token;
  return {
    name,
    tenant,
    format: spec.format,
    auth: token === undefined ? { type: 'none' } : { type: 'bearer', token },
    maxBodyBytes: spec.maxBodyBytes ?? DEFAULT_MAX_BODY,
    ...(spec.mapping === undefined ? {} : { mapping: mappingOf(spec.mapping) }),
  };
}
