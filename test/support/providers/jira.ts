/**
 * Jira's REST API as its documentation describes it, version 3 (Cloud) and version 2 (Data Center):
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ (create, transitions, errors),
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ (POST search/jql),
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/,
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ (ADF),
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (429 with Retry-After).
 */

import { type Answer, type ReceivedRequest, startReceiver } from '../receiver.ts';
import type { Fault } from './servicenow.ts';

export const USER = 'herald@example.com';
export const TOKEN = 'the-api-token-of-herald';

export interface Issue {
  readonly id: string;
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
  status: string;
  resolution: string | null;
  readonly comments: unknown[];
}

const CATEGORY: Readonly<Record<string, string>> = {
  'To Do': 'new',
  'In Progress': 'indeterminate',
  Done: 'done',
  Closed: 'done',
};
const TRANSITIONS = [
  { id: '11', name: 'Start', to: 'In Progress' },
  { id: '21', name: 'Finish', to: 'Done' },
  { id: '31', name: 'Close for good', to: 'Closed' },
];

interface Site {
  readonly issues: Issue[];
  /** Names of the transitions that the workflow has. */
  transitions: readonly string[];
}

export async function startJira(version: '3' | '2' = '3') {
  const site: Site = { issues: [], transitions: TRANSITIONS.map(({ name }) => name) };
  const faults: (Fault & { readonly path?: RegExp })[] = [];
  const act = (request: ReceivedRequest) => answerOf(request, site, version);
  const receiver = await startReceiver({
    script: (request) => {
      const at = faults.findIndex(
        ({ method, path }) =>
          (method === undefined || method === request.method) && (path === undefined || path.test(request.path)),
      );
      if (at < 0) return act(request);
      const [fault] = faults.splice(at, 1);
      if (fault!.acts === true) act(request);
      return fault!.answer;
    },
  });
  return { url: receiver.url.replace(/\/hook$/, ''), site, faults, receiver };
}

export function jiraError(status: number, messages: readonly string[], errors: Record<string, string> = {}): Answer {
  return json(status, { errorMessages: messages, errors });
}

function answerOf(request: ReceivedRequest, site: Site, version: '3' | '2'): Answer {
  const url = new URL(request.path, 'http://jira');
  const known = `Basic ${Buffer.from(`${USER}:${TOKEN}`).toString('base64')}`;
  if (request.headers.authorization !== known && request.headers.authorization !== `Bearer ${TOKEN}`) {
    return { kind: 'reply', status: 401, body: 'Client must be authenticated to access this resource.' };
  }
  const base = `/rest/api/${version}/`;
  if (!url.pathname.startsWith(base)) return json(404, { errorMessages: ['no such resource'] });
  const [kind, id, part] = url.pathname.slice(base.length).split('/');
  if (kind === 'project') {
    return id === 'OPS'
      ? json(200, { id: '1', key: 'OPS', name: 'Operations' })
      : jiraError(404, [`No project could be found with key '${id}'.`]);
  }
  if (kind === 'search')
    return id === (version === '3' ? 'jql' : undefined) ? search(request, site) : jiraError(410, ['gone']);
  if (id === undefined) return create(request, site, version);
  const issue = site.issues.find((one) => one.id === id || one.key === id);
  if (issue === undefined) return jiraError(404, ['Issue does not exist or you do not have permission to see it.']);
  if (part === 'comment') return request.method === 'POST' ? comment(request, issue, version) : comments(issue, url);
  if (part === 'transitions') return request.method === 'POST' ? transit(request, issue, site) : transitions(site);
  return json(200, shown(issue));
}

function create(request: ReceivedRequest, site: Site, version: '3' | '2'): Answer {
  const { fields } = JSON.parse(request.body) as { fields: Record<string, unknown> };
  const errors: Record<string, string> = {};
  const { summary, project, issuetype, labels, priority, description } = fields;
  if (typeof summary !== 'string' || summary === '') errors.summary = 'You must specify a summary of the issue.';
  else if (summary.length > 255) errors.summary = 'Summary must be less than 255 characters.';
  else if (summary.includes('\n')) errors.summary = 'The summary is invalid because it contains newline characters.';
  if ((project as { key?: string } | undefined)?.key !== 'OPS') errors.project = 'valid project is required';
  if (!['Task', 'Incident'].includes((issuetype as { name?: string })?.name ?? ''))
    errors.issuetype = 'Specify a valid issue type';
  if (!Array.isArray(labels) || labels.some((label) => /\s/.test(String(label))))
    errors.labels = 'The label contains spaces which is invalid.';
  const name = (priority as { name?: string } | undefined)?.name;
  if (name !== undefined && !['Highest', 'High', 'Medium', 'Low', 'Lowest'].includes(name)) {
    errors.priority = `Priority name '${name}' is not valid`;
  }
  Object.assign(errors, problemOfText(description, 'description', version));
  if (Object.keys(errors).length > 0) return jiraError(400, [], errors);
  const id = String(10_000 + site.issues.length);
  const issue: Issue = {
    id,
    key: `OPS-${site.issues.length + 1}`,
    fields,
    status: 'To Do',
    resolution: null,
    comments: [],
  };
  site.issues.push(issue);
  return json(201, { id, key: issue.key, self: `https://jira.example/rest/api/3/issue/${id}` });
}

