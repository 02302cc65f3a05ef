/**
 * What the answer of a mail server means for the delivery. Source: RFC 5321 section 4.2.1 (4yz may pass, 5yz will not), RFC 4954
 * for logging in; greylisting as RFC 6647 describes it.
 */

import { type FailureType, failureOfError, failureOfReply } from '../failure.ts';
import { AddressRefused } from '../guarded-lookup.ts';
import { DeadlinePassed, oneLine } from '../http-attempt.ts';
import type { Outcome } from '../outcome.ts';
import type { RefusedRecipient, SmtpError, SmtpResult } from './smtp.ts';

/** A greylisting server wants to see the mail again a while later, and not earlier. Milliseconds. */
const GREYLIST_PAUSE = 60_000;
const LONGEST_PAUSE = 15 * 60_000;

/** `now`: Unix time in milliseconds. `aborted`: why the attempt was broken off, or null. */
export function verdict(result: SmtpResult, aborted: unknown, now: number): Outcome {
  if (result.kind === 'accepted') return ofRecipients(result.answer, result.refused, now);
  const { error, whole, refused } = result;
  if (refused.length > 0) return ofRefusals(refused, now);
  if (error instanceof AddressRefused) {
    const detail = `${error.message}; spec.allowPrivateAddresses: true would allow it`;
    return { kind: 'rejected', detail, failure: { type: 'blocked' } };
  }
  if (aborted !== null) return lost(broken(aborted), whole, aborted instanceof DeadlinePassed ? 'timeout' : null);
  if (error.code === 'EAUTH' || error.code === 'ENOAUTH' || error.code === 'EOAUTH2') return ofLogin(error, now);
  if (error.responseCode !== undefined && error.responseCode >= 400) return ofAnswer(error, now);
  // Refused before a word was said, by nodemailer itself: an address that this server cannot take.
  if (error.code === 'EENVELOPE')
    return { kind: 'rejected', detail: oneLine(error.message), failure: { type: 'rejected' } };
  return lost(oneLine(error.message), whole, failureOfSmtp(error));
}

/** Some took it, or all. Who was put off hears of it with the next attempt, which goes to them alone. */
function ofRecipients(answer: string, refused: readonly RefusedRecipient[], now: number): Outcome {
  if (refused.length === 0) return { kind: 'delivered', detail: oneLine(answer) };
  const deferred = refused.filter(mayPass);
  if (deferred.length > 0) {
    return { kind: 'retry', detail: `others took it; ${describeAll(deferred)}`, ...why(deferred, now) };
  }
  return { kind: 'delivered', detail: `${oneLine(answer)}; refused for ${describeAll(refused)}` };
}

function ofRefusals(refused: readonly RefusedRecipient[], now: number): Outcome {
  const deferred = refused.filter(mayPass);
  if (deferred.length === 0) return { kind: 'rejected', detail: describeAll(refused), failure: { type: 'rejected' } };
  return { kind: 'retry', detail: describeAll(refused), ...why(deferred, now) };
}

/** Wrong credentials do not become right by asking again, and asking often locks accounts. */
function ofLogin(error: SmtpError, now: number): Outcome {
  const detail = `login: ${oneLine(error.message)}`;
  const passes = error.responseCode === undefined || error.responseCode < 500;
  const failure = { type: passes ? failureOfSmtp(error) : 'credentials' } as const;
  return passes
    ? { kind: 'retry', detail, notBefore: pause(error, now), failure }
    : { kind: 'rejected', detail, failure };
}

function ofAnswer(error: SmtpError, now: number): Outcome {
  const said = oneLine(error.response ?? error.message);
  const detail = error.code === 'ETLS' ? `STARTTLS: ${said}` : said;
  const failure = { type: error.code === 'ETLS' ? 'tls' : failureOfReply(error.responseCode ?? 0) } as const;
  // 503 says that the session was in a wrong state, not that the mail was refused.
  if ((error.responseCode ?? 0) >= 500 && error.responseCode !== 503) return { kind: 'rejected', detail, failure };
  return { kind: 'retry', detail, notBefore: pause(error, now), failure };
}

function lost(detail: string, whole: boolean, type: FailureType | null): Outcome {
  const failure = type === null ? null : { type };
  if (!whole) return { kind: 'retry', detail, notBefore: null, failure };
  return { kind: 'uncertain', detail: `the mail had left when the connection was lost: ${detail}`, failure };
}

/** By its reply where there is one. A login without one, and without a code of the system, is refused for what it shows. */
function failureOfSmtp(error: SmtpError): FailureType {
  const type = failureOfError(error);
  if (type !== 'other') return type;
  if (error.responseCode) return failureOfReply(error.responseCode);
  return error.code === 'EAUTH' || error.code === 'ENOAUTH' || error.code === 'EOAUTH2' ? 'credentials' : 'other';
}

/** Until when those are put off, and what they met. */
function why(deferred: readonly RefusedRecipient[], now: number) {
  return { notBefore: pauseOf(deferred, now), failure: { type: 'server' as const } };
}

function broken(reason: unknown): string {
  return reason instanceof DeadlinePassed ? reason.message : 'broken off before an answer came';
}

export function mayPass({ code }: RefusedRecipient): boolean {
  return code < 500;
}

function describeAll(refused: readonly RefusedRecipient[]): string {
  const [first, second, third, ...others] = refused.map(({ address, answer }) => `${address}: ${oneLine(answer)}`);
  const more = others.length === 0 ? [] : [`${others.length} more`];
  return [first, second, third, ...more].filter((text) => text !== undefined).join('; ');
}

function pauseOf(deferred: readonly RefusedRecipient[], now: number): number | null {
  const pauses = deferred.map(({ code, answer }) => pause({ message: '', responseCode: code, response: answer }, now));
  return pauses.reduce((latest, next) => (next !== null && next > (latest ?? 0) ? next : latest), null);
}

/** null: as the retry policy says. Many greylisting servers say in words how long it takes. */
function pause({ responseCode, response = '' }: SmtpError, now: number): number | null {
  if (responseCode !== 450 && responseCode !== 451 && !/gr[ea]y-?list/i.test(response)) return null;
  const said = /\b(\d{1,5})\s*(s|secs?|seconds?|m|mins?|minutes?)\b/i.exec(response);
  if (said === null) return now + GREYLIST_PAUSE;
  const unit = (said[2] ?? '').toLowerCase().startsWith('m') ? 60_000 : 1000;
  return now + Math.min(LONGEST_PAUSE, Number(said[1]) * unit);
}
