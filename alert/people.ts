/**
 * Who can be told: users with their contacts, teams, schedules, as far as deciding looks at them. Compiled in resources/ and rules/;
 * here is only the shape, so that deciding imports nothing.
 *
 * A receiver is named as routes name it: `user/alice`, `team/shop`, `schedule/primary`, `audience/customers`, `subscription/...`; a channel by its bare
 * name, which has no slash.
 */

import type { Priority } from './alert.ts';
import type { Audience } from './audience.ts';

/** Where one is reached. `address`: in the terms of the channel. */
export interface Contact {
  /** Name of the Channel. */
  readonly channel: string;
  readonly address: string;
  /** Words alone. Left out: as the channel does it. */
  readonly format?: 'plain';
}

/** Times at which something holds. */
export interface Times {
  /** `until`: Unix ms at which that may change; Infinity: not within years. */
  at(now: number): { readonly inside: boolean; readonly until: number };
}

/** By which channels a user is told. The first that fits decides. */
export interface Preference {
  /** null: all. */
  readonly priorities: readonly Priority[] | null;
  /** null: always. */
  readonly when: Times | null;
  /** Names of channels, the most wanted first. */
  readonly channels: readonly string[];
  /** By all of them at once, else by the first for which there is a contact. */
  readonly all: boolean;
}

/** When a user is not to be told of what can wait. */
export interface QuietHours {
  readonly when: Times;
  /** These are told all the same. */
  readonly breakThrough: readonly Priority[];
  /** And what has severity="critical". */
  readonly criticalBreaksThrough: boolean;
}

export interface User {
  readonly name: string;
  readonly language: string | null;
  readonly timeZone: string | null;
  /** In the order in which they are tried. At most one for each channel. */
  readonly contacts: readonly Contact[];
  readonly preferences: readonly Preference[];
  readonly quietHours: QuietHours | null;
}

export interface Team {
  readonly name: string;
  /** Names of users. */
  readonly members: readonly string[];
  /** Names of channels that belong to the team as a whole. */
  readonly channels: readonly string[];
  readonly tell: 'channels' | 'members' | 'everyone';
  /** Receivers for when nobody of the team can be reached. */
  readonly otherwise: readonly string[];
}

/** Who is on call at an instant, and why. */
export interface OnCall {
  /** Name of the user; null: nobody, a gap. */
  readonly user: string | null;
  readonly because: 'layer' | 'override' | 'swap' | 'gap';
  /** Of the layer that decided; null where none did. */
  readonly layer: string | null;
  /** For a person, one line. */
  readonly detail: string;
  /** Unix ms at which that may change. null: not within a year. */
  readonly until: number | null;
}

export interface Schedule {
  readonly name: string;
  at(now: number): OnCall;
  /** Receivers for when nobody is on call. */
  readonly otherwise: readonly string[];
}

/** Somebody who subscribes. */
export interface Subscriber {
  /** `user/alice`, `team/shop`. */
  readonly receiver: string;
  /** Which subscription it is, for people. */
  readonly by: string;
  /** Why it does not hold (any more); null: it does. */
  readonly void: string | null;
}

/** The people and audiences of all tenants. null: not declared (any more). */
export interface Directory {
  user(tenant: string, name: string): User | null;
  team(tenant: string, name: string): Team | null;
  schedule(tenant: string, name: string): Schedule | null;
  /** Those who subscribe to the same: see resources/subscription.ts. */
  subscribers(tenant: string, name: string): readonly Subscriber[] | null;
  audience(tenant: string, name: string): Audience | null;
}

export const NOBODY: Directory = Object.freeze({
  user: () => null,
  team: () => null,
  schedule: () => null,
  subscribers: () => null,
  audience: () => null,
});

/** Is it a channel's bare name, or somebody whom a Directory knows? */
export function isPerson(receiver: string): boolean {
  return receiver.includes('/');
}
