/** The body of what a person does: who, and why. Both may be left out, and so may the body. */

import { Problems, problem, typeName } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';

export interface Person {
  readonly by: string;
  readonly comment: string;
}

const LONGEST_BY = 200;
const LONGEST_COMMENT = 2000;

export function readPerson(body: Buffer): Person | { readonly refused: Reply } {
  if (body.length === 0) return { by: 'api', comment: '' };
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { refused: problem(400, 'the body is not JSON', { code: 'body.unreadable' }) };
  }
  const problems = new Problems();
  if (typeName(content) !== 'object') {
    problems.add('', content, 'an object');
    return { refused: invalid(problems) };
  }
  const { by, comment } = content as Readonly<Record<string, unknown>>;
  const person = {
    by: text(problems, '/by', by, LONGEST_BY) || 'api',
    comment: text(problems, '/comment', comment, LONGEST_COMMENT),
  };
  return problems.count === 0 ? person : { refused: invalid(problems) };
}

function text(problems: Problems, path: string, value: unknown, longest: number): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length <= longest) return value.toWellFormed();
  problems.add(path, value, `text of at most ${longest} characters`);
  return '';
}

function invalid(problems: Problems): Reply {
  return problem(422, 'the body is invalid', { code: 'body.invalid', problems });
}
