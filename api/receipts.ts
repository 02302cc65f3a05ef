/** GET /v1/receipts/{id}: what became of an accepted request. */

import { problem } from '../ingress/problem.ts';
import { readReceipt } from '../ingress/receipt.ts';
import type { Reply } from '../ingress/route.ts';
import { sees } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';

interface Outcomes {
  readonly decided: number;
  readonly alerts: readonly { readonly tenant: string }[];
}

export function receiptOperations({ query }: Pick<OperatorPorts, 'query'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/receipts/{id}',
      id: 'getReceipt',
      access: { permission: 'receipts.read', within: 'tenants' },
      summary: 'What became of an accepted request: `accepted` until each of its alerts is decided, then `processed`.',
      parameters: [],
      body: null,
      answer: 'Receipt',
      problems: { 404: 'No request was ever answered with this id.' },
      async handle({ params }, _, caller) {
        const id = params.id ?? '';
        const receipt = readReceipt(id);
        if (receipt === null) return unknownReceipt();
        const { decided, alerts } = (await query('receipt', { id })) as Outcomes;
        // Its requests are of one source, hence of one tenant. What is known before they are decided stands in the id itself.
        if (alerts.some(({ tenant }) => !sees(caller, tenant))) return unknownReceipt();
        const state = decided >= receipt.count ? 'processed' : 'accepted';
        const acceptedAt = new Date(receipt.at).toISOString();
        return json(200, { id, state, acceptedAt, accepted: receipt.count, decided, alerts });
      },
    },
  ];
}

function unknownReceipt(): Reply {
  return problem(404, 'no such receipt', { code: 'receipt.unknown' });
}
