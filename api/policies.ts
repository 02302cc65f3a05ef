/** GET /v1/policies: which policies were in force and since when, so that a hash in the ledger can be read. */

import { json, type Operation } from './operation.ts';
import type { Activation, OperatorPorts } from './operator-ports.ts';
import { PAGING } from './parameters.ts';

export function policyOperations({ policies }: Pick<OperatorPorts, 'policies'>): Operation[] {
  const [limit] = PAGING;
  return [
    {
      method: 'GET',
      path: '/v1/policies',
      id: 'listPolicies',
      access: { permission: 'deployment.read', within: 'deployment' },
      summary: 'Activations of policies, the newest first: the first of them is in force.',
      parameters: [limit!],
      body: null,
      answer: 'PolicyList',
      problems: { 503: 'NATS is out of reach.' },
      handle: async (_request, values) => {
        const found = await policies.last(Number(values.limit ?? DEFAULT));
        return json(200, { policies: found.map((one, i) => ({ ...activationAnswer(one), active: i === 0 })) });
      },
    },
  ];
}

const DEFAULT = 100;

export function activationAnswer({ hash, at, process, count, resources, files, fileCount }: Activation) {
  return { hash, activatedAt: new Date(at).toISOString(), process, count, resources, files, fileCount };
}
