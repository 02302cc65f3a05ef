/**
 * Answers in the form of Alertmanager's API v2 (api/v2/openapi.yaml, 0.25 and later): JSON, and what is wrong as a JSON string,
 * since its clients print that and read nothing else.
 */

import type { Needed } from '../../access/permit.ts';
import type { HttpRequest, Reply, Route } from '../../ingress/route.ts';
import { Turns } from '../../ingress/turns.ts';
import { type Caller, callerOf } from '../caller.ts';
import type { AlertmanagerPorts } from './ports.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

export function answer(body: unknown): Reply {
  return { status: 200, headers: HEADERS, body: JSON.stringify(body) };
}

/** Encoded at a time. */
const PIECE = 64 * 1024;

/** The same for JSON of any length, whose parts are made and written in slices: others have their turn meanwhile. */
export async function answerInParts(parts: Iterable<string>): Promise<Reply> {
  const turns = new Turns();
  const pieces: Buffer[] = [];
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length >= PIECE) {
      pieces.push(Buffer.from(piece));
      piece = '';
    }
    if (turns.isDue()) await turns.next();
  }
  pieces.push(Buffer.from(piece));
  return { status: 200, headers: HEADERS, body: Buffer.concat(pieces) };
}

export function refuse(status: number, why: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...HEADERS, ...headers }, body: JSON.stringify(why) };
}

/** `ports`: its tenant is the one of who asks. */
type Handle = (ports: AlertmanagerPorts, request: HttpRequest, caller: Caller) => Promise<Reply>;

const ACCESS = {
  GET: { permission: 'alerts.read', within: 'tenants' },
  POST: { permission: 'silences.write', within: 'tenants' },
  DELETE: { permission: 'silences.write', within: 'tenants' },
} as const satisfies Readonly<Record<string, Needed>>;

/** What is expected to fail becomes an answer; anything else is a bug, which the server reports. */
export function routeTo(
  ports: AlertmanagerPorts,
  method: keyof typeof ACCESS,
  path: string,
  handle: Handle,
  maxBodyBytes?: number,
): Route {
  const access = ACCESS[method];
  return {
    method,
    path,
    access,
    headers: ['content-type'],
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    async handle(request) {
      try {
        const caller = callerOf(request, access);
        return await handle(within(ports, caller), request, caller);
      } catch (error) {
        const reply = replyTo(error);
        if (reply === null) throw error;
        return reply;
      }
    },
  };
}

/** That API knows no tenants: all of it is about one. Who may not see that of the Source `prometheus` sees the first of its own. */
function within(ports: AlertmanagerPorts, { tenants }: Caller): AlertmanagerPorts {
  const usual = ports.alertmanager.tenant();
  const tenant = tenants === null || tenants.includes(usual) ? usual : (tenants[0] ?? usual);
  return { ...ports, alertmanager: { ...ports.alertmanager, tenant: () => tenant } };
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
