/** What leaves for one receiver about one group: complete in itself, so that a channel needs nothing else to send it. */

import type { Alert, AlertStatus, Environment, LabelSet, Priority } from './alert.ts';
import type { Flapping } from './flapping.ts';
import type { KnownAttributes } from './namespace.ts';
import type { Contact } from './people.ts';
import type { Reason } from './reason.ts';

/** `labels`: as Filters left them; the fingerprint is that of the labels it came with. */
export interface GroupedAlert extends Alert, KnownAttributes {
  readonly environment: Environment;
  readonly priority: Priority;
  /** A person put it off until then. Unix time in milliseconds. */
  readonly snoozedUntil?: number;
  /** It waits for a person to approve of it: by which rule and until when. */
  readonly awaiting?: string;
  /** A person has it in hand. Left out where nobody has. */
  readonly acknowledged?: true;
  /** Who: `slack/alice (U0ALICE)`. Left out where nobody has, and for those of before. */
  readonly acknowledgedBy?: string;
  /** To a group that the policy in force puts it in no more (reroute.ts). */
  readonly rerouted?: true;
  /** It opens and ends all the time. Left out where it does not. */
  readonly flapping?: Flapping;
}

/** A person, or a shared inbox, that a notification is for. */
export interface Recipient {
  /** As Herald knows it: `user/alice`. */
  readonly name: string;
  /** In the channel's terms: a mail address, a Slack id, a number in E.164. */
  readonly address: string;
  /** BCP 47. */
  readonly language?: string;
  /** IANA. */
  readonly timeZone?: string;
  /** Words alone, without HTML, pictures and blocks. Left out: as the channel does it. */
  readonly format?: 'plain';
  /** Their other contacts, in the order in which they are to be tried where this one fails. Left out where there are none. */
  readonly next?: readonly Contact[];
}

export interface Notification {
  /** Deterministic (group identity and the group's own counter): a replay or a retry carries the same id. */
  readonly id: string;
  readonly tenant: string;
  readonly groupId: string;
  /** Alertmanager's form: `{}/{severity="critical"}:{alertname="X"}`. */
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  /** Name of the Channel resource. */
  readonly channel: string;
  /** Left out: whoever the channel's own options name. */
  readonly recipient?: Recipient;
  /** For a whole audience: everybody up to this place has it (audience.ts). Left out: nobody yet. */
  readonly toldThrough?: number;
  /** Not to be sent before. Unix time in milliseconds. Left out: at once. */
  readonly notBefore?: number;
  /** Channels to go on to, in this order, instead of the one that its channel declares. Left out: as its channel says. */
  readonly alternatives?: readonly string[];
  /** It comes from a channel that could not deliver it, or that only hands on: which, and what it was there. */
  readonly cameFrom?: { readonly channel: string; readonly notificationId: string };
  /** It stands for several that waited too long: what they were. */
  readonly bundled?: readonly { readonly id: string; readonly groupId: string }[];
  /** `firing` while at least one alert fires. */
  readonly status: AlertStatus;
  /** Firing ones first, each part in order of startsAt. */
  readonly alerts: readonly GroupedAlert[];
  /** How many alerts of the group were left off because the notification would have become too large. */
  readonly truncatedAlerts: number;
  /** The most dangerous and the most urgent of its alerts. */
  readonly environment: Environment;
  readonly priority: Priority;
  readonly reasons: readonly Reason[];
  /** Unix time in milliseconds. */
  readonly createdAt: number;
}

/** It says that somebody took on what fires, and nothing else that is new. */
export function tellsOfTaking({ reasons }: Pick<Notification, 'reasons'>): boolean {
  return reasons.some(({ code }) => code === 'group.acknowledged');
}
