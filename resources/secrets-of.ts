/** The values in options that came from references to secrets, so that nobody is shown them. */

import type { TSchema } from 'typebox';
import type { Path } from './problem.ts';
import { type SchemaNode, schemaAt, takesSecret } from './schema-walk.ts';

/** `resolved`: valid by the schema, with the secrets put in. A text that might have been one counts as one. */
export function secretsOf(schema: TSchema, resolved: unknown): string[] {
  return textsIn(resolved, [])
    .filter(({ path }) => takesSecret(schemaAt(schema as SchemaNode, path) ?? {}))
    .map(({ text }) => text);
}

function textsIn(value: unknown, path: Path): { text: string; path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, child]) => textsIn(child, [...path, step]));
}
