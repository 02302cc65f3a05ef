/** What every resource has, in the Kubernetes manner: apiVersion, kind, metadata, spec. */

import Type, { type TSchema } from 'typebox';
import { parseDuration } from './duration.ts';
import type { YamlDocument } from './yaml-file.ts';

export const API_VERSION = 'herald/v1';
export const DEFAULT_TENANT = 'default';

/** A document that names its kind and itself. Its spec may still be wrong: see `valid`. */
export interface Declared {
  readonly kind: string;
  readonly tenant: string;
  readonly name: string;
  readonly spec: unknown;
  /** What the spec was checked against. */
  readonly schema: TSchema;
  readonly valid: boolean;
  readonly document: YamlDocument;
}

/** RFC 1123 label, as Kubernetes names: it becomes a token of NATS subjects and a segment of URLs. */
export const DNS_LABEL = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

const dnsLabel = Type.String({
  pattern: DNS_LABEL,
  description: 'at most 63 lower-case letters, digits and hyphens, a letter or digit at both ends',
});

const metadata = Type.Object(
  {
    name: dnsLabel,
    tenant: Type.Optional(dnsLabel),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { additionalProperties: false },
);

export function resourceSchema(kind: string, spec: TSchema): TSchema {
  return Type.Object(
    { apiVersion: Type.Enum([API_VERSION]), kind: Type.Enum([kind]), metadata, spec },
    { additionalProperties: false },
  );
}

/** `min`: 1 where nothing may happen without any pause, 0 where it may. Milliseconds. */
export function durationSchema(min: 0 | 1) {
  const allowed = `a duration such as 30s, 5m, 4h or 1h30m${min === 0 ? '' : ', longer than 0'}`;
  return Type.Refine(
    Type.String({ description: allowed }),
    (text) => (parseDuration(text) ?? -1) >= min,
    (text) => `is ${JSON.stringify(text)}; allowed: ${allowed}`,
  );
}

/** For what a schema has checked. */
export function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === null) throw new TypeError(`unchecked duration ${JSON.stringify(text)}`);
  return parsed;
}

/** For checks that look into specs which may be wrong elsewhere. */
export function listOf(value: unknown, field: string): readonly unknown[] {
  const content = fieldOf(value, field);
  return Array.isArray(content) ? content : [];
}

export function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return (value as Record<string, unknown>)[field];
}
