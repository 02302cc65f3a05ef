/** The body of POST /v1/subscriptions: the fields of a Subscription's spec, checked as these are, with a tenant and who asks. */

import type { Matcher } from '../alert/matcher.ts';
import { parseMatcher } from '../alert/matcher-parse.ts';
import { Problems, pointer } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';
import { DEFAULT_TENANT } from '../resources/resource.ts';
import { type SubscriptionWanted, subscriptionSpec } from '../resources/subscription.ts';
import { validate, valueAt } from '../resources/validate.ts';
import { patternSize } from '../rules/pattern-size.ts';
import { invalid, readObject, textField } from './json-body.ts';

export interface SubscriptionBody {
  readonly tenant: string;
  readonly subscriber: string;
  readonly wanted: SubscriptionWanted;
  /** What it says of who asks. */
  readonly by: string;
}

const LONGEST_NAME = 200;
const MOST_BYTES = 8 * 1024;
/** Of all its patterns together, beyond what stands there: each process compiles and keeps those of everybody. */
const MOST_REPEATED = 2000;

/** `personIn`: the User of the tenant that asks, who is subscribed where nobody is named; null: none. */
export function readSubscription(
  body: Buffer,
  personIn: (tenant: string) => string | null,
): SubscriptionBody | { readonly refused: Reply } {
  const read = readObject(body);
  if ('refused' in read) return read;
  const { tenant: named, by: claimed, ...spec } = read.fields;
  const problems = new Problems();
  // Before its patterns are compiled: others wait for that.
  if (body.length > MOST_BYTES) problems.add('', body.length, `at most ${MOST_BYTES} bytes`);
  const repeated = repeatedIn(spec.matchers);
  if (repeated > MOST_REPEATED)
    problems.add('/matchers', repeated, `patterns that repeat at most ${MOST_REPEATED} states`);
  if (problems.count > 0) return { refused: invalid(problems) };
  const tenant = textField(problems, '/tenant', named, LONGEST_NAME) || DEFAULT_TENANT;
  const by = textField(problems, '/by', claimed, LONGEST_NAME);
  const person = personIn(tenant);
  const whole = { ...(person === null ? {} : { subscriber: `user/${person}` }), ...spec };
  for (const { path, message } of validate(subscriptionSpec, whole)) {
    const [, allowed = message] = /allowed: (.*)$/s.exec(message) ?? [];
    problems.add(path.map((step) => pointer(String(step))).join(''), valueAt(whole, path) ?? null, allowed);
  }
  if (problems.count > 0) return { refused: invalid(problems) };
  const { subscriber, ...wanted } = whole as SubscriptionWanted & { readonly subscriber: string };
  return { tenant, subscriber, wanted, by };
}

function repeatedIn(matchers: unknown): number {
  const texts = Array.isArray(matchers) ? matchers.filter((one) => typeof one === 'string') : [];
  const patterns = texts.map(parseMatcher).flatMap((one) => ('problem' in one || !isPattern(one) ? [] : [one.value]));
  return patterns.reduce((sum, pattern) => sum + Math.max(0, patternSize(pattern) - pattern.length), 0);
}

function isPattern({ operator }: Matcher): boolean {
  return operator === '=~' || operator === '!~';
}
