/** POST /v1/alerts/{tenant}/{fingerprint}/acknowledge /snooze /close /approve and /reject: answered after the commit. */

import type { CommandReply } from '../alert/alert-state.ts';
import type { AlertAction } from '../alert/entry.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import type { Caller } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { readPerson, readSnooze } from './person-body.ts';

const FINGERPRINT = /^[0-9a-f]{16}$/;
const LONGEST_ID = 200;

type Ports = Pick<OperatorPorts, 'command' | 'newCommandId'>;

export function alertCommandOperations(ports: Ports): Operation[] {
  return [
    operation(ports, 'acknowledge', 'acknowledgeAlert', 'A person takes the alert on.'),
    operation(ports, 'snooze', 'snoozeAlert', 'A person puts the alert off: nothing is told of it until then.'),
    operation(ports, 'close', 'closeAlert', 'A person closes the alert.'),
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
    body: action === 'snooze' ? 'Snooze' : 'Person',
    idempotent: true,
    answer: 'Done',
    problems: {
      ...(isDecision(action) ? { 403: 'The rule names others who may decide.' } : {}),
      404: 'No such alert is known.',
      409: 'The state of the alert does not allow it; `reasons` say why.',
      422: action === 'snooze' ? 'The body is invalid, or `until` is past or too far away.' : 'The body is invalid.',
      503: 'Nobody answers for the alert now. The command may have been taken; with the same Idempotency-Key it is safe to ask again.',
    },
    handle: (request, _, caller) => carryOut(ports, action, request, caller),
  };
}

function isDecision(action: AlertAction): boolean {
  return action === 'approve' || action === 'reject';
}

async function carryOut(
  { command, newCommandId }: Ports,
  action: AlertAction,
  request: HttpRequest,
  { identity }: Caller,
): Promise<Reply> {
  const { tenant = '', fingerprint = '' } = request.params;
  // Nothing else can be one: it must not travel to a partition to be unknown there.
  if (!FINGERPRINT.test(fingerprint))
    return unknown(`${JSON.stringify(fingerprint)} is no fingerprint: 16 lower-case hex digits`);
  const person = action === 'snooze' ? readSnooze(request.body, identity) : readPerson(request.body, identity);
  if ('refused' in person) return person.refused;
  const key = request.headers['idempotency-key'] ?? '';
  if (key.length > LONGEST_ID) return problem(400, `an Idempotency-Key has at most ${LONGEST_ID} characters`);
  const id = key || newCommandId();
  const reply = await command({ kind: 'command', id, tenant, fingerprint, action, ...person });
  return answer(reply, { tenant, fingerprint, action });
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
