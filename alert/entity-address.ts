/** Which entity an entry is for, and in which kind of partition it lives. */

import { type Alert, alertKey } from './alert.ts';
import type { Entry } from './entry.ts';

/** Which kind of partition holds the entity: alert partitions (alerts and groups) or channel partitions. */
export type PartitionKind = 'alert' | 'channel';

export type EntityKindName = 'alert' | 'group' | 'holds' | 'promotion' | 'correlator' | 'channel';

export interface EntityAddress {
  readonly partition: PartitionKind;
  readonly kind: EntityKindName;
  /** Unique within its kind. */
  readonly key: string;
  /** What its partition is a hash of, where that is not the key. */
  readonly place?: string;
  /** There is one of it in every partition of its kind, and the entry is for all of them, or all but where it comes from. */
  readonly everywhere?: 'all' | 'others';
}

/** The entity that an entry is for. Its partition is a hash of the key, or of the place. */
export function addressOf(entry: Entry): EntityAddress {
  switch (entry.kind) {
    case 'alert':
      return addressOfAlert(entry.alert);
    case 'command':
      return addressOfAlert(entry);
    case 'silence':
      return {
        partition: 'alert',
        kind: 'holds',
        key: entry.tenant,
        place: `silence/${entry.tenant}/${entry.silence}`,
      };
    case 'silence-copy':
      return { partition: 'alert', kind: 'holds', key: entry.tenant, everywhere: 'others' };
    case 'promotion':
      return {
        partition: 'alert',
        kind: 'promotion',
        key: entry.tenant,
        place: `namespace/${entry.tenant}/${entry.namespace}`,
      };
    case 'placement':
      return { partition: 'alert', kind: 'promotion', key: entry.tenant, everywhere: 'others' };
    case 'inhibitor':
    case 'incident-hold':
      return { partition: 'alert', kind: 'holds', key: entry.tenant, everywhere: 'all' };
    case 'correlation':
      return { partition: 'alert', kind: 'correlator', key: entry.tenant };
    case 'unreadable':
      return { partition: 'alert', kind: 'alert', key: `${entry.tenant}/unreadable-${entry.id}` };
    case 'group':
      return { partition: 'alert', kind: 'group', key: entry.group.id };
    case 'undelivered':
      return { partition: 'alert', kind: 'group', key: entry.group };
    case 'notification':
    case 'submit':
      return {
        partition: 'channel',
        kind: 'channel',
        key: channelKey(entry.notification.tenant, entry.notification.channel),
      };
    case 'receipt':
    case 'probe':
      return { partition: 'channel', kind: 'channel', key: channelKey(entry.tenant, entry.channel) };
    case 'replay':
      return addressOf(entry.entry);
    default:
      return entry satisfies never;
  }
}

export function addressOfAlert({ tenant, fingerprint }: Pick<Alert, 'tenant' | 'fingerprint'>): EntityAddress {
  return { partition: 'alert', kind: 'alert', key: alertKey(tenant, fingerprint) };
}

export function channelKey(tenant: string, channel: string): string {
  return `${tenant}/${channel}`;
}
