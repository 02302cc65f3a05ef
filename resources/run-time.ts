/**
 * What people changed at run time, laid over the resources in force: a pure function of both, so that whoever has the same resources and
 * the same changes decides the same. What names somebody who is not declared any more is void, and what is declared holds again.
 */

import { overridesOf, type ShiftChange } from '../rules/shift-change.ts';
import type { ResourceSet } from './compile.ts';

export interface RunTimeChanges {
  /** Of each schedule, by shiftKey. */
  readonly shifts: ReadonlyMap<string, readonly ShiftChange[]>;
}

/** Neither holds a dot. */
export function shiftKey(tenant: string, schedule: string): string {
  return `${tenant}.${schedule}`;
}

/** The same set where nothing was changed. */
export function withRunTime(set: ResourceSet, { shifts }: RunTimeChanges): ResourceSet {
  if (shifts.size === 0) return set;
  const { directory } = set.policy;
  const schedules = set.schedules.map(({ tenant, schedule }) => {
    const changes = shifts.get(shiftKey(tenant, schedule.name)) ?? [];
    const overrides = overridesOf(changes, (name) => directory.user(tenant, name) !== null);
    return { tenant, schedule: overrides.length === 0 ? schedule : schedule.override(overrides) };
  });
  const byKey = new Map(schedules.map(({ tenant, schedule }) => [shiftKey(tenant, schedule.name), schedule]));
  const schedule = (tenant: string, name: string) => byKey.get(shiftKey(tenant, name)) ?? null;
  const policy = Object.freeze({ ...set.policy, directory: Object.freeze({ ...directory, schedule }) });
  return Object.freeze({ ...set, policy, schedules });
}
