/** The body of POST .../overrides: every problem of its form by its path. What it asks for is judged in rules/shift-change.ts. */

import { Problems } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';
import type { ShiftWish } from '../rules/shift-change.ts';
import { type Fields, invalid, readObject, textField, timeField } from './json-body.ts';

export interface OverrideBody {
  readonly wish: Omit<ShiftWish, 'id'>;
  /** What it says of who asks. */
  readonly by: string;
}

const FIELDS = ['user', 'start', 'end', 'comment', 'inReturn', 'by'];
const RETURN_FIELDS = ['user', 'start', 'end'];
const LONGEST_COMMENT = 200;
const LONGEST_BY = 200;
const USER = /^user\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;

export function readOverride(body: Buffer): OverrideBody | { readonly refused: Reply } {
  const read = readObject(body);
  if ('refused' in read) return read;
  const { fields } = read;
  const problems = new Problems();
  unknownFields(problems, '', fields, FIELDS);
  const user = userField(problems, '/user', fields.user);
  const start = timeField(problems, '/start', fields.start, false);
  const end = timeField(problems, '/end', fields.end, true);
  const comment = textField(problems, '/comment', fields.comment, LONGEST_COMMENT);
  const by = textField(problems, '/by', fields.by, LONGEST_BY);
  const inReturn = returnIn(problems, fields.inReturn);
  if (problems.count > 0 || user === null || end === null) return { refused: invalid(problems) };
  return { wish: { user, start, end, comment, inReturn }, by };
}

function returnIn(problems: Problems, value: unknown): ShiftWish['inReturn'] {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    problems.add('/inReturn', value, 'an object with start, end and, where it is not who is relieved, user');
    return null;
  }
  const fields = value as Fields;
  unknownFields(problems, '/inReturn', fields, RETURN_FIELDS);
  const user = fields.user === undefined ? null : userField(problems, '/inReturn/user', fields.user);
  const start = timeField(problems, '/inReturn/start', fields.start, true);
  const end = timeField(problems, '/inReturn/end', fields.end, true);
  return start === null || end === null ? null : { user, start, end };
}

/** The name without `user/`; null: wrong. */
function userField(problems: Problems, path: string, value: unknown): string | null {
  const name = typeof value === 'string' ? (USER.exec(value)?.[1] ?? null) : null;
  if (name === null) problems.add(path, value ?? null, 'user/NAME');
  return name;
}

/** An end that is called until would be missing, and a return that is misspelt would be a gift. */
function unknownFields(problems: Problems, path: string, fields: Fields, known: readonly string[]): void {
  for (const name of Object.keys(fields))
    if (!known.includes(name)) problems.add(`${path}/${name}`, fields[name], `no such field; ${known.join(', ')}`);
}
