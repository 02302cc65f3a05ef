/** GET /v1/receipts/{id}: what became of an accepted request. */

import { problem } from '../ingress/problem.ts';
import { readReceipt } from '../ingress/receipt.ts';
import type { Reply } from '../ingress/route.ts';
import { sees } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';

interface Outcome {
  readonly index: number;
  readonly tenant: string;
}

interface Outcomes {
  readonly decided: number;
  readonly alerts: readonly Outcome[];
}

/** Of a request of even more alerts the rest is counted. */
const MOST_SHOWN = 20_000;

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
        // Who asks again and again until it is processed gets all of them once.
        const shown = state === 'processed' ? await all({ decided, alerts }, id, query) : alerts;
        return json(200, { id, state, acceptedAt, accepted: receipt.count, decided, alerts: shown });
      },
    },
  ];
}

/** An answer of the archive is bounded; the rest is asked for behind it. */
async function all({ decided, alerts }: Outcomes, id: string, query: OperatorPorts['query']) {
  const shown = [...alerts];
  while (shown.length < Math.min(decided, MOST_SHOWN)) {
    const more = (await query('receipt', { id, after: shown.at(-1)?.index ?? -1 })) as Outcomes;
    if (more.alerts.length === 0) break;
    shown.push(...more.alerts);
  }
  return shown;
}

function unknownReceipt(): Reply {
  return problem(404, 'no such receipt', { code: 'receipt.unknown' });
}
