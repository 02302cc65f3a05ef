/**
 * GET and POST /v1/silences, GET and DELETE /v1/silences/{id}. Setting and ending are answered after the commit; the archive,
 * which answers the reading, knows it a moment later. Those that are declared are listed, and ended in the resources only.
 */

import type { CommandReply } from '../alert/alert-state.ts';
import { isBroad } from '../alert/silence.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { type Caller, notIn, scoped, sees } from './caller.ts';
import { chosenId } from './chosen-id.ts';
import { invalid } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, type ParameterValues, words } from './parameters.ts';
import { readPerson } from './person-body.ts';
import { readSilence, type SilenceBody } from './silence-body.ts';
import { declaredAs, listSilences, oneSilence, SILENCE_STATES } from './silence-list.ts';

type Ports = Pick<OperatorPorts, 'query' | 'silence' | 'newCommandId' | 'now' | 'declared'>;

const UNANSWERED =
  'Nobody answers for it now. It may have been taken; with the same Idempotency-Key it is safe to ask again.';

export function silenceOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/silences',
      id: 'listSilences',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Silences: first those that are declared, then those that people set, the newest first.',
      parameters: [
        words('tenant', 'Name of the tenant.'),
        oneOf('state', 'Whether it silences now.', SILENCE_STATES),
        ...PAGING,
      ],
      body: null,
      answer: 'SilenceList',
      problems: {},
      handle: async (_, values, caller) => json(200, await listSilences(ports, values, caller)),
    },
    {
      method: 'POST',
      path: '/v1/silences',
      id: 'setSilence',
      access: { permission: 'silences.write', within: 'tenants' },
      summary:
        'Sets a silence, or changes the one whose id is given. With preview=true nothing is kept: it answers what would be held back. The same Idempotency-Key is carried out once.',
      parameters: [oneOf('preview', 'Answer what it would hold back; keep nothing.', ['true', 'false'])],
      body: 'SilenceSpec',
      idempotent: true,
      answer: 'SilenceSet',
      problems: {
        404: 'There is no silence of this id, or it has ended.',
        422: 'The body is invalid, or the silence would cover everything and does not say broad: true.',
        503: UNANSWERED,
      },
      handle: (request, values, caller) => post(ports, request, values, caller),
    },
    {
      method: 'GET',
      path: '/v1/silences/{id}',
      id: 'getSilence',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'One silence, with how many alerts it holds back now and has held back.',
      parameters: [],
      body: null,
      answer: 'SilenceDetail',
      problems: { 404: 'No such silence is known.' },
      handle: async ({ params: { id = '' } }, _, caller) => json(200, await oneSilence(ports, id, caller)),
    },
    {
      method: 'DELETE',
      path: '/v1/silences/{id}',
      id: 'endSilence',
      access: { permission: 'silences.write', within: 'tenants' },
      summary: 'Ends a silence before its time.',
      parameters: [words('tenant', 'Name of its tenant; asked of the archive where it is left out.')],
      body: 'Person',
      answer: 'SilenceEnded',
      problems: {
        404: 'There is no such silence, or it has ended.',
        409: 'It is declared: it ends where it is declared.',
        422: 'The body is invalid.',
        503: UNANSWERED,
      },
      handle: (request, values, caller) => end(ports, request, values, caller),
    },
  ];
}

const LONGEST_ID = 200;

async function post(ports: Ports, request: HttpRequest, values: ParameterValues, caller: Caller): Promise<Reply> {
  const tenants = ports.declared.tenants().filter((one) => sees(caller, one));
  const read = readSilence(request.body, { now: ports.now(), tenants, identity: caller.identity });
  if ('refused' in read) return read.refused;
  if (values.preview === 'true') return preview(ports, read);
  if (isBroad(read.matchers) && !read.content.broad) return tooBroad(read);
  const key = request.headers['idempotency-key'] ?? '';
  if (key.length > LONGEST_ID) return problem(400, `an Idempotency-Key has at most ${LONGEST_ID} characters`);
  const { tenant, content } = read;
  const command = key || ports.newCommandId();
  // The same key must name the same silence, or a repeated request would set a second one.
  const id = read.id ?? (key === '' ? command : chosenId(`${tenant}\n${key}`));
  const change = read.id !== null;
  const entry = { kind: 'silence' as const, id: command, tenant, silence: id, content, change };
  const reply = await ports.silence({ ...entry, by: content.createdBy });
  return reply.ok ? json(200, { id, tenant, reasons: reply.reasons }) : refusal(reply);
}

async function preview({ query, now }: Ports, { tenant, content, matchers }: SilenceBody): Promise<Reply> {
  const found = await query('silence-preview', { tenant, matchers: content.matchers, now: now() });
  return json(200, { preview: { broad: isBroad(matchers), ...(found as object) } });
}

function tooBroad({ content }: SilenceBody): Reply {
  const problems = new Problems();
  const allowed = 'a matcher of a label, besides tenant and environment, that must have certain values; or broad: true';
  problems.add('/matchers', content.matchers.join(', '), allowed);
  return invalid(problems);
}

async function end(ports: Ports, request: HttpRequest, values: ParameterValues, caller: Caller): Promise<Reply> {
  const person = readPerson(request.body, caller.identity);
  if ('refused' in person) return person.refused;
  const { id: silence = '' } = request.params;
  if (declaredAs(ports, silence, caller) !== null) return declaredOnly(silence);
  if (typeof values.tenant === 'string' && !sees(caller, values.tenant)) return notIn(values.tenant);
  const asked = scoped({ id: silence, now: ports.now() }, caller);
  const { tenant } =
    typeof values.tenant === 'string'
      ? { tenant: values.tenant }
      : ((await ports.query('silence', asked)) as { readonly tenant: string });
  const entry = { kind: 'silence' as const, id: ports.newCommandId(), tenant, silence, content: null, change: true };
  const reply = await ports.silence({ ...entry, by: person.by });
  return reply.ok ? json(200, { id: silence, tenant, reasons: reply.reasons }) : refusal(reply);
}

function declaredOnly(id: string): Reply {
  const detail = `silence ${id} is declared; take it out of the resources, or let it end there`;
  return problem(409, 'the silence is declared', { code: 'silence.declared', detail });
}

function refusal({ status, reasons }: CommandReply): Reply {
  const detail = reasons.map((reason) => reason.detail).join('; ');
  if (status === 404) return problem(404, 'no such silence', { code: 'silence.unknown', detail });
  return problem(422, 'the silence cannot be set', { code: 'silence.refused', detail });
}
