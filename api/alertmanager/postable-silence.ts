/**
 * The body of POST /api/v2/silences. What Alertmanager takes is taken, silences that cover a whole tenant included: its rule is that one
 * matcher at least must not match an empty value. The first problem is answered, as a text.
 */

import { type Matcher, type MatcherOperator, printMatcher } from '../../alert/matcher.ts';
import type { Silence } from '../../alert/silence.ts';
import { Problems } from '../../ingress/problem.ts';
import { readMatchersOfRequest } from '../../resources/matcher.ts';
import { type Fields, readObject, textField, timeField } from '../json-body.ts';

export type Postable =
  | { readonly id: string | null; readonly content: Omit<Silence, 'id' | 'tenant'> }
  | { readonly problem: string };

const MOST_MATCHERS = 50;
const LONGEST_MATCHER = 2000;
const LONGEST_NAME = 200;
const LONGEST_COMMENT = 2000;

export function readPostable(body: Buffer, now: number): Postable {
  const read = readObject(body);
  if ('refused' in read) return { problem: 'the body is no JSON object' };
  const { fields } = read;
  const problems = new Problems();
  const id = textField(problems, 'id', fields.id ?? undefined, LONGEST_NAME) || null;
  const createdBy = textField(problems, 'createdBy', fields.createdBy, LONGEST_NAME) || 'api/v2';
  const comment = textField(problems, 'comment', fields.comment, LONGEST_COMMENT);
  const startsAt = timeField(problems, 'startsAt', fields.startsAt, true);
  const endsAt = timeField(problems, 'endsAt', fields.endsAt, true);
  const matchers = matchersIn(problems, fields.matchers);
  const [first] = problems.list;
  if (first !== undefined)
    return { problem: `${first.path} is ${JSON.stringify(first.value)}; allowed: ${first.allowed}` };
  if (startsAt === null || endsAt === null) return { problem: 'startsAt and endsAt are needed' };
  if (endsAt <= startsAt) return { problem: 'start time must be before end time' };
  if (endsAt <= now) return { problem: "end time can't be in the past" };
  return { id, content: { matchers, startsAt, endsAt, createdBy, comment, broad: true } };
}

function matchersIn(problems: Problems, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_MATCHERS) {
    problems.add('matchers', value, `a list of 1 to ${MOST_MATCHERS} matchers with name, value and isRegex`);
    return [];
  }
  const read = readMatchersOfRequest();
  let narrows = false;
  const texts = value.map((raw: unknown, i) => {
    const matcher = matcherOf(raw);
    const text = matcher === null ? '' : printMatcher(matcher);
    const compiled = text === '' || text.length > LONGEST_MATCHER ? null : read(text);
    if (compiled === null) problems.add(`matchers[${i}]`, raw, 'an object with name, value, isRegex and isEqual');
    else if ('problem' in compiled) problems.add(`matchers[${i}]`, text, `${compiled.allowed} (${compiled.problem})`);
    else narrows ||= !compiled.matches('');
    return text;
  });
  if (!narrows && problems.count === 0) {
    problems.add('matchers', texts.join(', '), 'at least one matcher that an empty value does not match');
  }
  return texts;
}

/** `isEqual` is younger than `isRegex`: left out, it is true. */
function matcherOf(raw: unknown): Matcher | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { name, value, isRegex = false, isEqual = true } = raw as Fields;
  if (typeof name !== 'string' || name === '' || typeof value !== 'string') return null;
  if (typeof isRegex !== 'boolean' || typeof isEqual !== 'boolean') return null;
  const operator = `${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}` as MatcherOperator;
  return { name, operator, value };
}
