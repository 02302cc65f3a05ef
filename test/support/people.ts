/** People to tell in tests. */

import type { Audience } from '../../alert/audience.ts';
import type { Directory, Schedule, Team, Times, User } from '../../alert/people.ts';
import type { DutySchedule } from '../../rules/on-call.ts';

export function aUser(name: string, change: Partial<User> = {}): User {
  return {
    name,
    language: null,
    timeZone: null,
    contacts: [{ channel: 'mail', address: `${name}@example.org` }],
    preferences: [],
    quietHours: null,
    ...change,
  };
}

export function aTeam(name: string, change: Partial<Team> = {}): Team {
  return { name, members: [], channels: [], tell: 'members', otherwise: [], ...change };
}

/** From `from` to before `to`, of all time. */
export function between(from: number, to: number): Times {
  return {
    at: (now) => {
      if (now < from) return { inside: false, until: from };
      return now < to ? { inside: true, until: to } : { inside: false, until: Number.POSITIVE_INFINITY };
    },
  };
}

/** One after the other, `length` each from 0 on; null: a gap. */
export function turns(
  name: string,
  length: number,
  users: readonly (string | null)[],
  otherwise: string[] = [],
): DutySchedule {
  return {
    name,
    otherwise,
    users: users.filter((user) => user !== null),
    override: () => {
      throw new Error(`${name} takes no overrides: compileSchedule makes one that does`);
    },
    at(now) {
      const index = Math.floor(now / length);
      const user = users[index % users.length]!;
      const until = (index + 1) * length;
      const layer = user === null ? null : 'only';
      return { user, because: user === null ? 'gap' : 'layer', layer, detail: user ?? 'nobody is on call', until };
    },
  };
}

export interface FakeDirectory {
  readonly users?: readonly User[];
  readonly teams?: readonly Team[];
  readonly schedules?: readonly Schedule[];
  readonly subscribers?: Readonly<Record<string, readonly string[]>>;
  readonly audiences?: Readonly<Record<string, Audience>>;
}

export function aDirectory({
  users = [],
  teams = [],
  schedules = [],
  subscribers = {},
  audiences = {},
}: FakeDirectory): Directory {
  const named = <T extends { readonly name: string }>(list: readonly T[]) => {
    const known = new Map(list.map((one) => [one.name, one]));
    return (_tenant: string, name: string) => known.get(name) ?? null;
  };
  return {
    user: named(users),
    team: named(teams),
    schedule: named(schedules),
    subscribers: (_tenant, name) =>
      subscribers[name]?.map((receiver) => ({ receiver, by: 'Subscription s', void: null })) ?? null,
    audience: (_tenant, name) => audiences[name] ?? null,
  };
}
