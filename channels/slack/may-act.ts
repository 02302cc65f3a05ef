/**
 * Who may acknowledge and snooze by a click. Slack's signature shows who clicked; which of the users of the resources that is, their contacts
 * say: one whose address is the id of the Slack user.
 */

import type { Directory } from '../../alert/people.ts';

/** Ids of Slack users, or `user/`, `team/`, `schedule/` with a name: whoever is on call when it is clicked. Left out: everybody. */
export type Actors = readonly string[] | undefined;

export interface Clicker {
  /** Slack's id: `U024BE7LH`. */
  readonly id: string;
  readonly tenant: string;
  /** Unix ms. */
  readonly now: number;
}

export function mayAct(actors: Actors, clicker: Clicker, directory: Directory): boolean {
  return actors === undefined || actors.some((actor) => isOne(actor, clicker, directory));
}

function isOne(actor: string, clicker: Clicker, directory: Directory): boolean {
  const { id, tenant, now } = clicker;
  const slash = actor.indexOf('/');
  if (slash < 0) return actor === id;
  const name = actor.slice(slash + 1);
  switch (actor.slice(0, slash)) {
    case 'user':
      return directory.user(tenant, name)?.contacts.some(({ address }) => address === id) ?? false;
    case 'team':
      return directory.team(tenant, name)?.members.some((user) => isOne(`user/${user}`, clicker, directory)) ?? false;
    case 'schedule': {
      const user = directory.schedule(tenant, name)?.at(now).user ?? null;
      return user !== null && isOne(`user/${user}`, clicker, directory);
    }
    default:
      return false;
  }
}
