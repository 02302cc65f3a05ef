/** Schedule: who is on call when. Layers of rotations or calendars, overrides, and swaps between two. */

import Type from 'typebox';
import { WEEKDAYS } from '../rules/calendar.ts';
import { instantOf, parseTime } from '../rules/local-time.ts';
import { compileSchedule, type DutySchedule, type Layer } from '../rules/on-call.ts';
import { HOUR, lastHandOver } from '../rules/rotation.ts';
import { DAY } from '../rules/wall-clock.ts';
import type { Zone } from '../rules/zone.ts';
import { calendarProblem, type DutyNames, dutiesFrom } from './duty-calendar.ts';
import { fieldOf, listOf } from './resource.ts';
import { type ReceiverReference, receiverAt, receiverNames, receiversIn, receiversOfKinds } from './route.ts';
import { clock, minutes, timesFrom, timesSchema } from './time-interval.ts';
import type { Fault } from './validate.ts';
import { checkedZone, zoneSchema } from './zone.ts';

const TIME = "a time such as 2026-12-01T09:00 in the schedule's zone, or 2026-12-01T09:00:00+01:00";

const time = Type.Refine(
  Type.String({ description: TIME }),
  (text) => parseTime(text) !== null,
  (text) => `is ${JSON.stringify(text)}; allowed: ${TIME}`,
);

const user = Type.String({
  pattern: '^user/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  description: 'user/NAME of a User of the tenant',
});

const rotation = Type.Object(
  {
    every: Type.Enum(['day', 'week', 'hours']),
    length: Type.Optional(Type.Integer({ minimum: 1, maximum: 8784, description: 'a whole number from 1 to 8784' })),
    handOver: Type.Optional(clock),
    weekday: Type.Optional(Type.Enum([...WEEKDAYS])),
  },
  { additionalProperties: false },
);

const ICAL = 'the text of a calendar (RFC 5545), or { file: PATH } of one';

const layer = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    users: receiversOfKinds(['user']),
    start: Type.Optional(time),
    end: Type.Optional(time),
    rotation: Type.Optional(rotation),
    restrictions: Type.Optional(timesSchema),
    ical: Type.Optional(
      Type.Union(
        [
          Type.String({ minLength: 1, description: ICAL }),
          Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
        ],
        { description: ICAL },
      ),
    ),
    names: Type.Optional(Type.Record(Type.String(), user)),
  },
  { additionalProperties: false },
);

export const scheduleSpec = Type.Object(
  {
    timeZone: zoneSchema,
    layers: Type.Array(layer, { minItems: 1, maxItems: 50, description: 'a list of 1 to 50 layers' }),
    overrides: Type.Optional(
      Type.Array(
        Type.Object(
          { user, start: time, end: time, comment: Type.Optional(Type.String({ maxLength: 500 })) },
          { additionalProperties: false },
        ),
      ),
    ),
    swaps: Type.Optional(
      Type.Array(
        Type.Object(
          { users: Type.Array(user, { minItems: 2, maxItems: 2 }), start: time, end: time },
          { additionalProperties: false },
        ),
      ),
    ),
    default: Type.Optional(receiversOfKinds(['channel', 'user'])),
  },
  { additionalProperties: false },
);

type ScheduleSpec = Type.Static<typeof scheduleSpec>;
type LayerSpec = Type.Static<typeof layer>;

/** What the schema cannot say. For what it has checked. */
export function scheduleFaults(spec: unknown): Fault[] {
  const { timeZone, layers, overrides = [], swaps = [] } = spec as ScheduleSpec;
  const zone = checkedZone(timeZone);
  const spans = [
    ...overrides.map((one, i) => ({ one, path: ['overrides', i] })),
    ...swaps.map((one, i) => ({ one, path: ['swaps', i] })),
  ];
  return [
    ...layers.flatMap((one, i) => layerFaults(one, i, layers, zone)),
    ...spans.flatMap(({ one, path }) => spanFault(one, path, zone)),
  ];
}

function layerFaults(one: LayerSpec, i: number, layers: readonly LayerSpec[], zone: Zone): Fault[] {
  const at = (field: string, message: string): Fault => ({
    path: ['spec', 'layers', i, field],
    message,
    target: 'value',
  });
  if (layers.findIndex(({ name }) => name === one.name) < i)
    return [at('name', `is ${JSON.stringify(one.name)}, as that of a layer above; allowed: another name`)];
  if (one.ical !== undefined) {
    const beside = (['rotation', 'start'] as const).filter((field) => one[field] !== undefined);
    return beside.map((field) => at(field, 'stands beside ical; allowed: a calendar, or a rotation with its start'));
  }
  if (one.rotation === undefined || one.start === undefined)
    return [at(one.start === undefined ? 'start' : 'rotation', 'is missing; allowed: start and rotation, or ical')];
  if (one.names !== undefined) return [at('names', 'stands without ical; allowed: only beside a calendar')];
  const { every, weekday, handOver } = one.rotation;
  if (weekday !== undefined && every !== 'week')
    return [at('rotation', 'has a weekday; allowed: only with every: week')];
  if (handOver !== undefined && every === 'hours')
    return [at('rotation', 'has a handOver; allowed: with every: hours, turns begin at the start')];
  return one.end === undefined ? [] : spanFault({ start: one.start, end: one.end }, ['layers', i], zone);
}

