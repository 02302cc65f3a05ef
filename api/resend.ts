/** POST /v1/deliveries/{id}/resend: what was delivered goes out once more, under an id of its own. */

import type { Notification } from '../alert/notification.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { type Caller, scoped } from './caller.ts';
import { submitted } from './channels.ts';
import type { Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { readPerson } from './person-body.ts';

type Ports = Pick<OperatorPorts, 'query' | 'submit' | 'newCommandId'>;

export function resendOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'POST',
      path: '/v1/deliveries/{id}/resend',
      id: 'resendDelivery',
      access: { permission: 'deliveries.replay', within: 'tenants' },
      summary:
        'Sends what was delivered once more, under a new id. What died is replayed from the dead letters instead.',
      parameters: [],
      body: 'Person',
      answer: 'Submitted',
      problems: {
        404: 'No such delivery is known.',
        409: 'It was not delivered, or what it said is not kept any more.',
        422: 'The body is invalid.',
        503: 'Nobody answers for it now. It may have been taken on: look at the deliveries before asking again.',
      },
      handle: (request, _, caller) => resend(ports, request, caller),
    },
  ];
}

async function resend(ports: Ports, { params, body }: HttpRequest, caller: Caller): Promise<Reply> {
  const person = readPerson(body, caller.identity);
  if ('refused' in person) return person.refused;
  const { state, notification } = (await ports.query('delivery-content', scoped({ id: params.id ?? '' }, caller))) as {
    readonly state: string;
    readonly notification: Notification | null;
  };
  if (state !== 'delivered' && state !== 'uncertain') {
    const detail = `it is ${state}; a dead letter is replayed, and what waits goes out by itself`;
    return problem(409, 'it was not delivered', { code: 'delivery.not-delivered', detail });
  }
  if (notification === null) return problem(409, 'what it said is not kept any more', { code: 'delivery.forgotten' });
  const id = ports.newCommandId();
  const again = { ...notification, id: `${notification.id}-r${id.slice(0, 8)}` };
  return submitted(ports, { kind: 'submit', id, because: 'resent', by: person.by, notification: again });
}
