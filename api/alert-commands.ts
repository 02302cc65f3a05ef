/** POST /v1/alerts/{tenant}/{fingerprint}/acknowledge /snooze /close /comment /approve and /reject: answered after the commit. */

import type { CommandReply } from '../alert/alert-state.ts';
import type { AlertAction } from '../alert/entry.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import type { Caller } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { readComment, readPerson, readSnooze } from './person-body.ts';

const FINGERPRINT = /^[0-9a-f]{16}$/;
const LONGEST_ID = 200;

type Ports = Pick<OperatorPorts, 'command' | 'newCommandId' | 'query'>;

export function alertCommandOperations(ports: Ports): Operation[] {
  return [
    operation(ports, 'acknowledge', 'acknowledgeAlert', 'A person takes the alert on.'),
    operation(ports, 'snooze', 'snoozeAlert', 'A person puts the alert off: nothing is told of it until then.'),
    operation(ports, 'close', 'closeAlert', 'A person closes the alert.'),
    operation(ports, 'comment', 'commentAlert', 'A person writes something about the alert, whatever its state.'),
    operation(ports, 'approve', 'approveAlert', 'A person approves of an alert that waits for that: it is told.'),
    operation(ports, 'reject', 'rejectAlert', 'A person rejects an alert that waits for approval: it is closed.'),
  ];
}

function operation(ports: Ports, action: AlertAction, id: string, summary: string): Operation {
  return {
    method: 'POST',
    path: `/v1/alerts/{tenant}/{fingerprint}/${action}`,
    id,
    access: { permission: isDecision(action) ? 'approvals.decide' : 'alerts.command', within: 'tenant' },
    summary: `${summary} The same Idempotency-Key is carried out once.`,
    parameters: [],
    body: BODIES[action] ?? 'Person',
    idempotent: true,
    answer: 'Done',
    problems: {
      ...(isDecision(action) ? { 403: 'The rule names others who may decide.' } : {}),
      404: 'No such alert is known.',
      409: 'The state of the alert does not allow it; `reasons` say why.',
      422: action === 'snooze' ? 'The body is invalid, or `until` is past.' : 'The body is invalid.',
      503: 'Nobody answers for the alert now. The command may have been taken; with the same Idempotency-Key it is safe to ask again.',
    },
    handle: (request, _, caller) => carryOut(ports, action, request, caller),
  };
}

/** What a body is called, where it is not a Person. */
const BODIES: Readonly<Partial<Record<AlertAction, string>>> = { snooze: 'Snooze', comment: 'Comment' };

function isDecision(action: AlertAction): boolean {
  return action === 'approve' || action === 'reject';
}

async function carryOut(ports: Ports, action: AlertAction, request: HttpRequest, { identity }: Caller): Promise<Reply> {
  const { tenant = '', fingerprint = '' } = request.params;
  // Nothing else can be one: it must not travel to a partition to be unknown there.
  if (!FINGERPRINT.test(fingerprint))
    return unknown(`${JSON.stringify(fingerprint)} is no fingerprint: 16 lower-case hex digits`);
  const person = read(action, request.body, identity);
  if ('refused' in person) return person.refused;
  const key = request.headers['idempotency-key'] ?? '';
  if (key.length > LONGEST_ID) return problem(400, `an Idempotency-Key has at most ${LONGEST_ID} characters`);
  const id = key || ports.newCommandId();
  const entry = { kind: 'command', id, tenant, fingerprint, action, ...person } as const;
  const first = await ports.command(entry);
  const isForgotten = action === 'comment' && first.status === 404 && (await isKept(ports, tenant, fingerprint));
  const reply = isForgotten ? await ports.command({ ...entry, known: true }) : first;
  return answer(reply, { tenant, fingerprint, action });
}

function read(action: AlertAction, body: Buffer, identity: Caller['identity']) {
  if (action === 'snooze') return readSnooze(body, identity);
  return action === 'comment' ? readComment(body, identity) : readPerson(body, identity);
}

/** Its owner forgets an alert soon after its end; the archive does so weeks later. */
async function isKept({ query }: Ports, tenant: string, fingerprint: string): Promise<boolean> {
  try {
    await query('alert', { tenant, fingerprint });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'query.not-found') return false;
    throw error;
  }
}

function answer({ ok, status, reasons }: CommandReply, about: object): Reply {
  if (ok) return json(200, { ...about, reasons });
  const detail = reasons.map((reason) => reason.detail).join('; ');
  if (status === 404) return unknown(detail);
  return refusal(status === 422 || status === 403 ? status : 409, detail, reasons);
}

function unknown(detail: string): Reply {
  return problem(404, 'no such alert', { code: 'alert.unknown', detail });
}

const TITLES = {
  403: 'somebody else is to decide about it',
  409: 'the state of the alert does not allow it',
  422: 'the body is invalid',
} as const;

/** problem+json with the reasons beside it: they are what the journal, the metrics and the console say, too. */
function refusal(status: 403 | 409 | 422, detail: string, reasons: CommandReply['reasons']): Reply {
  const title = TITLES[status];
  const reply = problem(status, title, { code: 'command.refused', detail });
  return { ...reply, body: JSON.stringify({ ...JSON.parse(String(reply.body)), reasons }) };
}
