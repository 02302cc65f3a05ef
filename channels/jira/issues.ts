/**
 * Issues by Jira's REST API, version 3 (Cloud) or 2 (Data Center). The correlation is a label, by which an issue is found again.
 * Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/, .../api-group-issue-search/ and
 * https://docs.atlassian.com/software/jira/docs/api/REST/9.12.0/
 */

import { type Api, type ApiFailure, fieldOf, textOf } from '../api-call.ts';
import { shortened } from '../shorten.ts';
import type { Ticket } from '../ticket/reference.ts';
import { holdsMark, type MarkedText, MOST_FOUND, marked, type Opening, type TicketSystem } from '../ticket/tell.ts';
import { adfOf, wikiOf, wordsOf } from './document.ts';
import type { JiraSettings } from './options.ts';
import { moveToDone } from './transition.ts';

const MAX_SUMMARY = 255;
/** Jira takes 32,767; markup makes a text longer. */
const MAX_TEXT = 15_000;
/** More than a group says between two attempts of one notification. */
const LAST_COMMENTS = '100';

export function jiraSystem(api: Api, settings: JiraSettings): TicketSystem {
  const { version } = settings;
  const body = (text: MarkedText) => (version === '3' ? adfOf(marked(text, MAX_TEXT)) : wikiOf(marked(text, MAX_TEXT)));
  const addComment = (ticket: Ticket, text: MarkedText, signal: AbortSignal) =>
    api.call({ method: 'POST', url: issueUrl(settings, ticket, '/comment'), body: { body: body(text) } }, signal);
  return {
    async find(correlation, signal) {
      const jql = `project = "${settings.project}" AND labels = "${correlation}" ORDER BY created DESC`;
      const url = new URL(version === '3' ? 'search/jql' : 'search', settings.api);
      const asked = { jql, fields: ['status'], maxResults: MOST_FOUND };
      const answer = await api.call({ method: 'POST', url, body: asked }, signal);
      if (!answer.ok) return answer;
      const found = fieldOf(answer.body, 'issues');
      const value = (Array.isArray(found) ? found : []).flatMap((one: unknown) => {
        const ticket = ticketOf(settings, one);
        return ticket === null ? [] : [{ ...ticket, finished: isDone(one) }];
      });
      return { ok: true, value };
    },
    async open(opening, signal) {
      const url = new URL('issue', settings.api);
      const answer = await api.call(
        { method: 'POST', url, body: { fields: fieldsOf(settings, opening, body) } },
        signal,
      );
      if (!answer.ok) return answer;
      const ticket = ticketOf(settings, answer.body);
      return ticket === null ? unreadable(answer.status) : { ok: true, value: ticket };
    },
    async holds(ticket, mark, signal) {
      const issue = await api.call(
        { method: 'GET', url: issueUrl(settings, ticket, '', { fields: 'description' }) },
        signal,
      );
      if (!issue.ok) return issue;
      if (holdsMark(wordsOf(fieldOf(issue.body, 'fields', 'description')), markIn(version, mark)))
        return { ok: true, value: true };
      const query = { orderBy: '-created', maxResults: LAST_COMMENTS };
      const answer = await api.call({ method: 'GET', url: issueUrl(settings, ticket, '/comment', query) }, signal);
      if (!answer.ok) return answer;
      const comments = fieldOf(answer.body, 'comments');
      const bodies = (Array.isArray(comments) ? comments : []).map((one: unknown) => wordsOf(fieldOf(one, 'body')));
      return { ok: true, value: bodies.some((words) => holdsMark(words, markIn(version, mark))) };
    },
    comment: addComment,
    async resolve(ticket, text, told, signal) {
      const issue = await api.call(
        { method: 'GET', url: issueUrl(settings, ticket, '', { fields: 'status' }) },
        signal,
      );
      if (!issue.ok) return issue;
      const finished = isDone(issue.body);
      // A person closed it: nobody needs to hear more.
      if (finished) return { ok: true, value: false };
      const commented = told ? null : await addComment(ticket, text, signal);
      if (commented !== null && !commented.ok) return commented;
      const moved = await moveToDone(api, settings, issueUrl(settings, ticket, '/transitions'), signal);
      return moved.ok ? { ok: true, value: true } : moved;
    },
  };
}

/** In wiki markup the hyphens of an id stand escaped. */
function markIn(version: '3' | '2', mark: string): string {
  return version === '3' ? mark : wikiOf(mark);
}

/** `{"errorMessages":["..."],"errors":{"priority":"Priority name 'Urgent' is not valid"}}` */
export function explainJira(body: unknown): string | null {
  const messages = fieldOf(body, 'errorMessages');
  const errors = fieldOf(body, 'errors');
  const fields = typeof errors === 'object' && errors !== null ? Object.entries(errors) : [];
  const parts = [
    ...(Array.isArray(messages) ? messages.filter((message) => typeof message === 'string') : []),
    ...fields.map(([field, message]) => `${field}: ${String(message)}`),
  ];
  return parts.length > 0 ? parts.join('; ') : textOf(body, 'message') || null;
}

function fieldsOf(
  settings: JiraSettings,
  opening: Opening,
  body: (text: MarkedText) => unknown,
): Record<string, unknown> {
  const priority = settings.priorities[opening.notification.priority];
  return {
    ...settings.fields,
    project: { key: settings.project },
    issuetype: { name: settings.issueType },
    summary: shortened(opening.title, MAX_SUMMARY),
    description: body(opening.description),
    labels: [opening.correlation, ...settings.labels],
    ...(priority === undefined ? {} : { priority: { name: priority } }),
  };
}

/** Whatever a workflow calls its states, each is of one of three categories: new, indeterminate, done. */
function isDone(issue: unknown): boolean {
  return textOf(issue, 'fields', 'status', 'statusCategory', 'key') === 'done';
}

function ticketOf({ browse }: JiraSettings, issue: unknown): Ticket | null {
  const [id, key] = [textOf(issue, 'id'), textOf(issue, 'key')];
  if (!/^\d{1,20}$/.test(id) || !/^[A-Z][A-Z0-9_]*-\d+$/.test(key)) return null;
  return { id, key, url: new URL(key, browse).href };
}

/** It may have been opened: the next attempt looks for it. */
function unreadable(status: number): ApiFailure {
  const detail = `HTTP ${status}, but without the id and key of an issue`;
  return {
    ok: false,
    status,
    outcome: { kind: 'retry', detail, notBefore: null, failure: { type: 'unreadable' } },
    body: null,
  };
}

function issueUrl(
  { api }: JiraSettings,
  { id }: Ticket,
  path: string,
  query: Readonly<Record<string, string>> = {},
): URL {
  const url = new URL(`issue/${encodeURIComponent(id)}${path}`, api);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}
