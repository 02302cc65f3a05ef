/** GET /v1/dead-letters, GET /v1/dead-letters/{id}, POST /v1/dead-letters/{id}/replay. */

import type { ReplayEntry } from '../alert/entry.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { type Caller, scoped } from './caller.ts';
import { boundsIn, replayAllOperation } from './dead-letters-replay.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { badParameters, oneOf, PAGING, type ParameterValues, words } from './parameters.ts';
import { readPerson } from './person-body.ts';

interface Letter {
  readonly id: string;
  readonly state: 'open' | 'replayed';
  readonly entry: ReplayEntry['entry'];
}

type Ports = Pick<OperatorPorts, 'query' | 'replay' | 'now'>;

export function deadLetterOperations(ports: Ports): Operation[] {
  const { query } = ports;
  return [
    {
      method: 'GET',
      path: '/v1/dead-letters',
      id: 'listDeadLetters',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'What could not be processed or delivered, the newest first.',
      parameters: [
        oneOf('kind', 'What died.', ['input', 'delivery']),
        oneOf('state', 'Whether it was put in again.', ['open', 'replayed']),
        words('tenant', 'Name of the tenant.'),
        words('channel', 'Name of the channel: only deliveries.'),
        words('reason', 'Code of a reason, such as delivery.exhausted.'),
        words('since', 'Only those that died since then, RFC 3339.'),
        words('until', 'Only those that died before, RFC 3339.'),
        ...PAGING,
      ],
      body: null,
      answer: 'DeadLetterList',
      problems: {},
      handle: async (_, values, caller) => list(ports, values, caller),
    },
    {
      method: 'GET',
      path: '/v1/dead-letters/{id}',
      id: 'getDeadLetter',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'One dead letter with all that is in it.',
      parameters: [],
      body: null,
      answer: 'DeadLetterDetail',
      problems: { 404: 'No such dead letter is known.' },
      handle: async ({ params: { id = '' } }, _, caller) =>
        json(200, await query('dead-letter', scoped({ id }, caller))),
    },
    {
      method: 'POST',
      path: '/v1/dead-letters/{id}/replay',
      id: 'replayDeadLetter',
      access: { permission: 'deliveries.replay', within: 'tenants' },
      summary: 'Puts its content in again.',
      parameters: [],
      body: 'Person',
      answer: 'Replayed',
      problems: {
        404: 'No such dead letter is known.',
        409: 'It was put in again already, or cannot be.',
        422: 'The body is invalid.',
        503: 'Nobody answers for it now. It may have been taken: look at its state before asking again.',
      },
      handle: (request, _, caller) => replay(ports, request, caller),
    },
    replayAllOperation(ports),
  ];
}

async function list({ query }: Ports, values: ParameterValues, caller: Caller): Promise<Reply> {
  const problems = new Problems();
  const bounds = boundsIn(values, problems, '');
  if (problems.count > 0) return badParameters(problems);
  return json(200, await query('dead-letters', scoped({ ...values, ...bounds }, caller)));
}

async function replay(ports: Ports, request: HttpRequest, caller: Caller): Promise<Reply> {
  const person = readPerson(request.body, caller.identity);
  if ('refused' in person) return person.refused;
  const asked = scoped({ id: request.params.id ?? '' }, caller);
  const { id, state, entry } = (await ports.query('dead-letter', asked)) as Letter;
  if (state === 'replayed') return problem(409, 'it was put in again already', { code: 'dead-letter.replayed' });
  const { ok, reasons } = await ports.replay({ kind: 'replay', deadLetterId: id, by: person.by, entry });
  if (ok) return json(200, { id, reasons });
  const detail = reasons.map((reason) => reason.detail).join('; ');
  return problem(409, 'it cannot be put in again', { code: 'dead-letter.refused', detail });
}
