/** GET /v1/rules: what each rule of the Filters has done since the policy changed, so that one that never matches is seen. */

import { sees } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { words } from './parameters.ts';

export function ruleOperations({ rules }: Pick<OperatorPorts, 'rules'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/rules',
      id: 'listRules',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Rules of Filters with how often each matched, did not, and could not be evaluated.',
      parameters: [words('tenant', 'Only this tenant.')],
      body: null,
      answer: 'Rules',
      problems: { 503: 'NATS is out of reach.' },
      async handle(_request, { tenant }, caller) {
        const standing = await rules();
        const wanted = standing.rules.filter(
          (rule) => sees(caller, rule.tenant) && (tenant === undefined || rule.tenant === tenant),
        );
        return json(200, { ...standing, rules: wanted });
      },
    },
  ];
}
