/** Source: a way in. Its name is the last part of `/v1/webhooks/{source}`; it may have other paths besides. */

import Type from 'typebox';
import type { Mapping } from '../rules/mapping.ts';
import type { MaskAlert } from '../rules/mask-alert.ts';
import { eventLabelsSchema } from './event-labels.ts';
import { mappingOf, mappingSchema } from './mapping.ts';
import { type AccessSpec, type SourceAccess, sourceAccessFields, sourceAccessOf } from './source-access.ts';
import { type SourceAuth, sourceAuthOf, sourceAuthSchema } from './source-auth.ts';
import { pathsSchema } from './source-path.ts';

export const sourceSpec = Type.Object(
  {
    format: Type.Enum(['alertmanager', 'grafana', 'prometheus', 'cloudevents', 'pagerduty', 'herald', 'mapped']),
    version: Type.Optional(Type.String({ description: 'a version of the format, such as v4' })),
    paths: Type.Optional(pathsSchema),
    auth: Type.Optional(sourceAuthSchema),
    mapping: Type.Optional(mappingSchema),
    eventLabels: Type.Optional(eventLabelsSchema),
    ...sourceAccessFields,
    maxBodyBytes: Type.Optional(Type.Integer({ minimum: 1024, maximum: 1024 * 1024 * 1024 })),
  },
  { additionalProperties: false },
);

type SourceSpec = Type.Static<typeof sourceSpec>;

export interface Source {
  readonly name: string;
  readonly tenant: string;
  readonly format: SourceSpec['format'];
  /** Of the format; left out: the newest. */
  readonly version?: string;
  /** Besides that of its name. */
  readonly paths?: readonly string[];
  readonly auth: SourceAuth;
  /** null: nothing of it is bounded. */
  readonly access: SourceAccess | null;
  /** It is the first that is refused when more comes than can be stored. */
  readonly bulk: boolean;
  readonly maxBodyBytes: number;
  /** Of the format `mapped`. */
  readonly mapping?: Mapping;
  /** Of the format `cloudevents`: extension attributes that are labels. */
  readonly eventLabels?: readonly string[];
  /** What its tenant hides before anything is stored. null: nothing. */
  readonly mask: MaskAlert | null;
  /** Its secrets are not known yet: nobody can be told from anybody. */
  readonly untold: boolean;
}

/** In a storm an Alertmanager sends 10,000 alerts in 20 MB at once, and lets go of what is answered 413. */
const DEFAULT_MAX_BODY = 32 * 1024 * 1024;

/** `resolved`: by sourceSpec, with the secrets put in. */
export function sourceOf(tenant: string, name: string, resolved: unknown): Omit<Source, 'mask' | 'untold'> {
  const spec = resolved as Omit<SourceSpec, 'auth'> & { readonly auth?: Parameters<typeof sourceAuthOf>[0] };
  return {
    name,
    tenant,
    format: spec.format,
    ...(spec.version === undefined ? {} : { version: spec.version }),
    ...(spec.paths === undefined ? {} : { paths: spec.paths }),
    auth: sourceAuthOf(spec.auth),
    access: sourceAccessOf(spec as AccessSpec),
    bulk: spec.load === 'bulk',
    maxBodyBytes: spec.maxBodyBytes ?? DEFAULT_MAX_BODY,
    ...(spec.mapping === undefined ? {} : { mapping: mappingOf(spec.mapping) }),
    ...(spec.eventLabels === undefined ? {} : { eventLabels: spec.eventLabels }),
  };
}
