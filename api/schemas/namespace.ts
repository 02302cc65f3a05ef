/** Namespaces, and how they are promoted. */

import { ENVIRONMENTS, PRIORITIES } from '../../alert/alert.ts';
import { CRITICALITIES } from '../../alert/namespace.ts';
import { NAMESPACE_STATES } from '../namespaces.ts';
import { PROMOTION_STATES } from '../promotions.ts';
import {
  flag,
  integer,
  list,
  object,
  oneOf,
  orNull,
  page,
  reasons,
  ref,
  type Schema,
  text,
  time,
} from '../schema-forms.ts';

const number: Schema = { type: 'number' };

const namespace = {
  tenant: text,
  namespace: text,
  state: oneOf(NAMESPACE_STATES),
  environment: oneOf(ENVIRONMENTS),
  priority: oneOf(PRIORITIES),
  policy: text,
  reason: text,
  firstSeen: time,
  lastSeen: time,
  dormantSince: orNull(time),
  alerts: integer,
  placement: {
    ...orNull(object({ id: text, environment: oneOf(ENVIRONMENTS), because: text })),
    description: 'The promotion that put it where it is; null where nobody moved it.',
  },
  businessUnit: orNull(text),
  owner: orNull(text),
  costCenter: orNull(text),
  criticality: orNull(oneOf(CRITICALITIES)),
  slo: orNull(object({ name: text, objective: orNull(number) })),
  compliance: list(text),
  calendar: orNull(text),
};

export const NAMESPACE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Namespace: object(namespace),
  NamespaceList: page('namespaces', 'Namespace'),
  NamespaceDetail: object({
    ...namespace,
    history: list(
      object({
        at: time,
        type: oneOf(['first-seen', 'reclassified', 'dormant', 'returned']),
        environment: text,
        before: orNull(text),
        policy: text,
        detail: text,
      }),
    ),
    profile: object({
      environment: oneOf(ENVIRONMENTS),
      priority: oneOf(PRIORITIES),
      because: { type: 'object', additionalProperties: ref('Reason') },
      violations: reasons,
    }),
  }),
  PromotionRequest: object({ to: oneOf(ENVIRONMENTS), override: flag, by: text, comment: text }, [
    'override',
    'by',
    'comment',
  ]),
  Promotion: object({
    id: text,
    tenant: text,
    namespace: text,
    state: oneOf(PROMOTION_STATES),
    from: oneOf(ENVIRONMENTS),
    to: oneOf(ENVIRONMENTS),
    by: text,
    comment: text,
    requestedAt: time,
    expiresAt: time,
    endedAt: orNull(time),
    needed: integer,
    approvers: list(text),
    decisions: list(object({ verdict: oneOf(['approve', 'reject']), by: text, at: time, comment: text })),
    reasons,
  }),
  PromotionList: page('promotions', 'Promotion'),
  PromotionDone: object({ id: text, tenant: text, namespace: text, reasons }),
};
