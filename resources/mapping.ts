/** The field mapping of a Source of the format `mapped`: CEL expressions that turn any JSON into alerts. */

import Type from 'typebox';
import { compileMapping, MAPPED_FIELDS, type Mapping, type MappingSpec } from '../rules/mapping.ts';
import { fieldOf } from './resource.ts';
import type { Fault } from './validate.ts';

const expression = Type.String({ minLength: 1, description: 'an expression in CEL such as item.name' });

const texts = Type.Union([
  Type.Record(Type.String(), expression, { minProperties: 1, description: 'names with an expression each' }),
  expression,
]);

/** They hold what proves who sends; it must not become a part of an alert. */
const PRIVATE = /^(?:authorization|proxy-authorization|cookie|.*(?:token|secret|password|api-?key|signature).*)$/i;
const HEADER = 'the name of a header, none that holds a credential or a signature';

const headers = Type.Array(
  Type.Refine(
    Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$", description: HEADER }),
    (name) => !PRIVATE.test(name),
    (name) => `is ${JSON.stringify(name)}; allowed: ${HEADER}`,
  ),
  { minItems: 1, maxItems: 20, description: 'a list of names of headers' },
);

export const mappingSchema = Type.Object(
  {
    headers: Type.Optional(headers),
    alerts: Type.Optional(expression),
    labels: texts,
    annotations: Type.Optional(texts),
    status: Type.Optional(expression),
    startsAt: Type.Optional(expression),
    endsAt: Type.Optional(expression),
    generatorURL: Type.Optional(expression),
  },
  { additionalProperties: false },
);

/** A mapping without its format or a format without its mapping; expressions that cannot be compiled. */
export function mappingFaults(spec: unknown): Fault[] {
  const format = fieldOf(spec, 'format');
  const mapping = fieldOf(spec, 'mapping');
  const path = ['spec', 'mapping'];
  if (mapping === undefined) {
    const message = 'is missing; the format mapped needs one, with at least labels';
    return format === 'mapped' ? [{ path, message, target: 'value' }] : [];
  }
  if (format !== 'mapped') {
    return [{ path, message: `does not belong to the format ${String(format)}; allowed with mapped`, target: 'key' }];
  }
  const compiled = compileMapping(readable(mapping));
  if (compiled.ok) return [];
  return compiled.problems.map(({ path: at, text, message }): Fault => {
    const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    return { path: [...path, ...at], message: `is ${JSON.stringify(shown)}, which ${message}`, target: 'value' };
  });
}

/** What of it can be compiled; the schema tells of the rest. */
function readable(mapping: unknown): MappingSpec {
  const text = (field: string) => {
    const value = fieldOf(mapping, field);
    return typeof value === 'string' ? { [field]: value } : {};
  };
  const named = (field: string) => {
    const value = fieldOf(mapping, field);
    if (typeof value !== 'object' || value === null) return text(field);
    return { [field]: Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one === 'string')) };
  };
  const fields = ['alerts', ...MAPPED_FIELDS].map(text);
  return Object.assign({ labels: {} }, ...fields, named('labels'), named('annotations')) as MappingSpec;
}

/** `spec`: checked. */
export function mappingOf(spec: MappingSpec): Mapping {
  const compiled = compileMapping(spec);
  if (!compiled.ok) throw new TypeError(`unchecked mapping: ${compiled.problems[0]?.message}`);
  return compiled.mapping;
}
