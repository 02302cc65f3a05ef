/** GET /v1/audit: the audit chain as it is kept, with what binds each record to the one before it. */

import type { AuditRecord } from '../access/audit-chain.ts';
import { Problems } from '../ingress/problem.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { badParameters, PAGING, type ParameterValues, words } from './parameters.ts';

const DEFAULT = 100;
const POSITION = /^\d{1,15}$/;

export function auditOperations({ audit }: Pick<OperatorPorts, 'audit'>): Operation[] {
  const [limit] = PAGING;
  return [
    {
      method: 'GET',
      path: '/v1/audit',
      id: 'listAudit',
      access: { permission: 'deployment.read', within: 'deployment' },
      summary:
        'What people and strangers did: commands, refusals, activations. The newest first, unless `after` is given.',
      parameters: [
        limit!,
        words('before', 'A position: records older than it, the newest first.'),
        words('after', 'A position: records newer than it, the oldest first. 0: from the beginning.'),
      ],
      body: null,
      answer: 'AuditList',
      problems: { 503: 'NATS is out of reach.' },
      async handle(_request, values) {
        const read = readRange(values);
        if ('refused' in read) return badParameters(read.refused);
        const most = Number(values.limit ?? DEFAULT);
        const records = await audit({ limit: most, ...read.range });
        const last = records.at(-1);
        return json(200, { records, next: records.length < most || last === undefined ? null : last.position });
      },
    },
  ];
}

export interface AuditRange {
  readonly before?: number;
  readonly after?: number;
}

export type AuditPage = (range: AuditRange & { readonly limit: number }) => Promise<readonly AuditRecord[]>;

function readRange(values: ParameterValues): { readonly range: AuditRange } | { readonly refused: Problems } {
  const problems = new Problems();
  const range: { before?: number; after?: number } = {};
  for (const name of ['before', 'after'] as const) {
    const value = values[name];
    if (value === undefined) continue;
    if (POSITION.test(String(value))) range[name] = Number(value);
    else problems.add(name, value, 'a position such as 17');
  }
  if (range.before !== undefined && range.after !== undefined)
    problems.add('after', range.after, 'either before or after');
  return problems.count > 0 ? { refused: problems } : { range };
}
