/**
 * GET and POST /v1/schedules/{tenant}/{name}/overrides, DELETE .../overrides/{id}: who takes whose shift, by people and at run time. Those
 * who take turns may trade their own shifts, others those of anybody (access/shift.ts).
 */

import type { ShiftActor } from '../access/shift.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import {
  type ChangeDecision,
  decideShiftChange,
  decideShiftEnd,
  type EndDecision,
  type ShiftChange,
  shiftState,
} from '../rules/shift-change.ts';
import { actorOf } from './actor.ts';
import type { Caller } from './caller.ts';
import { chosenId } from './chosen-id.ts';
import { invalid } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { readOverride } from './override-body.ts';
import { readPerson } from './person-body.ts';

/** gateway/ hands it in. */
export interface OverridePorts {
  /** In the order in which they were made. Throws an error of the code `ingest.unavailable` where that is not known now. */
  of(tenant: string, schedule: string): readonly ShiftChange[];
  /**
   * Keeps what `decide` answers, which is asked anew where somebody else was faster. `by`: who asks, for the audit. Resolves when it is
   * kept. Rejects with an error of the code `ingest.unavailable` or `ingest.full`.
   */
  change<Decision extends ChangeDecision | EndDecision>(
    at: { readonly tenant: string; readonly schedule: string; readonly by: string },
    decide: (known: readonly ShiftChange[]) => Decision,
  ): Promise<Decision>;
}

type Ports = Pick<OperatorPorts, 'overrides' | 'schedules' | 'people' | 'now' | 'newCommandId'>;

const PATH = '/v1/schedules/{tenant}/{name}/overrides';
const TRADE = { permission: 'shifts.trade', within: 'tenant' } as const;
const UNKNOWN = 'There is no such schedule.';
const UNAVAILABLE =
  'NATS is out of reach. It may have been kept; with the same Idempotency-Key it is safe to ask again.';
const LONGEST_KEY = 200;

export function overrideOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'GET',
      path: PATH,
      id: 'listOverrides',
      access: { permission: 'alerts.read', within: 'tenant' },
      summary: 'What people changed of a schedule at run time, the last one first; those that are over for 30 days.',
      parameters: [],
      body: null,
      answer: 'OverrideList',
      problems: { 404: UNKNOWN, 503: 'NATS was not reached yet.' },
      handle: async ({ params }) => list(ports, params),
    },
    {
      method: 'POST',
      path: PATH,
      id: 'makeOverride',
      access: TRADE,
      summary:
        'Puts a user on call for a time; with inReturn two swap. Those who take turns may take shifts and hand over their own, who holds shifts.assign any. The same Idempotency-Key is carried out once.',
      parameters: [],
      body: 'OverrideSpec',
      idempotent: true,
      answer: 'Override',
      problems: {
        404: UNKNOWN,
        422: 'The body is invalid, or what it asks for cannot be: every problem by its path.',
        503: UNAVAILABLE,
      },
      handle: (request, _, caller) => make(ports, request, caller),
    },
    {
      method: 'DELETE',
      path: `${PATH}/{id}`,
      id: 'endOverride',
      access: TRADE,
      summary: 'Takes an override back: what of it has begun ends now. Who made it may, and who holds shifts.assign.',
      parameters: [],
      body: 'Person',
      answer: 'Override',
      problems: {
        404: 'There is no such schedule, or no such override of it.',
        409: 'It is over.',
        422: 'The body is invalid.',
        503: UNAVAILABLE,
      },
      handle: (request, _, caller) => end(ports, request, caller),
    },
  ];
}

function list(ports: Ports, { tenant = '', name = '' }: HttpRequest['params']): Reply {
  if (scheduleIn(ports, tenant, name) === null) return unknownSchedule(tenant, name);
  return json(200, {
    overrides: ports.overrides
      .of(tenant, name)
      .toReversed()
      .map((one) => answer(ports, one, tenant)),
  });
}

