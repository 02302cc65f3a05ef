/** A value against its schema: every problem with its path, the value that stands there and what is allowed. */

import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import { Settings } from 'typebox/system';
import Value from 'typebox/value';
import type { Path } from './problem.ts';
import { describe, type SchemaNode, schemaAt, takesSecret } from './schema-walk.ts';
import { suggest } from './suggest.ts';

export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** Where to point: at the name of an unknown field, else at the value. */
  readonly target: 'key' | 'value';
}

/** Per document. typebox stops at 8 unless told otherwise, and then hides the rest. */
const MOST_ERRORS = 1000;

export function validate(schema: TSchema, value: unknown): Fault[] {
  const errors = errorsOf(schema, value);
  const unions = errors.filter((error) => error.keyword === 'anyOf').map((error) => `${error.schemaPath}/anyOf/`);
  return errors
    .filter((error) => !unions.some((union) => error.schemaPath.startsWith(union)))
    .flatMap((error) => explain(schema as SchemaNode, value, error));
}

function errorsOf(schema: TSchema, value: unknown): TLocalizedValidationError[] {
  const before = Settings.Get().maxErrors;
  Settings.Set({ maxErrors: MOST_ERRORS });
  try {
    return Value.Errors(schema, value);
  } finally {
    Settings.Set({ maxErrors: before });
  }
}

function explain(root: SchemaNode, value: unknown, error: TLocalizedValidationError): Fault[] {
  const path = pathOf(error.instancePath, value);
  const schema = schemaAt(root, path) ?? {};
  const allowed = `allowed: ${describe(schema)}`;
  const shown = takesSecret(schema) ? 'is no reference to a secret' : `is ${show(valueAt(value, path))}`;
  const fault = (message: string): Fault[] => [{ path, message, target: 'value' }];
  switch (error.keyword) {
    // Said again, field by field, by the error for the object around it.
    case 'boolean':
      return [];
    case 'required':
      return error.params.requiredProperties.map((name) => missing(path, name, schema));
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => unknownField(path, name, schema));
    case 'enum':
      return fault(notOneOf(valueAt(value, path), schema));
    case '~refine':
      return fault(error.params.message);
    case 'type':
    case 'const':
    case 'anyOf':
    case 'pattern':
      return fault(`${shown}; ${allowed}`);
    default:
      return fault(`${shown}; ${error.message}${schema.description === undefined ? '' : ` (${schema.description})`}`);
  }
}

function missing(path: Path, name: string, schema: SchemaNode): Fault {
  const field = schema.properties?.[name];
  const allowed = field === undefined ? '' : `; allowed: ${describe(field)}`;
  return { path: [...path, name], message: `is missing${allowed}`, target: 'value' };
}

function unknownField(path: Path, name: string, schema: SchemaNode): Fault {
  const known = Object.keys(schema.properties ?? {});
  const patterns = Object.keys(schema.patternProperties ?? {});
  const allowed = known.length > 0 ? known.join(', ') : `names matching ${patterns.join(' or ')}`;
  return {
    path: [...path, name],
    message: `is not a known field${didYouMean(name, known)}; allowed: ${allowed}`,
    target: 'key',
  };
}

function notOneOf(value: unknown, schema: SchemaNode): string {
  const known = (schema.enum ?? []).map(String);
  if (typeof value === 'string' && schema.later?.includes(value)) {
    return `${JSON.stringify(value)} is not supported yet; allowed: ${known.join(', ')}`;
  }
  const meant = typeof value === 'string' && known.length > 1 ? didYouMean(value, known) : '';
  return `is ${show(value)}${meant}; allowed: ${known.join(', ')}`;
}

export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = suggest(word, known);
  return nearest === null ? '' : ` (did you mean ${nearest}?)`;
}

export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  const text = JSON.stringify(value);
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return typeof value === 'string' || typeof value === 'object' ? short : `${short} (${typeof value})`;
}

/** From a JSON pointer; the value tells a list's index from a field that looks like a number. */
function pathOf(pointer: string, value: unknown): Path {
  const path: (string | number)[] = [];
  let at = value;
  for (const raw of pointer.split('/').slice(1)) {
    const step = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(step) : step);
    at = childOf(at, step);
  }
  return path;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => childOf(at, step), value);
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}
