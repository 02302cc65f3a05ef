/** What the answer to a webhook means for its delivery. */

import type { OutboundResult } from '../outbound.ts';
import type { Outcome } from '../outcome.ts';
import { retryAfter } from '../retry-after.ts';

/** Client errors that may pass: the receiver timed out, is not ready yet, or wants fewer requests. */
const PASSING = new Set([408, 425, 429]);

const EXCERPT_LENGTH = 200;

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

/** `now`: Unix time in milliseconds, for Retry-After. */
export function verdict(result: OutboundResult, now: number): Outcome {
  switch (result.kind) {
    case 'answer':
      return ofAnswer(result, now);
    case 'refused':
      return { kind: 'rejected', detail: `${result.error.message}; spec.allowPrivateAddresses: true would allow it` };
    case 'failed':
      return { kind: 'retry', detail: oneLine(result.detail), notBefore: null };
    case 'aborted': {
      const detail =
        result.reason instanceof DeadlinePassed ? result.reason.message : 'broken off before an answer came';
      return { kind: 'retry', detail, notBefore: null };
    }
    default:
      return result satisfies never;
  }
}

function ofAnswer(answer: OutboundResult & { kind: 'answer' }, now: number): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', detail: `HTTP ${status}` };
  if (status >= 500 || PASSING.has(status)) {
    return { kind: 'retry', detail: describe(answer), notBefore: retryAfter(answer.retryAfter, now) };
  }
  if (status >= 300 && status < 400) {
    const to = answer.location === null ? 'without saying where to' : `to ${oneLine(answer.location)}`;
    return {
      kind: 'rejected',
      detail: `HTTP ${status} redirects ${to}; redirects are not followed: set spec.url to it`,
    };
  }
  return { kind: 'rejected', detail: describe(answer) };
}

function describe(answer: { readonly status: number; readonly excerpt: string }): string {
  const said = oneLine(answer.excerpt);
  return said === '' ? `HTTP ${answer.status}` : `HTTP ${answer.status}: ${said}`;
}

/** The other side wrote it: on its way into logs and consoles it is one line without control characters. */
function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH).toWellFormed()}...` : line.toWellFormed();
}
