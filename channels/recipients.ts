/**
 * Where the limits of a channel's recipients stand. Only those are kept whose bucket is not full again: a full one is as good as
 * none. Changed in place (see channel-state.ts).
 */

import type { Notification } from '../alert/notification.ts';
import type { RateLimit } from '../alert/policy.ts';
import type { RecipientStanding } from './channel-state.ts';
import { freeAt } from './throttle.ts';

const LOOK_EVERY = 512;

const indexes = new WeakMap<RecipientStanding[], Map<string, RecipientStanding>>();

function indexOf(recipients: RecipientStanding[]): Map<string, RecipientStanding> {
  let index = indexes.get(recipients);
  if (index === undefined) {
    index = new Map(recipients.map((one) => [one.name, one]));
    indexes.set(recipients, index);
  }
  return index;
}

export function recipientName({ recipient }: Pick<Notification, 'recipient'>): string {
  return recipient?.name ?? '';
}

export function recipientOf(recipients: RecipientStanding[], name: string): Omit<RecipientStanding, 'name'> {
  return indexOf(recipients).get(name) ?? { bucket: 0, reserved: 0 };
}

/** `now`: for forgetting those that are long at rest. */
export function noteRecipient(
  recipients: RecipientStanding[],
  name: string,
  change: Partial<Omit<RecipientStanding, 'name'>>,
  now: number,
): void {
  const known = indexOf(recipients).get(name);
  if (known !== undefined) {
    known.bucket = change.bucket ?? known.bucket;
    known.reserved = change.reserved ?? known.reserved;
    return;
  }
  if (recipients.length % LOOK_EVERY === LOOK_EVERY - 1) {
    // A bucket that lies behind the clock is full.
    const busy = recipients.filter(({ bucket, reserved }) => Math.max(bucket, reserved) > now);
    recipients.splice(0, recipients.length, ...busy);
    indexes.delete(recipients);
  }
  const fresh = { name, bucket: 0, reserved: 0, ...change };
  recipients.push(fresh);
  indexOf(recipients).set(name, fresh);
}

/**
 * The turn of one that its recipient's limit holds: the urgent and those that had a turn before come with the next that is free;
 * the others line up behind those that wait already, so that they do not all come at once to be sent back.
 */
export function turnOf(
  { bucket, reserved }: Omit<RecipientStanding, 'name'>,
  limit: RateLimit,
  now: number,
  isNext: boolean,
): { readonly notBefore: number; readonly reserved: number } {
  const next = freeAt(bucket, limit, now);
  if (isNext) return { notBefore: next, reserved };
  const end = Math.max(reserved, bucket);
  return {
    notBefore: Math.max(next, Math.ceil(end - (limit.burst - 1) * limit.interval)),
    reserved: end + limit.interval,
  };
}