function problemOfText(value: unknown, field: string, version: '3' | '2'): Record<string, string> {
  if (version === '2') {
    if (typeof value !== 'string') return { [field]: 'Operation value must be a string' };
  } else if (!isAdf(value))
    return { [field]: 'Operation value must be an Atlassian Document (see the Atlassian Document Format)' };
  return JSON.stringify(value).length > 200_000 || wordCount(value) > 32_767
    ? { [field]: 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.' }
    : {};
}

function wordCount(value: unknown): number {
  return typeof value === 'string'
    ? value.length
    : JSON.stringify(value).replace(/"(type|marks|attrs|content|version)":/g, '').length / 2;
}

const CONTENT: Readonly<Record<string, readonly string[]>> = {
  doc: ['paragraph', 'bulletList'],
  bulletList: ['listItem'],
  listItem: ['paragraph', 'bulletList'],
  paragraph: ['text', 'hardBreak'],
};

/** The part of the format that Herald uses: a node holds what it may hold, and no text is empty. */
export function isAdf(value: unknown, type = 'doc'): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const node = value as {
    type?: string;
    version?: number;
    text?: string;
    content?: unknown[];
    marks?: { type: string; attrs?: { href?: string } }[];
  };
  if (node.type !== type || (type === 'doc' && node.version !== 1)) return false;
  if (type === 'hardBreak') return true;
  if (type === 'text') {
    const marks = node.marks ?? [];
    return (
      node.text !== undefined &&
      node.text !== '' &&
      marks.every((mark) => mark.type === 'link' && URL.canParse(mark.attrs?.href ?? ''))
    );
  }
  const content = node.content ?? [];
  if (content.length === 0) return type === 'paragraph' || type === 'doc';
  return content.every((child) => (CONTENT[type] ?? []).some((allowed) => isAdf(child, allowed)));
}

function search(request: ReceivedRequest, { issues }: Site): Answer {
  const {
    jql,
    fields,
    maxResults = 50,
  } = JSON.parse(request.body) as { jql: string; fields?: string[]; maxResults?: number };
  const [, project, label] = /^project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created DESC$/.exec(jql) ?? [];
  if (label === undefined) return jiraError(400, [`Error in the JQL Query: ${jql}`]);
  const found = issues
    .filter((one) => project === 'OPS' && (one.fields.labels as string[]).includes(label))
    .toReversed();
  const answered = found
    .slice(0, maxResults)
    .map((one) => (fields === undefined ? { id: one.id, key: one.key } : shown(one)));
  return json(200, { issues: answered, isLast: true });
}

function shown({ id, key, fields, status, resolution }: Issue) {
  const statusOf = { name: status, statusCategory: { key: CATEGORY[status] } };
  return {
    id,
    key,
    fields: { ...fields, status: statusOf, resolution: resolution === null ? null : { name: resolution } },
  };
}

function comment(request: ReceivedRequest, issue: Issue, version: '3' | '2'): Answer {
  const { body } = JSON.parse(request.body) as { body: unknown };
  const problem = problemOfText(body, 'comment', version);
  if (Object.keys(problem).length > 0) return jiraError(400, [], problem);
  issue.comments.push(body);
  return json(201, { id: String(issue.comments.length), body });
}

function comments(issue: Issue, url: URL): Answer {
  const list = issue.comments.map((body, i) => ({ id: String(i), body }));
  const ordered = url.searchParams.get('orderBy') === '-created' ? list.toReversed() : list;
  const shownComments = ordered.slice(0, Number(url.searchParams.get('maxResults') ?? 5000));
  return json(200, { comments: shownComments, maxResults: shownComments.length, startAt: 0, total: list.length });
}

function transitions(site: Site): Answer {
  const there = TRANSITIONS.filter(({ name }) => site.transitions.includes(name));
  return json(200, {
    transitions: there.map(({ id, name, to }) => ({
      id,
      name,
      to: { name: to, statusCategory: { key: CATEGORY[to] } },
    })),
  });
}

function transit(request: ReceivedRequest, issue: Issue, site: Site): Answer {
  const { transition, fields } = JSON.parse(request.body) as {
    transition?: { id?: string };
    fields?: { resolution?: { name: string } };
  };
  const found = TRANSITIONS.find(({ id, name }) => id === transition?.id && site.transitions.includes(name));
  if (found === undefined)
    return jiraError(400, [`It seems that you have tried to perform an illegal workflow operation.`]);
  issue.status = found.to;
  issue.resolution = fields?.resolution?.name ?? null;
  return { kind: 'reply', status: 204 };
}

function json(status: number, body: unknown): Answer {
  return { kind: 'reply', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