function spanFault(one: { start: string; end: string }, path: readonly (string | number)[], zone: Zone): Fault[] {
  if (instant(one.start, zone) < instant(one.end, zone)) return [];
  const message = `is ${JSON.stringify(one.end)}, not after the start at ${one.start}; allowed: a later time`;
  return [{ path: ['spec', ...path, 'end'], message, target: 'value' }];
}

/** What is wrong with its calendars, once their files are read. `resolved`: the spec with the texts put in. */
export function calendarFaults(resolved: unknown): Fault[] {
  const { timeZone, layers } = resolved as ScheduleSpec;
  return layers.flatMap((one, i): Fault[] => {
    if (typeof one.ical !== 'string' || one.ical === '') return [];
    const message = calendarProblem(one.ical, checkedZone(timeZone), namesIn(one));
    return message === null ? [] : [{ path: ['layers', i, 'ical'], message, target: 'value' }];
  });
}

export function receiversOfSchedule(spec: unknown): ReceiverReference[] {
  const in_ = (list: string, field: string) =>
    listOf(spec, list).flatMap((one, i) => receiversIn(one, ['spec', list, i], field));
  const overriding = listOf(spec, 'overrides').flatMap((one, i) =>
    receiverAt(fieldOf(one, 'user'), ['spec', 'overrides', i, 'user']),
  );
  return [
    ...in_('layers', 'users'),
    ...in_('swaps', 'users'),
    ...overriding,
    ...receiversIn(spec, ['spec'], 'default'),
  ];
}

/** For what was checked; `resolved` has the texts of calendars put in. */
export function scheduleFrom(name: string, resolved: unknown): DutySchedule {
  const { timeZone, layers, overrides = [], swaps = [], default: otherwise = [] } = resolved as ScheduleSpec;
  const zone = checkedZone(timeZone);
  const span = ({ start, end }: { start: string; end: string }) => ({
    start: instant(start, zone),
    end: instant(end, zone),
  });
  return compileSchedule({
    name,
    layers: layers.map((one) => layerFrom(one, zone)),
    overrides: overrides.map((one) => ({ ...span(one), user: userName(one.user), comment: one.comment ?? '' })),
    swaps: swaps.map((one) => ({ ...span(one), users: [userName(one.users[0]!), userName(one.users[1]!)] })),
    otherwise: receiverNames(otherwise),
  });
}

function layerFrom(one: LayerSpec, zone: Zone): Layer {
  const { name, users, end, ical, restrictions } = one;
  const of = {
    name,
    end: end === undefined ? Number.POSITIVE_INFINITY : instant(end, zone),
    restriction: restrictions === undefined ? null : timesFrom(restrictions, zone),
  };
  if (typeof ical === 'string') {
    const duties = dutiesFrom(ical, zone, namesIn(one));
    return { ...of, start: Number.NEGATIVE_INFINITY, turns: { kind: 'calendar', duties } };
  }
  const start = instant(one.start!, zone);
  const { every, length = 1, handOver, weekday } = one.rotation!;
  const wall = start + zone.spanAt(start).offset;
  const atClock = handOver === undefined ? Math.floor((wall % DAY) / 60_000) : minutes(handOver);
  const onDay = weekday === undefined ? null : WEEKDAYS.indexOf(weekday);
  const unit = every === 'hours' ? HOUR : every === 'day' ? DAY : 7 * DAY;
  const first = every === 'hours' ? wall : lastHandOver(wall, atClock, onDay);
  return {
    ...of,
    start,
    turns: { kind: 'rotation', rotation: { zone, first, length: length * unit, users: users.map(userName) } },
  };
}

function namesIn({ users, names = {} }: LayerSpec): DutyNames {
  const aliases = Object.entries(names).map(([said, one]): [string, string] => [
    said.trim().toLowerCase(),
    userName(one),
  ]);
  return { users: users.map(userName), aliases: new Map(aliases) };
}

function userName(reference: string): string {
  return reference.slice('user/'.length);
}

/** Unix ms. */
function instant(text: string, zone: Zone): number {
  const { at, local } = parseTime(text)!;
  return local ? instantOf(zone, at) : at;
}
