/** EscalationPolicy: who is told next of a group that nobody takes on. Routes refer to it: `escalation: escalationPolicy/NAME`. */

import Type from 'typebox';
import { PRIORITIES } from '../alert/alert.ts';
import { type EscalationPolicy, STOP_CONDITIONS, turnsOf } from '../alert/escalation-policy.ts';
import { deepFreeze } from './canonical.ts';
import { type Declared, durationSchema, listOf, milliseconds } from './resource.ts';
import { type ReceiverReference, receiverNames, receiversIn, receiversSchema } from './route.ts';
import type { Fault } from './validate.ts';

const repeat = Type.Object(
  { every: durationSchema(1), times: Type.Integer({ minimum: 1, maximum: 100 }) },
  { additionalProperties: false },
);

const step = Type.Object(
  { after: durationSchema(0), receivers: receiversSchema, repeat: Type.Optional(repeat) },
  { additionalProperties: false },
);

export const escalationPolicySpec = Type.Object(
  {
    severities: Type.Optional(
      Type.Array(Type.String({ minLength: 1, description: 'a value of the label severity' }), { minItems: 1 }),
    ),
    priorities: Type.Optional(Type.Array(Type.Enum([...PRIORITIES]), { minItems: 1 })),
    stopOn: Type.Optional(Type.Array(Type.Enum([...STOP_CONDITIONS]))),
    steps: Type.Array(step, { minItems: 1, maxItems: 20, description: 'a list of 1 to 20 steps' }),
  },
  { additionalProperties: false },
);

type EscalationPolicySpec = Type.Static<typeof escalationPolicySpec>;

/** What the schema cannot say: steps follow each other. For what it has checked. */
export function escalationFaults(spec: unknown): Fault[] {
  const { steps } = spec as EscalationPolicySpec;
  return steps.flatMap(({ after }, i): Fault[] => {
    const before = steps[i - 1];
    if (before === undefined || milliseconds(before.after) < milliseconds(after)) return [];
    const message = `is ${after}, but step ${i} comes after ${before.after}; allowed: longer than the step before, for both are counted from the first notification`;
    return [{ path: ['spec', 'steps', i, 'after'], message, target: 'value' }];
  });
}

/** Every channel that its steps name. */
export function receiversOfSteps(spec: unknown): ReceiverReference[] {
  return listOf(spec, 'steps').flatMap((one, i) => receiversIn(one, ['spec', 'steps', i]));
}

/** By tenant and name, for what was checked. */
export function compileEscalations(
  declared: readonly Declared[],
): (tenant: string, name: string) => EscalationPolicy | null {
  const policies = new Map(declared.map((one) => [`${one.tenant}/${one.name}`, compile(one)]));
  return (tenant, name) => policies.get(`${tenant}/${name}`) ?? null;
}

function compile({ name, spec }: Declared): EscalationPolicy {
  const { severities, priorities, stopOn = [], steps } = spec as EscalationPolicySpec;
  const turns = turnsOf(
    steps.map(({ after, receivers, repeat: again }) => ({
      after: milliseconds(after),
      channels: receiverNames(receivers),
      repeat: again === undefined ? null : { every: milliseconds(again.every), times: again.times },
    })),
  );
  return deepFreeze({ name, turns, severities: severities ?? null, priorities: priorities ?? null, stopOn });
}
