/** GET /v1/schedules and /v1/schedules/{tenant}/{name}, by the resources in force and what people changed: who is on call, who comes next, where nobody is. */

import type { OnCall } from '../alert/people.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { rosterCalendar } from '../rules/duty-ical.ts';
import { GAP_HORIZON, gapsOf, roster, type Shift } from '../rules/duty-roster.ts';
import { type Caller, sees } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { badParameters, type Parameter, type ParameterValues, words } from './parameters.ts';

export const ON_CALL_REASONS = ['layer', 'override', 'swap', 'gap'] as const satisfies readonly OnCall['because'][];

type Ports = Pick<OperatorPorts, 'schedules' | 'now'>;

const DAY = 86_400_000;
const MOST_DAYS = 366;
const DEFAULT_DAYS = 30;
const CALENDAR = '.ics';

const UNKNOWN_YET = 'NATS, which keeps what people change, was not reached yet.';
const AT = words('at', 'The time that is asked about, RFC 3339; now where it is left out.');
const DAYS: Parameter = {
  name: 'days',
  description: 'How many days of shifts are listed from then on.',
  schema: { type: 'integer', minimum: 1, maximum: MOST_DAYS, default: DEFAULT_DAYS },
};

export function scheduleOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/schedules',
      id: 'listSchedules',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Schedules with who is on call at a time.',
      parameters: [words('tenant', 'Only this tenant.'), AT],
      body: null,
      answer: 'ScheduleList',
      problems: { 503: UNKNOWN_YET },
      handle: async (_request, values, caller) => list(ports, values, caller),
    },
    {
      method: 'GET',
      path: '/v1/schedules/{tenant}/{name}',
      id: 'getSchedule',
      access: { permission: 'alerts.read', within: 'tenant' },
      summary:
        'One schedule: who is on call at a time and why, the shifts from then on, and the gaps of the 30 days behind it. A name that ends in .ics answers the shifts as a calendar (text/calendar).',
      parameters: [AT, DAYS],
      body: null,
      answer: 'ScheduleDetail',
      problems: { 404: 'There is no such schedule.', 503: UNKNOWN_YET },
      handle: async (request, values) => detail(ports, request, values),
    },
  ];
}

function list({ schedules, now }: Ports, values: ParameterValues, caller: Caller): Reply {
  const at = timeIn(values, now());
  if (at === null) return badTime(values);
  const found = schedules().filter(({ tenant }) => sees(caller, tenant) && tenant === (values.tenant ?? tenant));
  return json(200, {
    at: time(at),
    schedules: found.map(({ tenant, schedule }) => ({
      tenant,
      name: schedule.name,
      onCall: onCallAnswer(schedule.at(at)),
      gapSeconds: gapSeconds(roster(schedule, at, at + GAP_HORIZON)),
    })),
  });
}

function detail({ schedules, now }: Ports, { params }: HttpRequest, values: ParameterValues): Reply {
  const at = timeIn(values, now());
  if (at === null) return badTime(values);
  const { tenant = '', name: asked = '' } = params;
  const asCalendar = asked.endsWith(CALENDAR);
  const name = asCalendar ? asked.slice(0, -CALENDAR.length) : asked;
  const schedule = schedules().find((one) => one.tenant === tenant && one.schedule.name === name)?.schedule;
  if (schedule === undefined) {
    const why = `tenant ${tenant.slice(0, 100)} has no schedule ${name.slice(0, 100)}`;
    return problem(404, 'no such schedule', { code: 'schedule.unknown', detail: why });
  }
  const shifts = roster(schedule, at, at + Number(values.days ?? DEFAULT_DAYS) * DAY);
  if (asCalendar) {
    const headers = { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'no-store' };
    return { status: 200, headers, body: rosterCalendar({ tenant, schedule: name, shifts, now: now() }) };
  }
  const gaps = gapsOf(roster(schedule, at, at + GAP_HORIZON));
  return json(200, {
    tenant,
    name,
    at: time(at),
    onCall: onCallAnswer(schedule.at(at)),
    shifts: shifts.map(({ start, end, ...who }) => ({ start: time(start), end: time(end), ...whoAnswer(who) })),
    gaps: gaps.map(({ start, end }) => ({ start: time(start), end: time(end) })),
  });
}

function onCallAnswer({ until, ...who }: OnCall) {
  return { ...whoAnswer(who), until: until === null ? null : time(until) };
}

/** `user` null: nobody. */
function whoAnswer({ user, because, layer, detail: why }: Omit<OnCall, 'until'>) {
  return { user: user === null ? null : `user/${user}`, because, layer, detail: why };
}

function gapSeconds(shifts: readonly Shift[]): number {
  return Math.round(gapsOf(shifts).reduce((sum, { start, end }) => sum + end - start, 0) / 1000);
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;

/** null: it is none. In a query a plus sign means a space. */
function timeIn({ at }: ParameterValues, now: number): number | null {
  if (at === undefined) return now;
  const text = String(at).replace(' ', '+');
  const parsed = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

function badTime({ at }: ParameterValues): Reply {
  const problems = new Problems();
  problems.add('at', at, 'a time such as 2026-12-01T09:00:00Z');
  return badParameters(problems);
}

function time(at: number): string {
  return new Date(at).toISOString();
}
