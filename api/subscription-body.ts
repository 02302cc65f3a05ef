/** The body of POST /v1/subscriptions: the fields of a Subscription's spec, checked as these are, with a tenant and who asks. */

import { Problems, pointer } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';
import { DEFAULT_TENANT } from '../resources/resource.ts';
import { type SubscriptionWanted, subscriptionSpec } from '../resources/subscription.ts';
import { validate, valueAt } from '../resources/validate.ts';
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

/** `personIn`: the User of the tenant that asks, who is subscribed where nobody is named; null: none. */
export function readSubscription(
  body: Buffer,
  personIn: (tenant: string) => string | null,
): SubscriptionBody | { readonly refused: Reply } {
  const read = readObject(body);
  if ('refused' in read) return read;
  const { tenant: named, by: claimed, ...spec } = read.fields;
  const problems = new Problems();
  const tenant = textField(problems, '/tenant', named, LONGEST_NAME) || DEFAULT_TENANT;
  const by = textField(problems, '/by', claimed, LONGEST_NAME);
  const person = personIn(tenant);
  const whole = { ...(person === null ? {} : { subscriber: `user/${person}` }), ...spec };
  for (const { path, message } of validate(subscriptionSpec, whole)) {
    const [, allowed = message] = /allowed: (.*)$/s.exec(message) ?? [];
    problems.add(path.map((step) => pointer(String(step))).join(''), valueAt(whole, path) ?? null, allowed);
  }
  if (body.length > MOST_BYTES) problems.add('', body.length, `at most ${MOST_BYTES} bytes`);
  if (problems.count > 0) return { refused: invalid(problems) };
  const { subscriber, ...wanted } = whole as SubscriptionWanted & { readonly subscriber: string };
  return { tenant, subscriber, wanted, by };
}
