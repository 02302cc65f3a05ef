/** `requireApproval` of a Filter's rule: who is asked before anybody is told, for how long, and what silence means. */

import Type from 'typebox';
import type { ApprovalDemand } from '../alert/approval-demand.ts';
import { alertConditions } from '../rules/alert-facts.ts';
import { parseDuration } from './duration.ts';
import { readMatcher } from './matcher.ts';
import type { Path } from './problem.ts';
import { durationSchema, fieldOf, listOf, milliseconds } from './resource.ts';
import { anyReceiversSchema, type ReceiverReference, receiverNames, receiversIn } from './route.ts';
import type { Fault } from './validate.ts';

export const approvalSchema = Type.Object(
  {
    deadline: durationSchema(1),
    default: Type.Enum(['approve', 'reject']),
    approvers: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200, description: 'the name of a person' }), { minItems: 1 }),
    ),
    receivers: Type.Optional(anyReceiversSchema),
  },
  { additionalProperties: false },
);

export type DeclaredApproval = Type.Static<typeof approvalSchema>;

/** What nobody decides about for so long is forgotten, whatever its default. Milliseconds. */
const LONGEST_DEADLINE = 7 * 86_400_000;

export function approvalDemand(declared: DeclaredApproval): Omit<ApprovalDemand, 'rule'> {
  const { deadline, default: otherwise, approvers = [], receivers } = declared;
  const heard = receivers === undefined ? {} : { receivers: receiverNames(receivers) };
  return { deadline: milliseconds(deadline), default: otherwise, approvers, ...heard };
}

/** `declared`: the rule, which may be wrong elsewhere. What it is asked of only at run time is judged then (alert/approval.ts). */
export function approvalFaults(declared: unknown, path: Path): Fault[] {
  const approval = fieldOf(declared, 'requireApproval');
  const deadline = fieldOf(approval, 'deadline');
  const at = (field: string, message: string): Fault => {
    return { path: [...path, 'requireApproval', field], message, target: 'value' };
  };
  const faults: Fault[] = [];
  if (approvalDeadline(deadline) > LONGEST_DEADLINE) {
    faults.push(at('deadline', `is ${JSON.stringify(deadline)}; allowed: at most 7d`));
  }
  if (fieldOf(approval, 'default') === 'reject' && isForProtected(declared)) {
    const message =
      'is "reject", and the rule is for production or critical alerts; allowed: approve, for these wait only where silence means yes';
    faults.push(at('default', message));
  }
  return faults;
}

/** Every channel that the rules of a Filter name. */
export function receiversOfApprovals(spec: unknown): ReceiverReference[] {
  return listOf(spec, 'rules').flatMap((rule, i) =>
    receiversIn(fieldOf(rule, 'requireApproval'), ['spec', 'rules', i, 'requireApproval']),
  );
}

/** 0 for what the schema refuses. */
function approvalDeadline(text: unknown): number {
  return typeof text === 'string' ? (parseDuration(text) ?? 0) : 0;
}

/** By what the rule says itself: every alert that it fits is production, or critical. */
function isForProtected(declared: unknown): boolean {
  const when = fieldOf(declared, 'when');
  const compiled = typeof when === 'string' ? alertConditions.compile(when, 'bool') : null;
  const equalities = compiled?.ok === true ? compiled.expression.equalities : [];
  const compared = new Map(equalities.map(({ field, values }) => [field.replace(/^labels\./, ''), values]));
  for (const text of listOf(declared, 'matchers')) {
    const matcher = typeof text === 'string' ? readMatcher(text) : null;
    if (matcher !== null && !('problem' in matcher) && matcher.operator === '=') {
      compared.set(matcher.name, [matcher.value]);
    }
  }
  const isAlways = (field: string, value: string) =>
    compared.get(field)?.every((one) => one.trim().toLowerCase() === value) ?? false;
  return isAlways('environment', 'production') || isAlways('severity', 'critical');
}
