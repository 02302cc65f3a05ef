/** `promotion` of an EnvironmentPolicy: what it takes to bring a namespace into an environment. */

import Type from 'typebox';
import { ENVIRONMENTS, type Environment } from '../alert/alert.ts';
import type { PromotionRule } from '../alert/promotion-state.ts';
import { durationSchema, fieldOf, milliseconds } from './resource.ts';
import type { Fault } from './validate.ts';

const rule = Type.Object(
  {
    approvals: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
    approvers: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200, description: 'the name of a person' }), { minItems: 1 }),
    ),
    deadline: Type.Optional(durationSchema(1)),
  },
  { additionalProperties: false },
);

/** By the environment to move to. Development is where namespaces begin. */
export const promotionSchema = Type.Object(
  { production: Type.Optional(rule), staging: Type.Optional(rule), testing: Type.Optional(rule) },
  { additionalProperties: false },
);

type DeclaredRule = Type.Static<typeof rule>;
type DeclaredRules = Partial<Record<Environment, DeclaredRule>>;

/** Two people see each promotion at least: who asks, and who approves. */
export const DEFAULT_PROMOTION: PromotionRule = { approvals: 1, approvers: [], deadline: 7 * 86_400_000 };

/**
 * For what the schema has checked: an EnvironmentPolicy. An environment that it neither names nor says anything about is none of the
 * tenant's: `from development to staging` where there is no testing is one step.
 */
export function promotionRules(spec: unknown): Partial<Record<Environment, PromotionRule>> {
  const declared = (fieldOf(spec, 'promotion') ?? {}) as DeclaredRules;
  const named = (fieldOf(spec, 'environments') ?? []) as readonly { readonly name: Environment }[];
  const own = new Set<unknown>([
    ...named.map(({ name }) => name),
    ...Object.keys(declared),
    fieldOf(spec, 'default') ?? 'production',
  ]);
  const rules = ENVIRONMENTS.map((environment) => {
    const rule = promotionRule(declared[environment] ?? {});
    return [environment, own.size === 1 || own.has(environment) ? rule : { ...rule, passable: true as const }];
  });
  return Object.fromEntries(rules) as Partial<Record<Environment, PromotionRule>>;
}

function promotionRule({ approvals, approvers, deadline }: DeclaredRule): PromotionRule {
  return {
    approvals: approvals ?? DEFAULT_PROMOTION.approvals,
    approvers: [...new Set(approvers ?? [])],
    deadline: deadline === undefined ? DEFAULT_PROMOTION.deadline : milliseconds(deadline),
  };
}

/** `checked`: by the schema. More approvals than approvers: nothing could ever move. */
export function promotionFaults(checked: unknown): Fault[] {
  const rules = promotionRules(checked);
  return ENVIRONMENTS.flatMap((environment) => {
    const { approvals, approvers } = rules[environment] ?? DEFAULT_PROMOTION;
    const needed = environment === 'production' ? approvals + 1 : approvals;
    if (approvers.length === 0 || approvers.length >= needed) return [];
    const why = environment === 'production' ? 'approvals and one more, which leaving production takes' : 'approvals';
    const message = `names ${approvers.length}; allowed: at least ${needed}, as many as ${why}`;
    return [{ path: ['spec', 'promotion', environment, 'approvers'], message, target: 'value' as const }];
  });
}
