/** One operation of the API: what openapi.json says of it and what answers it, in one place, so that they agree. */

import type { Needed } from '../access/permit.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply, Route } from '../ingress/route.ts';
import { type Caller, callerOf } from './caller.ts';
import { badParameters, type Parameter, type ParameterValues, readParameters } from './parameters.ts';

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/alerts/{tenant}/{fingerprint}`, the form of OpenAPI. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** Who may ask. */
  readonly access: Needed;
  readonly parameters: readonly Parameter[];
  /** Name of the schema (schemas.ts) of a JSON body, which may be left out; null: no body is looked at. */
  readonly body: string | null;
  /** Takes an Idempotency-Key header. */
  readonly idempotent?: true;
  /** Name of the schema of the answer with status 200. */
  readonly answer: string;
  /** What else it answers, by status. */
  readonly problems: Readonly<Record<number, string>>;
  handle(request: HttpRequest, values: ParameterValues, caller: Caller): Promise<Reply>;
}

const MOST_BODY = 64 * 1024;
const HEADERS = ['content-type', 'idempotency-key'];
const RETRY_AFTER = { 'retry-after': '1' };

export function routeOf(operation: Operation): Route {
  return {
    method: operation.method,
    path: operation.path,
    access: operation.access,
    maxBodyBytes: MOST_BODY,
    headers: HEADERS,
    async handle(request) {
      const read = readParameters(operation.parameters, request.query);
      if ('refused' in read) return read.refused;
      try {
        return await operation.handle(request, read.values, callerOf(request, operation.access));
      } catch (error) {
        const reply = replyTo(error);
        // What is not expected is a bug: the server reports it and answers 500.
        if (reply === null) throw error;
        return reply;
      }
    },
  };
}

/** What a port's failure means to the caller; null: nothing that was expected. */
function replyTo(error: unknown): Reply | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const { code, message: detail } = error;
  switch (code) {
    case 'query.not-found':
      return problem(404, 'not found', { code, detail });
    case 'query.cursor': {
      const problems = new Problems();
      problems.add('cursor', 'unreadable', 'the "next" of an answer, as it is');
      return badParameters(problems);
    }
    case 'archive.unavailable':
    case 'command.unanswered':
    case 'ingest.full':
    case 'ingest.unavailable':
      return problem(503, 'not available now', { code, detail, headers: RETRY_AFTER });
    case 'reply.too-large':
    case 'query.failed':
      return problem(500, 'the archive could not answer', { code, detail });
    default:
      return null;
  }
}

export function json(status: number, body: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}
