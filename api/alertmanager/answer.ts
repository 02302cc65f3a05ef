/**
 * Answers in the form of Alertmanager's API v2 (api/v2/openapi.yaml, 0.25 and later): JSON, and what is wrong as a JSON string,
 * since its clients print that and read nothing else.
 */

import type { HttpRequest, Reply, Route } from '../../ingress/route.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

export function answer(body: unknown): Reply {
  return { status: 200, headers: HEADERS, body: JSON.stringify(body) };
}

export function refuse(status: number, why: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...HEADERS, ...headers }, body: JSON.stringify(why) };
}

type Handle = (request: HttpRequest) => Promise<Reply>;

/** What is expected to fail becomes an answer; anything else is a bug, which the server reports. */
export function routeTo(method: 'GET' | 'POST' | 'DELETE', path: string, handle: Handle, maxBodyBytes?: number): Route {
  return {
    method,
    path,
    headers: ['content-type'],
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    async handle(request) {
      try {
        return await handle(request);
      } catch (error) {
        const reply = replyTo(error);
        if (reply === null) throw error;
        return reply;
      }
    },
  };
}

const RETRY_AFTER = { 'retry-after': '1' };

function replyTo(error: unknown): Reply | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const { code, message } = error;
  switch (code) {
    case 'query.not-found':
      return refuse(404, message);
    case 'archive.unavailable':
    case 'command.unanswered':
    case 'ingest.full':
    case 'ingest.unavailable':
      return refuse(503, message, RETRY_AFTER);
    case 'reply.too-large':
    case 'query.failed':
      return refuse(500, message);
    default:
      return null;
  }
}
