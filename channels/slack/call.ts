/** One call of Slack's web API, or one post to an incoming webhook, and what its answer says. */

import { type Failure, type FailureType, failureOfStatus } from '../failure.ts';
import {
  at,
  type Bounds,
  type HttpAnswer,
  type Lost,
  oneLine,
  requestWithin,
  verdictOfStatus,
  verdictWithoutAnswer,
} from '../http-attempt.ts';
import { type JsonObject, jsonObject } from '../json-object.ts';
import type { Outbound, OutboundRequest } from '../outbound.ts';
import type { Outcome } from '../outcome.ts';
import { retryAfter } from '../retry-after.ts';
import { describeSlackError, type SlackErrorClass, slackErrorClass } from './errors.ts';

export type SlackAnswer =
  | { readonly kind: 'ok'; readonly fields: JsonObject }
  | { readonly kind: 'error'; readonly error: string; readonly means: SlackErrorClass; readonly outcome: Outcome }
  /** No answer, or none that could be read. */
  | { readonly kind: 'other'; readonly outcome: Outcome };

/** An answer holds the message as it stands: up to 40,000 characters, and its blocks. */
const MOST_ANSWER = 512 * 1024;

export interface SlackApi {
  readonly http: Outbound;
  readonly base: string;
  readonly token: string;
}

/** `lost`: what it means when nobody knows whether Slack has carried it out. */
export async function callSlack(
  { http, base, token }: SlackApi,
  method: string,
  body: unknown,
  lost: Lost,
  bounds: Bounds,
): Promise<SlackAnswer> {
  const request: Omit<OutboundRequest, 'signal'> = {
    method: 'POST',
    url: new URL(`${base}/${method}`),
    headers: {
      'user-agent': 'Herald',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify(body),
    maxAnswer: MOST_ANSWER,
  };
  const result = await requestWithin(http, request, bounds);
  const now = bounds.clock.now();
  if (result.kind !== 'answer') return { kind: 'other', outcome: verdictWithoutAnswer(result, lost) };
  const fields = result.complete ? jsonObject(result.text) : null;
  if (fields?.ok === true) return { kind: 'ok', fields };
  if (fields?.ok === false && typeof fields.error === 'string') {
    return errorAnswer(oneLine(fields.error), retryAfter(result.retryAfter, now), lost, result);
  }
  const outcome = verdictOfStatus(result, now, lost);
  // A success that cannot be read is none to rely on: Slack says in the body what came of it.
  return {
    kind: 'other',
    outcome: outcome.kind === 'delivered' ? unreadable(lost, at(result, 'unreadable')) : outcome,
  };
}

/** `delivered` comes as ok without fields. */
export async function postToWebhook(http: Outbound, url: URL, body: unknown, bounds: Bounds): Promise<SlackAnswer> {
  const headers = { 'user-agent': 'Herald', 'content-type': 'application/json; charset=utf-8' };
  const result = await requestWithin(http, { method: 'POST', url, headers, body: JSON.stringify(body) }, bounds);
  const now = bounds.clock.now();
  if (result.kind !== 'answer') return { kind: 'other', outcome: verdictWithoutAnswer(result, 'uncertain') };
  if (result.status === 200) return { kind: 'ok', fields: {} };
  const word = result.text.trim();
  if (result.status >= 400 && result.status < 600 && /^[a-z][a-z_]{2,60}$/.test(word)) {
    return errorAnswer(word, retryAfter(result.retryAfter, now), 'uncertain', result);
  }
  return { kind: 'other', outcome: verdictOfStatus(result, now, 'uncertain') };
}

function errorAnswer(error: string, notBefore: number | null, lost: Lost, answer: HttpAnswer): SlackAnswer {
  const means = slackErrorClass(error);
  const failure = at(answer, failureOfSlack(error, means, answer.status));
  const detail = `Slack: ${describeSlackError(error)}`;
  if (means === 'perhaps-done' && lost === 'uncertain')
    return { kind: 'error', error, means, outcome: { kind: lost, detail, failure } };
  const passing = means === 'transient' || means === 'rate-limited' || means === 'perhaps-done';
  const limited = means === 'rate-limited' ? ({ limited: true } as const) : {};
  const outcome: Outcome = passing
    ? { kind: 'retry', detail, notBefore, failure, ...limited }
    : { kind: 'rejected', detail, failure };
  return { kind: 'error', error, means, outcome };
}

const CREDENTIALS = new Set([
  ...['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired', 'no_permission'],
  ...['missing_scope', 'not_allowed_token_type', 'invalid_token', 'access_denied', 'ekm_access_denied'],
]);
const GONE = new Set([
  'channel_not_found',
  'is_archived',
  'no_service',
  'no_team',
  'channel_is_archived',
  'team_disabled',
]);

/** Slack says in the body what happened, whatever the status. */
function failureOfSlack(error: string, means: SlackErrorClass, status: number): FailureType {
  if (means === 'rate-limited') return 'rate-limited';
  if (means === 'transient' || means === 'perhaps-done') return 'server';
  if (CREDENTIALS.has(error)) return 'credentials';
  if (GONE.has(error)) return 'gone';
  return status >= 400 ? failureOfStatus(status) : 'rejected';
}

function unreadable(lost: Lost, failure: Failure): Outcome {
  const detail = "Slack's answer cannot be read";
  return lost === 'uncertain'
    ? { kind: 'uncertain', detail, failure }
    : { kind: 'retry', detail, notBefore: null, failure };
}
