/** Where an entity lives. The number of partitions is fixed per deployment and stored with the streams. */

import type { Alert } from '../alert/alert.ts';
import type { EntityAddress } from '../alert/entity-address.ts';

/** `a0`, `a1`, ... hold alerts and groups; `c0`, `c1`, ... hold channels. */
export type PartitionName = `a${number}` | `c${number}`;

export interface PartitionCount {
  readonly alert: number;
  readonly channel: number;
}

export function partitionNames(count: PartitionCount): PartitionName[] {
  const names: PartitionName[] = [];
  for (let i = 0; i < count.alert; i++) names.push(`a${i}`);
  for (let i = 0; i < count.channel; i++) names.push(`c${i}`);
  return names;
}

export function partitionOf(address: EntityAddress, count: PartitionCount): PartitionName {
  const hash = fnv1a32(address.place ?? address.key);
  return address.partition === 'alert' ? `a${hash % count.alert}` : `c${hash % count.channel}`;
}

/** The number of the alert's partition: that of partitionOf, without putting a key and a name together for each alert of each request. */
export function alertPartition({ tenant, fingerprint }: Pick<Alert, 'tenant' | 'fingerprint'>, alert: number): number {
  return fnv1a32(fingerprint, fnv1a32('/', fnv1a32(tenant))) % alert;
}

/** Where an entry for this address goes: to one partition, or to all that have such an entity. */
export function partitionsOf(address: EntityAddress, count: PartitionCount): PartitionName[] {
  if (address.everywhere === undefined) return [partitionOf(address, count)];
  const letter = address.partition === 'alert' ? 'a' : 'c';
  return partitionNames(count).filter((name) => name.startsWith(letter));
}

/**
 * 32-bit FNV-1a over UTF-16 code units (http://www.isthe.com/chongo/tech/comp/fnv/). Stored placements depend on it: never
 * change. `before`: the hash of what stands before the text.
 */
export function fnv1a32(text: string, before = 0x811c9dc5): number {
  let hash = before;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
