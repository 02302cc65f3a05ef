/** The people and audiences of all tenants, as deciding asks for them. */

import type { Audience } from '../alert/audience.ts';
import type { Directory, Subscriber, Team, User } from '../alert/people.ts';
import type { DutySchedule } from '../rules/on-call.ts';
import { audienceFrom } from './audience.ts';
import type { Checked } from './compile.ts';
import { type FindPerson, personFinder } from './person.ts';
import { scheduleFrom } from './schedule.ts';
import { teamFrom } from './team.ts';
import { userFrom } from './user.ts';

export interface People {
  readonly directory: Directory;
  /** With their tenants, in the order of their names. */
  readonly schedules: readonly { readonly tenant: string; readonly schedule: DutySchedule }[];
  readonly person: FindPerson;
}

/** `subscribers`: by `tenant/name` of the subscription's receiver. */
export function compilePeople(
  checked: readonly Checked[],
  subscribers: ReadonlyMap<string, readonly Subscriber[]>,
): People {
  const users = byName<User>(checked, 'User', ({ declared }) => userFrom(declared));
  const teams = byName<Team>(checked, 'Team', ({ declared }) => teamFrom(declared));
  const schedules = byName<DutySchedule>(checked, 'Schedule', ({ declared, resolved }) =>
    scheduleFrom(declared.name, resolved),
  );
  const audiences = byName<Audience | null>(checked, 'Audience', audienceFrom);
  return {
    directory: Object.freeze({
      user: (tenant: string, name: string) => users.get(`${tenant}/${name}`) ?? null,
      team: (tenant: string, name: string) => teams.get(`${tenant}/${name}`) ?? null,
      schedule: (tenant: string, name: string) => schedules.get(`${tenant}/${name}`) ?? null,
      audience: (tenant: string, name: string) => audiences.get(`${tenant}/${name}`) ?? null,
      subscribers: (tenant: string, name: string) => subscribers.get(`${tenant}/${name}`) ?? null,
    }),
    person: personFinder(checked.map(({ declared }) => declared)),
    schedules: [...schedules]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, schedule]) => ({ tenant: key.slice(0, key.indexOf('/')), schedule })),
  };
}

function byName<T>(checked: readonly Checked[], kind: string, compile: (one: Checked) => T): ReadonlyMap<string, T> {
  const ofKind = checked.filter(({ declared }) => declared.kind === kind);
  return new Map(ofKind.map((one) => [`${one.declared.tenant}/${one.declared.name}`, compile(one)]));
}
