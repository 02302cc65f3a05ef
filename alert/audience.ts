/**
 * An audience: so many recipients that they are not told one by one. A group tells it as one line, in one notification; the channel takes
 * its members on in chunks (channels/expansion.ts).
 *
 * A member's place follows from the address alone. So a chunk is what lies behind a place, whatever the list looks like by then: nobody
 * comes twice when a list changes or its owner dies half-way, and nobody who stays on it is passed over.
 */

import { hash16 } from './fingerprint.ts';
import type { Notification, Recipient } from './notification.ts';

export interface Member {
  /** In the terms of the channel. Unique within the audience. */
  readonly address: string;
  /** For people. Left out where the list has none. */
  readonly name?: string;
  /** BCP 47. */
  readonly language?: string;
  /** IANA. */
  readonly timeZone?: string;
}

export interface Chunk {
  /** In the order of their places. */
  readonly members: readonly Member[];
  /** Place of the last one: where the next chunk begins. */
  readonly through: number;
  /** No more are behind it. */
  readonly last: boolean;
}

export interface Audience {
  readonly name: string;
  /** Name of the Channel. */
  readonly channel: string;
  readonly size: number;
  /** `most` members behind a place, and those that share the last one's place. The cost grows with `most`, not with the audience. */
  chunk(after: number, most: number): Chunk;
  has(address: string): boolean;
}

/** Addresses that differ in their case only are one: a mailbox that is written in two ways is not told twice. */
export function sameAddress(address: string): string {
  return address.toLowerCase();
}

/** Before all places, which are whole numbers from 0 to 2^32 - 1. */
export const BEFORE_ALL = -1;

export function placeOf(address: string): number {
  return Number.parseInt(hash16(sameAddress(address)).slice(0, 8), 16);
}

const KIND = 'audience/';

/** As routes name it. */
export function audienceReceiver(name: string): string {
  return `${KIND}${name}`;
}

export function audienceLine(name: string): Recipient {
  return { name: audienceReceiver(name), address: name };
}

/** The audience that a notification is for as a whole; null: it is for none. */
export function audienceOf({ recipient }: Pick<Notification, 'recipient'>): string | null {
  if (recipient === undefined || !recipient.name.startsWith(KIND)) return null;
  const name = recipient.name.slice(KIND.length);
  return name.includes('/') ? null : name;
}

/** Is it one of the many of an audience? */
export function isMember({ name }: Pick<Recipient, 'name'>): boolean {
  return name.startsWith(KIND) && name.includes('/', KIND.length);
}

const MARK = '-m';
const DIGITS = 16;

/** What one member is told: the same, under an id that follows from it and the address. */
export function memberNotification(whole: Notification, { address, language, timeZone }: Member): Notification {
  const { toldThrough: _, ...content } = whole;
  return {
    ...content,
    id: memberId(whole.id, address),
    recipient: {
      name: `${whole.recipient?.name}/${address}`,
      address,
      ...(language === undefined ? {} : { language }),
      ...(timeZone === undefined ? {} : { timeZone }),
    },
  };
}

export function memberId(wholeId: string, address: string): string {
  return `${wholeId}${MARK}${hash16(sameAddress(address))}`;
}

/** The id of the notification for the whole audience, of which this id is one member's; null: it is nobody's of an audience. */
export function wholeOf(id: string): string | null {
  const at = id.length - DIGITS - MARK.length;
  return at > 0 && id.startsWith(MARK, at) && HEX.test(id) ? id.slice(0, at) : null;
}

const HEX = /[0-9a-f]{16}$/;
