/** Silence: alerts of which nothing is told for a time, declared. People set others at run time, through the API. */

import Type from 'typebox';
import { cheapestFirst } from '../alert/matcher.ts';
import { isBroad, type Silence, type SilenceRule } from '../alert/silence.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import type { Fault } from './validate.ts';

const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/;

const instant = Type.Refine(
  Type.String({ description: 'a time with its offset such as 2026-12-24T18:00:00Z' }),
  (text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)) && isDay(text.slice(0, 10)),
  (text) => `is ${JSON.stringify(text)}; allowed: a time with its offset such as 2026-12-24T18:00:00Z`,
);

/** Date takes February 30 for March 2. */
function isDay(date: string): boolean {
  return new Date(date).toISOString().startsWith(date);
}

export const silenceSpec = Type.Object(
  {
    matchers: Type.Array(matcherSchema, { minItems: 1, description: 'a list with at least one matcher' }),
    startsAt: Type.Optional(instant),
    endsAt: instant,
    createdBy: Type.Optional(Type.String({ maxLength: 200 })),
    comment: Type.Optional(Type.String({ maxLength: 2000 })),
    broad: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

type SilenceSpec = Type.Static<typeof silenceSpec>;

/** `checked`: by silenceSpec. */
export function silenceFaults(checked: unknown): Fault[] {
  const { silence, matchers } = silenceRule('', '', checked);
  const faults: Fault[] = [];
  if (silence.endsAt <= silence.startsAt) {
    const message = `is ${JSON.stringify((checked as SilenceSpec).endsAt)}, not after startsAt: it would never be in force`;
    faults.push({ path: ['spec', 'endsAt'], message, target: 'value' });
  }
  if (isBroad(matchers) && !silence.broad) {
    const message =
      'would silence alerts that have nothing to do with each other; allowed: a matcher of a label besides tenant and environment that must have certain values, or broad: true beside it';
    faults.push({ path: ['spec', 'matchers'], message, target: 'value' });
  }
  return faults;
}

/** For what the schema has checked. Its id is its name. */
export function silenceRule(tenant: string, name: string, spec: unknown): SilenceRule {
  const checked = spec as SilenceSpec;
  const silence: Silence = {
    id: name,
    tenant,
    matchers: checked.matchers,
    startsAt: checked.startsAt === undefined ? 0 : Date.parse(checked.startsAt),
    endsAt: Date.parse(checked.endsAt),
    createdBy: checked.createdBy ?? 'configuration',
    comment: checked.comment ?? '',
    broad: checked.broad ?? false,
  };
  return { silence, matchers: cheapestFirst(checked.matchers.map(checkedMatcher)) };
}
