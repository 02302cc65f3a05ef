/**
 * Promotions of namespaces: GET /v1/promotions, GET and POST /v1/namespaces/{tenant}/{namespace}/promotions, and POST
 * .../promotions/{id}/approve and /reject. Commands are answered after the commit.
 */

import { ENVIRONMENTS, type Environment } from '../alert/alert.ts';
import type { CommandReply } from '../alert/alert-state.ts';
import { hash16 } from '../alert/fingerprint.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { type Caller, scoped } from './caller.ts';
import { invalid, readObject } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, words } from './parameters.ts';
import { type Person, personIn, readPerson } from './person-body.ts';

export const PROMOTION_STATES = ['waiting', 'done', 'rejected', 'expired', 'void'] as const;

type Ports = Pick<OperatorPorts, 'query' | 'promotion' | 'newCommandId' | 'declared'>;

const PATH = '/v1/namespaces/{tenant}/{namespace}/promotions';
const LONGEST_ID = 200;
const LONGEST_NAMESPACE = 253;
const UNANSWERED =
  'Nobody answers for it now. It may have been taken; with the same Idempotency-Key it is safe to ask again.';
const STATE = oneOf('state', 'Whether it waits for approvals, or how it ended.', PROMOTION_STATES);

export function promotionOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/promotions',
      id: 'listPromotions',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Namespaces that somebody moved, or asked to move, to another environment, the newest first.',
      parameters: [words('tenant', 'Name of the tenant.'), STATE, ...PAGING],
      body: null,
      answer: 'PromotionList',
      problems: {},
      handle: async (_, values, caller) => json(200, await ports.query('promotions', scoped(values, caller))),
    },
    {
      method: 'GET',
      path: PATH,
      id: 'listPromotionsOfNamespace',
      access: { permission: 'alerts.read', within: 'tenant' },
      summary: 'The promotions of one namespace, the newest first.',
      parameters: [STATE, ...PAGING],
      body: null,
      answer: 'PromotionList',
      problems: {},
      handle: async ({ params: { tenant = '', namespace = '' } }, values) =>
        json(200, await ports.query('promotions', { ...values, tenant, namespace })),
    },
    {
      method: 'POST',
      path: PATH,
      id: 'requestPromotion',
      access: { permission: 'promotions.request', within: 'tenant' },
      summary:
        'Asks for the namespace to move to the next environment, or back. Others must approve; out of production only with override: true. The same Idempotency-Key is carried out once.',
      parameters: [],
      body: 'PromotionRequest',
      idempotent: true,
      answer: 'PromotionDone',
      problems: {
        404: 'Nothing is declared for this tenant.',
        409: 'It is there already, another promotion waits, or that environment is not the next.',
        422: 'The body is invalid, or it would leave production without override: true.',
        503: UNANSWERED,
      },
      handle: (request, _, caller) => ask(ports, request, caller),
    },
    decision(
      ports,
      'approve',
      'approvePromotion',
      'Approves of a promotion; with the last one needed it is carried out.',
    ),
    decision(ports, 'reject', 'rejectPromotion', 'Rejects a promotion; who asked for it takes it back.'),
  ];
}

function decision(ports: Ports, action: 'approve' | 'reject', id: string, summary: string): Operation {
  return {
    method: 'POST',
    path: `${PATH}/{id}/${action}`,
    id,
    access: { permission: 'approvals.decide', within: 'tenant' },
    summary,
    parameters: [],
    body: 'Person',
    idempotent: true,
    answer: 'PromotionDone',
    problems: {
      403: 'Others decide about it: those whom the EnvironmentPolicy names, and never who asked.',
      404: 'No such promotion waits.',
      409: 'This person has approved already, or the namespace is not any more where it was to leave.',
      422: 'The body is invalid.',
      503: UNANSWERED,
    },
    async handle(request, _, { identity }) {
      const person = readPerson(request.body, identity);
      if ('refused' in person) return person.refused;
      return send(ports, request, { action, person, promotion: request.params.id ?? '' });
    },
  };
}

interface Asked {
  readonly action: 'request' | 'approve' | 'reject';
  readonly person: Person;
  readonly promotion: string;
  readonly to?: Environment;
  readonly override?: boolean;
}

async function ask(ports: Ports, request: HttpRequest, { identity }: Caller): Promise<Reply> {
  const read = readObject(request.body);
  if ('refused' in read) return read.refused;
  const problems = new Problems();
  const person = personIn(read.fields, problems, identity);
  const { to: given, override = false } = read.fields;
  const to = ENVIRONMENTS.find((environment) => environment === given);
  if (to === undefined) problems.add('/to', given ?? null, `one of ${ENVIRONMENTS.join(', ')}`);
  if (typeof override !== 'boolean') problems.add('/override', override, 'true or false');
  const { tenant = '', namespace = '' } = request.params;
  if (namespace.length > LONGEST_NAMESPACE) return problem(404, 'no such namespace', { code: 'namespace.unknown' });
  if (!ports.declared.tenants().includes(tenant)) {
    const detail = `nothing is declared for tenant ${JSON.stringify(tenant)}`;
    return problem(404, 'no such tenant', { code: 'tenant.unknown', detail });
  }
  if (to === undefined || problems.count > 0) return invalid(problems);
  const key = request.headers['idempotency-key'] ?? '';
  // The same key must name the same promotion.
  const promotion = key === '' ? ports.newCommandId() : hash16(`${tenant}\n${namespace}\n${key}`);
  return send(ports, request, { action: 'request', person, promotion, to, override: override === true });
}

async function send(ports: Ports, request: HttpRequest, asked: Asked): Promise<Reply> {
  const { tenant = '', namespace = '' } = request.params;
  const key = request.headers['idempotency-key'] ?? '';
  if (key.length > LONGEST_ID) return problem(400, `an Idempotency-Key has at most ${LONGEST_ID} characters`);
  const { person, promotion, ...rest } = asked;
  const id = key || ports.newCommandId();
  const reply = await ports.promotion({ kind: 'promotion', id, tenant, namespace, promotion, ...rest, ...person });
  return reply.ok ? json(200, { id: promotion, tenant, namespace, reasons: reply.reasons }) : refusal(reply);
}

const TITLES = {
  403: 'somebody else is to decide about it',
  404: 'no such promotion',
  409: 'the promotion is not possible now',
  422: 'the promotion is not allowed',
} as const;

function refusal({ status, reasons }: CommandReply): Reply {
  const code = status === 200 ? 409 : status;
  const detail = reasons.map((reason) => reason.detail).join('; ');
  return problem(code, TITLES[code], { code: reasons[0]?.code ?? 'promotion.refused', detail });
}
