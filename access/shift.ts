/** Who may change who is on call at run time: for themselves those who take turns, for anybody who was granted that. */

/** Who asks. */
export interface ShiftActor {
  /** Name of the identity. */
  readonly name: string;
  /** Of the User that it is; null: none of the tenant. */
  readonly person: string | null;
  /** Holds `shifts.assign` in the tenant. */
  readonly assigns: boolean;
}

export interface ShiftFacts {
  /** Whom it puts on call. */
  readonly user: string;
  /** Who is on call in that time without it, each once; null: nobody, for a part of it. */
  readonly relieved: readonly (string | null)[];
  /** Those who take turns in the schedule. */
  readonly turns: readonly string[];
}

export type ShiftVerdict =
  /** By who may do so for anybody. */
  | { readonly code: 'shift.assigned' }
  /** Who takes turns takes one more. */
  | { readonly code: 'shift.taken' }
  /** All of that time is one's own, and goes to another. */
  | { readonly code: 'shift.handed-over' }
  | { readonly code: 'shift.denied'; readonly detail: string };

const FOR_ANYBODY = 'for anybody it takes shifts.assign';

export function mayChangeShift(actor: ShiftActor, { user, relieved, turns }: ShiftFacts): ShiftVerdict {
  const { name, person, assigns } = actor;
  if (assigns) return { code: 'shift.assigned' };
  if (person === null) return denied(`${JSON.stringify(name)} is the name of no User of the tenant; ${FOR_ANYBODY}`);
  if (relieved.length > 0 && relieved.every((one) => one === person)) return { code: 'shift.handed-over' };
  if (user === person && turns.includes(person)) return { code: 'shift.taken' };
  if (user === person) return denied(`user/${person} takes no turns in the schedule; ${FOR_ANYBODY}`);
  const others = relieved.filter((one) => one !== person).map((one) => (one === null ? 'nobody' : `user/${one}`));
  return denied(`not all of it is a shift of user/${person}, for ${others.join(', ')} is on call; ${FOR_ANYBODY}`);
}

/** `by`, `person`: of who made the change. */
export function mayEndShift(
  actor: ShiftActor,
  made: { readonly by: string; readonly person: string | null },
): ShiftVerdict {
  if (actor.assigns) return { code: 'shift.assigned' };
  const own = made.person === null ? made.by === actor.name : made.person === actor.person;
  return own ? { code: 'shift.taken' } : denied(`${made.by} made it; ${FOR_ANYBODY}`);
}

function denied(detail: string): ShiftVerdict {
  return { code: 'shift.denied', detail };
}
