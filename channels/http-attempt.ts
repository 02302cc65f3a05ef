/** One HTTP request of a sender within one deadline, and what its answer means for the delivery. */

import type { Clock } from '../telemetry/clock.ts';
import { type Failure, type FailureType, failureOfStatus } from './failure.ts';
import type { Outbound, OutboundRequest, OutboundResult } from './outbound.ts';
import type { Outcome } from './outcome.ts';
import { retryAfter } from './retry-after.ts';

export type HttpAnswer = OutboundResult & { readonly kind: 'answer' };

/** Client errors that may pass: the receiver timed out, is not ready yet, or wants fewer requests. */
const PASSING = new Set([408, 425, 429]);

/** An error inside, or a gateway that gave up: what was asked for may be done all the same. 503 says that it is not. */
const PERHAPS_DONE = new Set([500, 502, 504]);

const EXCERPT_LENGTH = 200;

export interface Bounds {
  readonly clock: Clock;
  /** For the whole exchange. Milliseconds. */
  readonly timeout: number;
  /** Whoever asked for the attempt stops. */
  readonly signal: AbortSignal;
}

/**
 * What a request means whose answer was lost after it went out. `retry`: the provider knows it again by a key (webhook-id,
 * dedup_key) or nothing changes by it; `uncertain`: sent again, it might arrive twice.
 */
export type Lost = 'retry' | 'uncertain';

/** Why a send was broken off before an answer came: its own deadline, or whoever asked for it stops. */
export class DeadlinePassed extends Error {
  readonly code = 'DEADLINE_PASSED';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = 'DeadlinePassed';
    this.milliseconds = milliseconds;
  }
}

/** Never rejects. */
export async function requestWithin(
  http: Outbound,
  request: Omit<OutboundRequest, 'signal'>,
  { clock, timeout, signal }: Bounds,
): Promise<OutboundResult> {
  const ending = new AbortController();
  const passOn = () => ending.abort(signal.reason);
  if (signal.aborted) passOn();
  signal.addEventListener('abort', passOn, { once: true });
  const cancelDeadline = clock.after(timeout, () => ending.abort(new DeadlinePassed(timeout)));
  try {
    return { host: request.url.hostname, ...(await http.request({ ...request, signal: ending.signal })) };
  } finally {
    cancelDeadline();
    signal.removeEventListener('abort', passOn);
  }
}

/** By the status alone. `now`: Unix time in milliseconds, for Retry-After. */
export function verdict(result: OutboundResult, now: number, lost: Lost = 'retry'): Outcome {
  return result.kind === 'answer' ? verdictOfStatus(result, now, lost) : verdictWithoutAnswer(result, lost);
}

export function verdictWithoutAnswer(result: Exclude<OutboundResult, { kind: 'answer' }>, lost: Lost): Outcome {
  switch (result.kind) {
    case 'refused':
      return {
        kind: 'rejected',
        detail: `${result.error.message}; spec.allowPrivateAddresses: true would allow it`,
        failure: at(result, 'blocked'),
      };
    case 'failed':
      return unanswered(oneLine(result.detail), result.written, lost, at(result, result.failure));
    case 'aborted': {
      const isLate = result.reason instanceof DeadlinePassed;
      const detail = isLate ? result.reason.message : 'broken off before an answer came';
      return unanswered(detail, result.written, lost, isLate ? at(result, 'timeout') : null);
    }
    default:
      return result satisfies never;
  }
}

function unanswered(detail: string, written: boolean, lost: Lost, failure: Failure | null): Outcome {
  if (written && lost === 'uncertain') return { kind: 'uncertain', detail, failure };
  return { kind: 'retry', detail, notBefore: null, failure };
}

/** What failed, at whom. */
export function at({ host }: { readonly host?: string }, type: FailureType): Failure {
  return host === undefined ? { type } : { type, host };
}

export function verdictOfStatus(answer: HttpAnswer, now: number, lost: Lost = 'retry'): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', detail: `HTTP ${status}` };
  const failure = at(answer, failureOfStatus(status));
  if (lost === 'uncertain' && PERHAPS_DONE.has(status)) return { kind: lost, detail: describeAnswer(answer), failure };
  if (status >= 500 || PASSING.has(status)) {
    const limited = status === 429 ? ({ limited: true } as const) : {};
    const notBefore = retryAfter(answer.retryAfter, now);
    return { kind: 'retry', detail: describeAnswer(answer), notBefore, failure, ...limited };
  }
  if (status >= 300 && status < 400) {
    const to = answer.location === null ? 'without saying where to' : `to ${oneLine(answer.location)}`;
    return {
      kind: 'rejected',
      detail: `HTTP ${status} redirects ${to}; redirects are not followed: set spec.url to it`,
      failure,
    };
  }
  return { kind: 'rejected', detail: describeAnswer(answer), failure };
}

/** `HTTP 400: invalid_payload` */
export function describeAnswer(answer: { readonly status: number; readonly text: string }): string {
  const said = oneLine(answer.text);
  return said === '' ? `HTTP ${answer.status}` : `HTTP ${answer.status}: ${said}`;
}

/** The other side wrote it: on its way into logs and consoles it is one line without control characters. */
export function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH).toWellFormed()}...` : line.toWellFormed();
}
