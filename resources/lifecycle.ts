/** Lifecycle: how long a silent alert lives, how long an ended one is remembered, and when one is flapping. One per tenant. */

import Type from 'typebox';
import { PRIORITIES } from '../alert/alert.ts';
import { DEFAULT_LIFECYCLE, type LifecyclePolicy } from '../alert/lifecycle-policy.ts';
import { deepFreeze } from './canonical.ts';
import { type Declared, durationSchema, milliseconds } from './resource.ts';
import type { Fault } from './validate.ts';

/** Openings are kept in memory for as long. Milliseconds. */
const LONGEST_FLAPPING = 24 * 3_600_000;
const SHORTEST_AGE = 60_000;

export const lifecycleSpec = Type.Object(
  {
    ageAfter: Type.Optional(durationSchema(1)),
    forgetAfter: Type.Optional(durationSchema(1)),
    flapping: Type.Optional(
      Type.Object(
        {
          openings: Type.Integer({ minimum: 2, maximum: 100 }),
          within: durationSchema(1),
          priorities: Type.Optional(Type.Array(Type.Enum([...PRIORITIES]), { minItems: 1 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

type LifecycleSpec = Type.Static<typeof lifecycleSpec>;

/** What the schema cannot say. For what it has checked. */
export function lifecycleFaults(spec: unknown): Fault[] {
  const { ageAfter, flapping } = spec as LifecycleSpec;
  const faults: Fault[] = [];
  if (ageAfter !== undefined && milliseconds(ageAfter) < SHORTEST_AGE) {
    const message = `is ${ageAfter}; allowed: at least 1m, or alerts would age between two reports`;
    faults.push({ path: ['spec', 'ageAfter'], message, target: 'value' });
  }
  if (flapping !== undefined && milliseconds(flapping.within) > LONGEST_FLAPPING) {
    const message = `is ${flapping.within}; allowed: at most 1d, openings are kept in memory for as long`;
    faults.push({ path: ['spec', 'flapping', 'within'], message, target: 'value' });
  }
  return faults;
}

/** By tenant; the default where it declares none. */
export function compileLifecycles(declared: readonly Declared[]): (tenant: string) => LifecyclePolicy {
  const policies = new Map(declared.map(({ tenant, spec }) => [tenant, compile(spec)]));
  return (tenant) => policies.get(tenant) ?? DEFAULT_LIFECYCLE;
}

function compile(spec: unknown): LifecyclePolicy {
  const { ageAfter, forgetAfter, flapping } = spec as LifecycleSpec;
  const duration = (text: string | undefined, otherwise: number) =>
    text === undefined ? otherwise : milliseconds(text);
  return deepFreeze({
    ageAfter: duration(ageAfter, DEFAULT_LIFECYCLE.ageAfter),
    forgetAfter: duration(forgetAfter, DEFAULT_LIFECYCLE.forgetAfter),
    flapping:
      flapping === undefined
        ? null
        : {
            openings: flapping.openings,
            within: milliseconds(flapping.within),
            priorities: flapping.priorities ?? null,
          },
  });
}
