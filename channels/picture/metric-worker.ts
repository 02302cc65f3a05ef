/** Runs in a thread of the pool: asks for a metric, and reads the answer, which may be large, where nobody else waits for it. */

import type { LabelSet } from '../../alert/alert.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { hiddenIn, withoutSecrets } from '../hidden.ts';
import { requestWithin, verdict } from '../http-attempt.ts';
import { createOutbound } from '../outbound.ts';
import { linesIn, type Samples } from './metric-answer.ts';

export interface MetricTask {
  /** With its query. */
  readonly url: string;
  readonly authorization: string | null;
  readonly secrets: readonly string[];
  readonly allowPrivateAddresses: boolean;
  /** When nobody waits for it any more. Unix ms. */
  readonly until: number;
  readonly alerts: readonly LabelSet[];
}

export type MetricAnswer =
  | { readonly kind: 'lines'; readonly lines: readonly Samples[] }
  /** `hadTime`: it is not for others, who were asked before, that it failed. */
  | { readonly kind: 'failed'; readonly detail: string; readonly hadTime: boolean };

/** Milliseconds in which it should have answered. */
const ENOUGH = 1000;

/** Some thousand series of an hour. */
const MAX_ANSWER = 4 * 1024 * 1024;

export default async function ask(task: MetricTask): Promise<MetricAnswer> {
  const { url, authorization, secrets, allowPrivateAddresses, until } = task;
  const timeout = until - systemClock.now();
  const failed = (detail: string): MetricAnswer => ({ kind: 'failed', detail, hadTime: timeout >= ENOUGH });
  if (timeout <= 0) return failed('too much was asked at once');
  const http = createOutbound({ allowPrivateAddresses, ca: null, connectTimeout: timeout });
  try {
    const headers = {
      accept: 'application/json',
      'user-agent': 'Herald',
      ...(authorization === null ? {} : { authorization }),
    };
    const request = { method: 'GET', url: new URL(url), headers, body: null, maxAnswer: MAX_ANSWER } as const;
    const bounds = { clock: systemClock, timeout, signal: new AbortController().signal };
    const result = hiddenIn(await requestWithin(http, request, bounds), withoutSecrets(secrets));
    const { kind, detail } = verdict(result, systemClock.now());
    if (result.kind !== 'answer' || kind !== 'delivered') return failed(detail);
    if (!result.complete) return failed('its answer broke off, or is larger than 4 MiB');
    const read = linesIn(parsed(result.text), task.alerts);
    return read.kind === 'lines' ? read : failed(read.why);
  } finally {
    await http.close();
  }
}

/** undefined: no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
