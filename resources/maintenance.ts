/** Maintenance: a window, once or recurring, in which alerts that its matchers match notify nobody. */

import Type from 'typebox';
import { cheapestFirst } from '../alert/matcher.ts';
import { instantOf, parseTime } from '../rules/local-time.ts';
import {
  compileMaintenance,
  type MaintenanceHold,
  type MaintenanceWindow,
  type Schedule,
} from '../rules/maintenance.ts';
import { compileRecurrence } from '../rules/recurrence.ts';
import { zoneOf } from '../rules/zone.ts';
import { deepFreeze } from './canonical.ts';
import { checkedMatcher } from './matcher.ts';
import { narrowingMatchers } from './matcher-schema.ts';
import { type Declared, durationSchema, milliseconds } from './resource.ts';
import type { Fault } from './validate.ts';
import { zoneSchema } from './zone.ts';

const TIME = 'a time such as 2026-12-01T22:00:00+01:00, or 2026-12-01T22:00 with a zone';

const time = Type.Refine(
  Type.String({ description: TIME }),
  (text) => parseTime(text) !== null,
  (text) => `is ${JSON.stringify(text)}; allowed: ${TIME}`,
);

export const maintenanceSpec = Type.Object(
  {
    matchers: narrowingMatchers,
    start: time,
    end: Type.Optional(time),
    duration: Type.Optional(durationSchema(1)),
    recurrence: Type.Optional(Type.String({ description: 'an RRULE of RFC 5545, such as FREQ=WEEKLY;BYDAY=SA' })),
    zone: Type.Optional(zoneSchema),
    comment: Type.String({ minLength: 1, description: 'what is done, for those who wonder why they hear nothing' }),
    by: Type.String({ minLength: 1, description: 'who answers for it' }),
  },
  { additionalProperties: false },
);

type MaintenanceDeclared = Type.Static<typeof maintenanceSpec>;

function windowFrom({ tenant, name, spec }: Declared): MaintenanceWindow {
  const checked = spec as MaintenanceDeclared;
  const schedule = readSchedule(checked);
  if (!('kind' in schedule)) throw new TypeError(`unchecked Maintenance ${tenant}/${name}: ${schedule.message}`);
  const { comment, by } = checked;
  return deepFreeze({
    name: `${tenant}/${name}`,
    matchers: cheapestFirst(checked.matchers.map(checkedMatcher)),
    schedule,
    comment,
    by,
  });
}

/** By tenant. */
export function compileMaintenances(declared: readonly Declared[]): ReadonlyMap<string, MaintenanceHold> {
  const tenants = [...Map.groupBy(declared, (one) => one.tenant)];
  return new Map(tenants.map(([tenant, list]) => [tenant, compileMaintenance(list.map(windowFrom))]));
}

/** For a spec that its schema has checked. */
export function maintenanceFaults(spec: unknown): Fault[] {
  const schedule = readSchedule(spec as MaintenanceDeclared);
  return 'kind' in schedule ? [] : [schedule];
}

function readSchedule(declared: MaintenanceDeclared): Schedule | Fault {
  return declared.recurrence === undefined ? readOnce(declared) : readRecurring(declared, declared.recurrence);
}

function readOnce({ start, end, duration, zone }: MaintenanceDeclared): Schedule | Fault {
  if ((end === undefined) === (duration === undefined)) {
    const found = end === undefined ? 'is missing' : 'stands beside duration';
    return fault('end', `${found}; allowed: end or duration, or recurrence with duration`);
  }
  const from = readInstant('start', start, zone);
  if (typeof from !== 'number') return from;
  const to = end === undefined ? from + milliseconds(duration!) : readInstant('end', end, zone);
  if (typeof to !== 'number') return to;
  if (to > from) return { kind: 'once', start: from, end: to };
  return fault(
    'end',
    `is ${JSON.stringify(end)}, not after the start at ${start}; allowed: a later time, or duration instead of end`,
  );
}

function readRecurring({ start, end, duration, zone }: MaintenanceDeclared, rule: string): Schedule | Fault {
  if (end !== undefined)
    return fault(
      'end',
      'stands beside recurrence; allowed: duration, how long each window lasts; the last start is UNTIL in the rule',
    );
  if (duration === undefined) return fault('duration', 'is missing; allowed: how long each window lasts, such as 2h');
  const known = zone === undefined ? null : zoneOf(zone);
  if (known === null)
    return fault('zone', 'is missing; allowed: the zone in which the rule counts, such as Europe/Berlin');
  const { at, local } = parseTime(start)!;
  if (!local)
    return fault(
      'start',
      `is ${JSON.stringify(start)}, with an offset; allowed: a time in the zone, such as 2026-12-01T22:00`,
    );
  const compiled = compileRecurrence(rule, at, known);
  if (!compiled.ok) return fault('recurrence', recurrenceMessage(rule, start, compiled.message));
  return { kind: 'recurring', recurrence: compiled.recurrence, duration: milliseconds(duration) };
}

function recurrenceMessage(rule: string, start: string, message: string): string {
  const more = message === 'never happens' ? ` from ${start} on; look at the days, UNTIL and start` : '';
  return `is ${JSON.stringify(rule)}, which ${message}${more}`;
}

/** Unix ms. */
function readInstant(field: 'start' | 'end', text: string, zone: string | undefined): number | Fault {
  const { at, local } = parseTime(text)!;
  if (!local) return at;
  const known = zone === undefined ? null : zoneOf(zone);
  if (known !== null) return instantOf(known, at);
  return fault(
    field,
    `is ${JSON.stringify(text)}, a local time without a zone; allowed: a zone beside it, or an offset such as ${text}+01:00`,
  );
}

function fault(field: string, message: string): Fault {
  return { path: ['spec', field], message, target: 'value' };
}
