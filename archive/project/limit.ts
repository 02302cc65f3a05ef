/** What a correlator's event counts against the NamespaceLimits of a namespace: by the minute, with the fullest one. Pure. */

import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import type { LimitUseRow } from '../schema.ts';

const MINUTE = 60_000;
/** As resources/namespace-limit.ts names its rules: limit/NAME/PRIORITY. */
const OF_LIMITS = 'limit/';

export interface LimitCount {
  readonly key: string;
  readonly tenant: string;
  readonly rule: string;
  readonly namespace: string;
  readonly at: number;
}

export function limitCounts(event: CorrelationEvent): LimitCount[] {
  if (event.type !== 'correlation.entered') return [];
  const { key: tenant, at } = event;
  return event.counted.flatMap(({ rule, key: { namespace } }) => {
    if (namespace === undefined || !rule.startsWith(OF_LIMITS)) return [];
    return [{ key: `${tenant}/${rule}/${namespace}`, tenant, rule, namespace, at }];
  });
}

export function foldLimit(before: LimitUseRow | null, { at, ...of }: LimitCount): LimitUseRow {
  const minute = Math.floor(at / MINUTE) * MINUTE;
  if (before === null) {
    return { ...of, minute, used: 1, peak: 1, peak_minute: minute, total: 1, first_at: at, updated_at: at };
  }
  const used = before.minute === minute ? before.used + 1 : 1;
  const peak = used > before.peak ? { peak: used, peak_minute: minute } : {};
  return { ...before, minute, used, ...peak, total: before.total + 1, updated_at: at };
}
