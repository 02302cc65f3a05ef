/** GET /v1/status: how this Herald is, for operators. */

import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';

export function statusOperations({ status }: Pick<OperatorPorts, 'status'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/status',
      id: 'getStatus',
      access: { permission: 'deployment.read', within: 'deployment' },
      summary: 'Partitions, who owns them, how far the archive is behind, and the versions of what runs.',
      parameters: [],
      body: null,
      answer: 'Status',
      problems: {},
      handle: async () => json(200, await status()),
    },
  ];
}
