/** The body of what a person does: who, and why. Both may be left out, and so may the body. */

import { actingAs, type Identity } from '../access/identity.ts';
import { Problems } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';
import { type Fields, invalid, readObject, textField, timeField } from './json-body.ts';

export interface Person {
  readonly by: string;
  readonly comment: string;
}

const LONGEST_BY = 200;
const LONGEST_COMMENT = 2000;

export function readPerson(body: Buffer, identity: Identity): Person | { readonly refused: Reply } {
  const read = readObject(body);
  if ('refused' in read) return read;
  const problems = new Problems();
  const person = personIn(read.fields, problems, identity);
  return problems.count === 0 ? person : { refused: invalid(problems) };
}

/** A person who has something to say. */
export function readComment(body: Buffer, identity: Identity): Person | { readonly refused: Reply } {
  const person = readPerson(body, identity);
  if ('refused' in person || person.comment.trim() !== '') return person;
  const problems = new Problems();
  problems.add('/comment', person.comment, 'a text that is not empty');
  return { refused: invalid(problems) };
}

/** A person, and until when. */
export function readSnooze(
  body: Buffer,
  identity: Identity,
): (Person & { readonly until: number }) | { readonly refused: Reply } {
  const read = readObject(body);
  if ('refused' in read) return read;
  const problems = new Problems();
  const person = personIn(read.fields, problems, identity);
  const until = timeField(problems, '/until', read.fields.until, true);
  return until === null || problems.count > 0 ? { refused: invalid(problems) } : { ...person, until };
}

export function personIn({ by, comment }: Fields, problems: Problems, identity: Identity): Person {
  return {
    by: actingAs(identity, textField(problems, '/by', by, LONGEST_BY)),
    comment: textField(problems, '/comment', comment, LONGEST_COMMENT),
  };
}
