/**
 * Incidents by ServiceNow's Table API. The correlation stands in correlation_id, by which an incident is found again.
 * Source: https://docs.servicenow.com/bundle/xanadu-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html
 */

import { type Api, type ApiFailure, fieldOf, textOf } from '../api-call.ts';
import { shortened } from '../shorten.ts';
import type { Ticket } from '../ticket/reference.ts';
import { holdsMark, type MarkedText, MOST_FOUND, marked, type Opening, type TicketSystem } from '../ticket/tell.ts';
import type { ServicenowSettings } from './options.ts';

/** Lengths of the fields as ServiceNow delivers them; a longer value is cut there without a word. */
const MAX_SHORT_DESCRIPTION = 160;
const MAX_TEXT = 4000;

/** Resolved, Closed, Canceled. */
const FINISHED = new Set(['6', '7', '8']);

export function servicenowSystem(api: Api, settings: ServicenowSettings): TicketSystem {
  const { resolvedState, closeCode } = settings;
  const isFinished = (state: string) => FINISHED.has(state) || state === resolvedState;
  const patch = (ticket: Ticket, body: unknown, signal: AbortSignal) =>
    api.call(
      { method: 'PATCH', url: recordUrl(settings, ticket.id, { sysparm_fields: 'sys_id,state' }), body },
      signal,
    );
  return {
    async find(correlation, signal) {
      const url = tableUrl(settings, {
        sysparm_query: `correlation_id=${correlation}^ORDERBYDESCsys_created_on`,
        sysparm_fields: 'sys_id,number,state',
        sysparm_limit: String(MOST_FOUND),
      });
      const answer = await api.call({ method: 'GET', url }, signal);
      if (!answer.ok) return answer;
      const found = fieldOf(answer.body, 'result');
      const value = (Array.isArray(found) ? found : []).flatMap((one: unknown) => {
        const ticket = ticketOf(settings, one);
        return ticket === null ? [] : [{ ...ticket, finished: isFinished(textOf(one, 'state')) }];
      });
      return { ok: true, value };
    },
    async open(opening, signal) {
      const url = tableUrl(settings, { sysparm_fields: 'sys_id,number,state' });
      const answer = await api.call({ method: 'POST', url, body: recordOf(settings, opening) }, signal);
      if (!answer.ok) return answer;
      const ticket = ticketOf(settings, fieldOf(answer.body, 'result'));
      return ticket === null ? unreadable(answer.status) : { ok: true, value: ticket };
    },
    async holds(ticket, mark, signal) {
      // Journal fields are empty unless they are asked for as they are shown.
      const query = { sysparm_fields: 'description,work_notes', sysparm_display_value: 'true' };
      const answer = await api.call({ method: 'GET', url: recordUrl(settings, ticket.id, query) }, signal);
      if (!answer.ok) return answer;
      const texts = [textOf(answer.body, 'result', 'description'), textOf(answer.body, 'result', 'work_notes')];
      return { ok: true, value: texts.some((text) => holdsMark(text, mark)) };
    },
    comment: (ticket, text, signal) => patch(ticket, { work_notes: note(text) }, signal),
    async resolve(ticket, text, told, signal) {
      const url = recordUrl(settings, ticket.id, { sysparm_fields: 'sys_id,number,state' });
      const answer = await api.call({ method: 'GET', url }, signal);
      if (!answer.ok) return answer;
      // A person closed it: their words stay.
      if (isFinished(textOf(answer.body, 'result', 'state'))) return { ok: true, value: false };
      const words = note(text);
      const notes = told ? {} : { work_notes: words };
      const body = { state: resolvedState, close_code: closeCode, close_notes: words, ...notes };
      const resolved = await patch(ticket, body, signal);
      return resolved.ok ? { ok: true, value: true } : resolved;
    },
  };
}

/** `{"error":{"message":"No Record found","detail":"Record doesn't exist or ACL restricts the record retrieval"},"status":"failure"}` */
export function explainServicenow(body: unknown): string | null {
  const parts = [textOf(body, 'error', 'message'), textOf(body, 'error', 'detail')].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(': ');
}

function recordOf({ priorities, fields }: ServicenowSettings, opening: Opening): Record<string, unknown> {
  const { impact, urgency } = priorities[opening.notification.priority];
  return {
    impact: String(impact),
    urgency: String(urgency),
    ...fields,
    short_description: shortened(harmless(opening.title), MAX_SHORT_DESCRIPTION),
    description: marked({ ...opening.description, text: harmless(opening.description.text) }, MAX_TEXT),
    correlation_id: opening.correlation,
    correlation_display: 'Herald',
  };
}

function note(text: MarkedText): string {
  return marked({ ...text, text: harmless(text.text) }, MAX_TEXT);
}

/** In journal fields `[code]` makes what follows HTML: what came from outside must not write any. */
function harmless(text: string): string {
  return text.replace(/\[(?=\s*\/?\s*code\s*\])/gi, '[ ');
}

function ticketOf({ instance, table }: ServicenowSettings, result: unknown): Ticket | null {
  const id = textOf(result, 'sys_id');
  if (!/^[0-9a-f]{32}$/.test(id)) return null;
  return { id, key: textOf(result, 'number') || id, url: new URL(`${table}.do?sys_id=${id}`, instance).href };
}

/** It may have been opened: the next attempt looks for it. */
function unreadable(status: number): ApiFailure {
  const detail = `HTTP ${status}, but without the sys_id of a record`;
  return {
    ok: false,
    status,
    outcome: { kind: 'retry', detail, notBefore: null, failure: { type: 'unreadable' } },
    body: null,
  };
}

function tableUrl({ instance, table }: ServicenowSettings, query: Readonly<Record<string, string>>): URL {
  const url = new URL(`api/now/table/${table}`, instance);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function recordUrl(settings: ServicenowSettings, id: string, query: Readonly<Record<string, string>>): URL {
  const url = tableUrl(settings, query);
  url.pathname = `${url.pathname}/${encodeURIComponent(id)}`;
  return url;
}

/** One record, of which nothing is needed: that it may be read is the answer. */
export function probeUrl(settings: ServicenowSettings): URL {
  return tableUrl(settings, { sysparm_limit: '1', sysparm_fields: 'sys_id' });
}
