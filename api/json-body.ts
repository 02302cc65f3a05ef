/** A JSON object as a body, and its fields: every problem by its path. */

import { readTimestamp } from '../ingress/formats/timestamp.ts';
import { Problems, problem, typeName } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** An empty body is an empty object. */
export function readObject(body: Buffer): { readonly fields: Fields } | { readonly refused: Reply } {
  if (body.length === 0) return { fields: {} };
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { refused: problem(400, 'the body is not JSON', { code: 'body.unreadable' }) };
  }
  if (typeName(content) === 'object') return { fields: content as Fields };
  const problems = new Problems();
  problems.add('', content, 'an object');
  return { refused: invalid(problems) };
}

/** Empty where it is left out. */
export function textField(problems: Problems, path: string, value: unknown, longest: number): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length <= longest) return value.toWellFormed();
  problems.add(path, value, `text of at most ${longest} characters`);
  return '';
}

/** Unix time in milliseconds; null where it is left out or wrong. */
export function timeField(problems: Problems, path: string, value: unknown, required: boolean): number | null {
  if (value === undefined && !required) return null;
  const at = typeof value === 'string' ? readTimestamp(value) : null;
  if (typeof at === 'number') return at;
  problems.add(path, value ?? null, 'a time such as 2026-12-24T18:00:00Z');
  return null;
}

export function invalid(problems: Problems): Reply {
  return problem(422, 'the body is invalid', { code: 'body.invalid', problems });
}
