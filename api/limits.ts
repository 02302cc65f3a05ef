/** GET /v1/limits: what each namespace may have told in a minute by its priorities, and what it uses of that. */

import type { Priority } from '../alert/alert.ts';
import { scoped } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { PAGING, words } from './parameters.ts';

/** As the archive answers it, as far as this file needs it. */
interface Use {
  readonly tenant: string;
  readonly rule: string;
}

export function limitOperations({
  query,
  now,
  declared,
}: Pick<OperatorPorts, 'query' | 'now' | 'declared'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/limits',
      id: 'listLimits',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary:
        'What each namespace uses of its NamespaceLimits: in this minute, in its fullest one, and in all; what is beyond is a storm.',
      parameters: [words('tenant', 'Name of the tenant.'), words('namespace', 'Name of the namespace.'), ...PAGING],
      body: null,
      answer: 'LimitList',
      problems: {},
      handle: async (_, values, caller) => {
        const { limits, next } = (await query('limits', scoped({ ...values, now: now() }, caller))) as {
          limits: Use[];
          next: unknown;
        };
        return json(200, { limits: limits.map((use) => withAllowance(use, declared)), next });
      },
    },
  ];
}

/** A rule is named limit/NAME/PRIORITY. */
function withAllowance({ rule, ...use }: Use, declared: OperatorPorts['declared']) {
  const [, limit = '', priority = ''] = rule.split('/');
  return { ...use, limit, priority: priority as Priority, allowed: declared.limit(use.tenant, rule) };
}