async function make(ports: Ports, request: HttpRequest, caller: Caller): Promise<Reply> {
  const { tenant = '', name = '' } = request.params;
  const schedule = scheduleIn(ports, tenant, name);
  if (schedule === null) return unknownSchedule(tenant, name);
  const read = readOverride(request.body);
  if ('refused' in read) return read.refused;
  const key = request.headers['idempotency-key'] ?? '';
  if (key.length > LONGEST_KEY) return problem(400, `an Idempotency-Key has at most ${LONGEST_KEY} characters`);
  const actor = actorIn(ports, caller, tenant, read.by);
  const id = key === '' ? ports.newCommandId() : chosenId(JSON.stringify([tenant, name, actor.name, key]));
  const now = ports.now();
  const context = { actor, now, user: (user: string) => ports.people.user(tenant, user) };
  const decided = await ports.overrides.change({ tenant, schedule: name, by: actor.name }, (known) =>
    // Whose shift it is may be another by the time that it is decided anew.
    decideShiftChange(
      known,
      { ...read.wish, id },
      { ...context, schedule: scheduleIn(ports, tenant, name) ?? schedule },
    ),
  );
  switch (decided.code) {
    case 'shift.changed':
    case 'shift.known':
      return json(200, answer(ports, decided.change, tenant));
    case 'shift.invalid': {
      const problems = new Problems();
      for (const { path, value, allowed } of decided.problems) problems.add(path, value, allowed);
      return invalid(problems);
    }
    case 'shift.denied':
      return denied(decided.detail);
    default:
      return decided satisfies never;
  }
}

async function end(ports: Ports, request: HttpRequest, caller: Caller): Promise<Reply> {
  const { tenant = '', name = '', id = '' } = request.params;
  if (scheduleIn(ports, tenant, name) === null) return unknownSchedule(tenant, name);
  const person = readPerson(request.body, caller.identity);
  if ('refused' in person) return person.refused;
  const actor = actorIn(ports, caller, tenant, person.by);
  const now = ports.now();
  const decided = await ports.overrides.change({ tenant, schedule: name, by: actor.name }, (known) =>
    decideShiftEnd(known, id, { actor, now }),
  );
  switch (decided.code) {
    case 'shift.ended':
      return json(200, answer(ports, decided.change, tenant));
    case 'shift.unknown': {
      const detail = `schedule/${name.slice(0, 100)} has no override ${id.slice(0, 100)}`;
      return problem(404, 'no such override', { code: decided.code, detail });
    }
    case 'shift.over':
      return problem(409, 'the override is over', { code: decided.code, detail: `override ${id} is over` });
    case 'shift.denied':
      return denied(decided.detail);
    default:
      return decided satisfies never;
  }
}

function scheduleIn({ schedules }: Ports, tenant: string, name: string) {
  return schedules().find((one) => one.tenant === tenant && one.schedule.name === name)?.schedule ?? null;
}

function actorIn(ports: Ports, caller: Caller, tenant: string, claimed: string): ShiftActor {
  const { forAnybody, ...who } = actorOf(ports, caller, { tenant, claimed, permission: 'shifts.assign' });
  return { ...who, assigns: forAnybody };
}

function answer(ports: Ports, { id, by, madeAt, comment, shifts }: ShiftChange, tenant: string) {
  const now = ports.now();
  return {
    id,
    by,
    madeAt: time(madeAt),
    comment,
    shifts: shifts.map(({ user, start, end }) => ({
      user: `user/${user}`,
      start: time(start),
      end: time(end),
      state: ports.people.user(tenant, user) === null ? 'void' : shiftState({ start, end }, now),
    })),
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function denied(detail: string): Reply {
  return problem(403, 'not permitted', { code: 'shift.denied', detail });
}

function unknownSchedule(tenant: string, name: string): Reply {
  const detail = `tenant ${tenant.slice(0, 100)} has no schedule ${name.slice(0, 100)}`;
  return problem(404, 'no such schedule', { code: 'schedule.unknown', detail });
}
