/**
 * PagerDuty's Events API v2, as its documentation describes it:
 * https://developer.pagerduty.com/docs/send-alert-event (fields and what is refused) and
 * https://developer.pagerduty.com/docs/events-api-v2-overview (answers: 202, 400, 429, 500; 512 KB for an event).
 */

import { type Answer, type ReceivedRequest, startReceiver } from '../receiver.ts';
import { type FaultOf, underFaults } from './fault.ts';

export const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

export interface Incident {
  readonly dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  /** The payload of the trigger that opened it. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Triggers that were folded into it. */
  folded: number;
}

export async function startPagerduty(faultOf: FaultOf = () => null) {
  const incidents: Incident[] = [];
  /** Answers before any event is looked at, one per request. */
  const faults: Answer[] = [];
  const act = underFaults((request) => enqueue(request, incidents), faultOf);
  const receiver = await startReceiver({ script: (request) => faults.shift() ?? act(request) });
  return { url: receiver.url.replace(/\/hook$/, '/v2/enqueue'), incidents, faults, receiver };
}

export const throttled: Answer = json(429, {
  status: 'throttle exceeded',
  message: 'Requests for this service are arriving too quickly.  Please retry later.',
});

function enqueue(request: ReceivedRequest, incidents: Incident[]): Answer {
  if (request.path !== '/v2/enqueue') return json(404, { error: 'not found' });
  if (request.method !== 'POST') return json(405, { error: 'method not allowed' });
  if (Buffer.byteLength(request.body) > 512 * 1024) return json(413, { message: 'Request Entity Too Large' });
  const event = JSON.parse(request.body) as Record<string, unknown>;
  const errors = problemsOf(event);
  if (errors.length > 0) return json(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  const dedupKey = (event.dedup_key as string | undefined) ?? `generated-${incidents.length}`;
  apply(event, dedupKey, incidents);
  return json(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });
}

function apply(event: Record<string, unknown>, dedupKey: string, incidents: Incident[]): void {
  const open = incidents.find((one) => one.dedupKey === dedupKey && one.status !== 'resolved');
  if (event.event_action === 'trigger') {
    if (open === undefined) {
      incidents.push({ dedupKey, status: 'triggered', payload: event.payload as Incident['payload'], folded: 0 });
    } else open.folded++;
  } else if (open !== undefined) {
    open.status = event.event_action === 'resolve' ? 'resolved' : 'acknowledged';
  }
}

function problemsOf(event: Record<string, unknown>): string[] {
  const { routing_key: key, event_action: action, dedup_key: dedup } = event;
  const problems: string[] = [];
  if (typeof key !== 'string') problems.push("'routing_key' is missing or blank");
  else if (key.length !== 32) problems.push("Length of 'routing_key' is incorrect (should be 32 characters)");
  else if (key !== ROUTING_KEY) problems.push(`Invalid routing key ${key}`);
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(action))) problems.push("'event_action' is invalid");
  if (dedup !== undefined && String(dedup).length > 255) problems.push("'dedup_key' is too long");
  if (action !== 'trigger' && dedup === undefined) problems.push("'dedup_key' is missing or blank");
  if (action === 'trigger') problems.push(...problemsOfPayload((event.payload ?? {}) as Record<string, unknown>));
  const links = (event.links ?? []) as { href?: string }[];
  if (links.some(({ href }) => href === undefined || !URL.canParse(href))) problems.push("'links.href' is invalid");
  return problems;
}

function problemsOfPayload({ summary, source, severity, timestamp }: Record<string, unknown>): string[] {
  const problems: string[] = [];
  if (typeof summary !== 'string' || summary === '') problems.push("'payload.summary' is missing or blank");
  else if (summary.length > 1024) problems.push("'payload.summary' is too long");
  if (typeof source !== 'string' || source === '') problems.push("'payload.source' is missing or blank");
  if (!['critical', 'error', 'warning', 'info'].includes(String(severity))) {
    problems.push(
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    );
  }
  if (timestamp !== undefined && Number.isNaN(Date.parse(String(timestamp))))
    problems.push("'payload.timestamp' is invalid");
  return problems;
}

function json(status: number, body: unknown): Answer {
  return { kind: 'reply', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
