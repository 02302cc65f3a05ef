/**
 * The keys of a bucket, deleted ones included.
 *
 * KV.keys() of the client makes a consumer and waits until that has delivered what was there; when a record is rewritten at
 * that moment it now and then waits for ever. The records of workers are rewritten twice a second. One request, and its one
 * answer, cannot hang.
 */

import type { Bus } from './connection.ts';

export async function bucketKeys(bus: Bus, bucket: string): Promise<string[]> {
  const prefix = `$KV.${bucket}.`;
  const { state } = await bus.jsm.streams.info(`KV_${bucket}`, { subjects_filter: `${prefix}>` });
  return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
}
