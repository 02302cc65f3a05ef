/**
 * ServiceNow's Table API for incidents and its OAuth end point, as its documentation describes them:
 * https://docs.servicenow.com/bundle/xanadu-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html (requests, answers,
 * status codes, journal fields), https://docs.servicenow.com/bundle/xanadu-platform-security/page/administer/security/concept/c_OAuthApplications.html
 * (oauth_token.do), and the field lengths and the data policy (close code and notes are mandatory) of its incident table.
 */

import { createHash } from 'node:crypto';
import { type Answer, type ReceivedRequest, startReceiver } from '../receiver.ts';
import { type FaultOf, type ProviderFault, underFaults } from './fault.ts';

export type Incident = Record<string, string>;

export const USER = 'herald.integration';
export const PASSWORD = 'the-password-of-the-integration';

export interface Fault extends ProviderFault {
  /** Left out: the next one, whatever it is. */
  readonly method?: string;
}

export async function startServicenow(faultOf: FaultOf = () => null) {
  const incidents: Incident[] = [];
  const faults: Fault[] = [];
  const tokens = new Set<string>();
  const planned = ({ method }: ReceivedRequest): Fault | undefined => {
    const at = faults.findIndex((fault) => fault.method === undefined || fault.method === method);
    return at < 0 ? undefined : faults.splice(at, 1)[0];
  };
  const receiver = await startReceiver({
    script: underFaults(
      (request) => answerOf(request, incidents, tokens),
      (request) => planned(request) ?? faultOf(request),
    ),
  });
  return { url: receiver.url.replace(/\/hook$/, ''), incidents, faults, tokens, receiver };
}

export function servicenowError(status: number, message: string, detail: string): Answer {
  return json(status, { error: { message, detail }, status: 'failure' });
}

function answerOf(request: ReceivedRequest, incidents: Incident[], tokens: Set<string>): Answer {
  const url = new URL(request.path, 'http://instance');
  if (url.pathname === '/oauth_token.do') return token(request, tokens);
  if (!isKnown(request.headers.authorization ?? '', tokens)) {
    return servicenowError(401, 'User Not Authenticated', 'Required to provide Auth information');
  }
  const [, id] = /^\/api\/now\/table\/incident(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  if (!url.pathname.startsWith('/api/now/table/incident')) {
    return servicenowError(400, 'Invalid table', 'Invalid table');
  }
  if (id === undefined) return request.method === 'POST' ? create(request, incidents, url) : query(incidents, url);
  const incident = incidents.find((one) => one.sys_id === id);
  if (incident === undefined) {
    return servicenowError(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
  }
  return request.method === 'PATCH' ? update(request, incident, url) : json(200, { result: shown(incident, url) });
}

function isKnown(authorization: string, tokens: ReadonlySet<string>): boolean {
  const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  return authorization === basic || tokens.has(authorization.replace(/^Bearer /, ''));
}

function token(request: ReceivedRequest, tokens: Set<string>): Answer {
  const form = new URLSearchParams(request.body);
  if (form.get('grant_type') !== 'client_credentials') return json(401, { error: 'unsupported_grant_type' });
  const given = `token-${tokens.size + 1}`;
  tokens.add(given);
  return json(200, { access_token: given, scope: 'useraccount', token_type: 'Bearer', expires_in: 1799 });
}

const LENGTHS: Readonly<Record<string, number>> = { short_description: 160, description: 4000, correlation_id: 100 };

function create(request: ReceivedRequest, incidents: Incident[], url: URL): Answer {
  const given = JSON.parse(request.body) as Incident;
  const number = `INC${String(10_001 + incidents.length).padStart(7, '0')}`;
  const id = createHash('md5').update(number).digest('hex');
  const incident: Incident = { state: '1', work_notes: '', ...stored(given), sys_id: id, number };
  incidents.push(incident);
  return json(201, { result: shown(incident, url) });
}

/** What is too long is cut without a word, as ServiceNow does. */
function stored(given: Incident): Incident {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value.slice(0, LENGTHS[name] ?? 100_000)]),
  );
}

function update(request: ReceivedRequest, incident: Incident, url: URL): Answer {
  const { work_notes: note, ...given } = JSON.parse(request.body) as Incident;
  if (given.state === '6' && (!given.close_code || !given.close_notes)) {
    const detail = 'Data Policy Exception: The following fields are mandatory: Resolution code, Resolution notes';
    return servicenowError(403, 'Operation Failed', detail);
  }
  Object.assign(incident, stored(given));
  if (note !== undefined)
    incident.work_notes = `2026-11-23 09:00:00 - Herald (Work notes)\n${note}\n\n${incident.work_notes}`;
  return json(200, { result: shown(incident, url) });
}

function query(incidents: readonly Incident[], url: URL): Answer {
  const terms = (url.searchParams.get('sysparm_query') ?? '').split('^');
  const equal = terms.flatMap((term) => {
    const [, field, value] = /^(\w+)=(.*)$/.exec(term) ?? [];
    return field === undefined ? [] : [[field, value] as const];
  });
  const found = incidents.filter((one) => equal.every(([field, value]) => one[field] === value));
  const newest = terms.includes('ORDERBYDESCsys_created_on') ? found.toReversed() : found;
  const limit = Number(url.searchParams.get('sysparm_limit') ?? 10_000);
  return json(200, { result: newest.slice(0, limit).map((one) => shown(one, url)) });
}

function shown(incident: Incident, url: URL): Incident {
  const fields = url.searchParams.get('sysparm_fields')?.split(',') ?? Object.keys(incident);
  const display = url.searchParams.get('sysparm_display_value') === 'true';
  return Object.fromEntries(
    fields.map((name) => [name, name === 'work_notes' && !display ? '' : (incident[name] ?? '')]),
  );
}

function json(status: number, body: unknown): Answer {
  return { kind: 'reply', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
