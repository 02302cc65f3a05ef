import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '../../../alert/notification.ts';
import { wordsOf } from '../../../channels/jira/document.ts';
import type { JiraOptions } from '../../../channels/jira/options.ts';
import { createJiraSender } from '../../../channels/jira/send.ts';
import type { Outcome } from '../../../channels/outcome.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { jiraError, startJira, TOKEN, USER } from '../../support/providers/jira.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const ended = () => [anAlert({ status: 'resolved', endsAt: Date.parse('2026-11-23T09:10:00Z') })];
const over = (id: string) => ({ id, status: 'resolved', alerts: ended() }) as const;

async function setUp(options: Partial<JiraOptions> = {}) {
  const jira = await startJira(options.api);
  const clock = new FakeClock();
  const auth = { basic: { user: USER, secret: `${TOKEN}\n` } };
  const declared: JiraOptions = { url: jira.url, auth, project: 'OPS', allowPrivateAddresses: true, ...options };
  const sender = createJiraSender(declared, aContext(clock));
  atEnd(() => sender.close());
  let reference: string | null = null;
  /** As the engine does: the reference of a delivery is handed to the next one. */
  const send = async (change: Partial<Notification> = {}, attempt = 1): Promise<Outcome> => {
    const outcome = await sender.send(aNotification(change), attempt, never, reference);
    if (outcome.kind === 'delivered') reference = outcome.reference ?? reference;
    return outcome;
  };
  const forget = () => {
    reference = null;
  };
  return { ...jira, clock, sender, send, forget, reference: () => JSON.parse(reference!) as unknown };
}

test('[BR-INT-005] the first notification of a group opens an issue, field by field', async () => {
  const { send, receiver, reference, url } = await setUp({
    labels: ['alert'],
    issueType: 'Incident',
    fields: { components: [{ name: 'payments' }], customfield_10010: 'ops' },
  });
  const outcome = await send();
  assert.equal(outcome.detail, 'opened OPS-1');
  const [search, create] = receiver.requests;
  assert.equal(search?.path, '/rest/api/3/search/jql');
  assert.equal(create?.path, '/rest/api/3/issue');
  assert.equal(create?.headers.authorization, `Basic ${Buffer.from(`${USER}:${TOKEN}`).toString('base64')}`);
  const { fields } = JSON.parse(create!.body) as { fields: Record<string, unknown> };
  const { description, labels, ...others } = fields;
  assert.deepEqual(others, {
    components: [{ name: 'payments' }],
    customfield_10010: 'ops',
    project: { key: 'OPS' },
    issuetype: { name: 'Incident' },
    summary: '[P1] KubePodCrashLooping in payments-prod: Pod is crash looping',
    priority: { name: 'Highest' },
  });
  const [correlation, label] = labels as string[];
  assert.match(correlation!, /^herald-[0-9a-f]{32}$/);
  assert.equal(label, 'alert');
  assert.deepEqual(JSON.parse(search!.body), {
    jql: `project = "OPS" AND labels = "${correlation}" ORDER BY created DESC`,
    fields: ['status'],
    maxResults: 10,
  });
  assert.match(wordsOf(description), /^Pod is crash looping\n/);
  assert.match(wordsOf(description), /\nHerald n-5f1c9a3e00d2b764-1\n$/);
  assert.deepEqual(reference(), { id: '10000', key: 'OPS-1', url: `${url}/browse/OPS-1`, finished: false });
});

for (const api of ['3', '2'] as const) {
  test(`[BR-INT-005] version ${api}: comments for what follows, done at the end, and a new life is a new issue`, async () => {
    const { send, site } = await setUp({ api });
    await send();
    assert.equal((await send({ id: 'n-2' })).detail, 'commented on OPS-1');
    assert.equal((await send(over('n-3'))).detail, 'resolved OPS-1');
    const [issue] = site.issues;
    assert.equal(issue!.status, 'Done');
    assert.deepEqual(
      issue!.comments.map((body) => /Herald (\S+)\s*$/.exec(wordsOf(body))?.[1]),
      ['n-2', 'n-3'],
    );
    assert.equal((await send({ id: 'n-4' })).detail, 'opened OPS-2');
  });

  test(`[BR-INT-005] [BR-REL-014] version ${api}: what a lost answer hid is found again, and done once`, async () => {
    const { send, faults, site } = await setUp({ api });
    const lost = { answer: { kind: 'reset' }, acts: true, method: 'POST' } as const;
    faults.push({ ...lost, path: /issue$/ });
    assert.equal((await send()).kind, 'retry');
    assert.equal((await send({}, 2)).detail, 'an earlier attempt had told OPS-1');
    faults.push({ ...lost, path: /comment$/ });
    assert.equal((await send({ id: 'n-20' })).kind, 'retry');
    assert.equal((await send({ id: 'n-20' }, 2)).detail, 'an earlier attempt had told OPS-1');
    faults.push({ ...lost, path: /comment$/ });
    assert.equal((await send(over('n-2'))).kind, 'retry');
    faults.push({ ...lost, path: /transitions$/ });
    assert.equal((await send(over('n-2'), 2)).kind, 'retry');
    assert.equal((await send(over('n-2'), 3)).detail, 'OPS-1 is resolved already');
    assert.equal(site.issues.length, 1);
    assert.equal(site.issues[0]!.comments.length, 2);
  });
}

test('[BR-INT-005] a reference that was lost is found again by the label', async () => {
  const { send, forget, site } = await setUp();
  await send();
  forget();
  assert.equal((await send({ id: 'n-2' })).detail, 'commented on OPS-1');
  forget();
  assert.equal((await send(over('n-3'))).detail, 'resolved OPS-1');
  assert.equal(site.issues.length, 1);
});

test('the transition and the resolution are the declared ones', async () => {
  const { send, site } = await setUp({ resolveTransition: 'close FOR good', resolution: "Won't Do" });
  await send();
  await send(over('n-2'));
  assert.deepEqual([site.issues[0]!.status, site.issues[0]!.resolution], ['Closed', "Won't Do"]);
});

test('a workflow without a way to the end is told with the ways that there are', async () => {
  const { send, site } = await setUp();
  await send();
  site.transitions = ['Start'];
  assert.deepEqual(await send(over('n-2')), {
    kind: 'rejected',
    detail: 'no transition leads to a state of the category done; there are: Start',
  });
});

test('what a person finished stays as they left it; what they deleted is opened again while it fires', async () => {
  const { send, site } = await setUp();
  await send();
  site.issues[0]!.status = 'Closed';
  assert.equal((await send(over('n-2'))).detail, 'OPS-1 is resolved already');
  assert.equal(site.issues[0]!.comments.length, 0);
  await send({ id: 'n-3' });
  site.issues.splice(0);
  assert.equal((await send({ id: 'n-4' })).detail, 'opened OPS-1');
});

test('priorities are named as the operator says; with none declared issues get none', async () => {
  const named = await setUp({ priorities: { P1: 'Medium' } });
  await named.send();
  assert.deepEqual(named.site.issues[0]!.fields.priority, { name: 'Medium' });
  const none = await setUp({ priorities: {} });
  await none.send();
  assert.equal(none.site.issues[0]!.fields.priority, undefined);
});

test('a personal access token, and an API below a path as behind a gateway', async () => {
  const jira = await startJira();
  const options = { url: `${jira.url}/ex/jira/cloud-id`, browseUrl: 'https://acme.atlassian.net', project: 'OPS' };
  const sender = createJiraSender({ ...options, auth: { token: TOKEN }, allowPrivateAddresses: true }, aContext());
  atEnd(() => sender.close());
  await sender.send(aNotification(), 1, never, null);
  const [request] = jira.receiver.requests;
  assert.equal(request?.path, '/ex/jira/cloud-id/rest/api/3/search/jql');
  assert.equal(request?.headers.authorization, `Bearer ${TOKEN}`);
});

test('a text of any length is taken, and keeps its mark', async () => {
  for (const api of ['3', '2'] as const) {
    const { send, site } = await setUp({ api });
    const summary = '*_{x}_* '.repeat(2_000);
    const alerts = Array.from({ length: 200 }, () => anAlert({ annotations: { summary, description: `${summary}!` } }));
    assert.equal((await send({ alerts })).kind, 'delivered');
    assert.match(wordsOf(site.issues[0]!.fields.description), /Herald n-5f1c9a3e00d2b764-1\s*$/);
  }
});

const ERRORS: readonly (readonly [ReturnType<typeof jiraError>, Outcome['kind'], RegExp])[] = [
  [
    jiraError(400, [], { priority: "Priority name 'Highest' is not valid" }),
    'rejected',
    /^HTTP 400: priority: Priority name/,
  ],
  [
    { kind: 'reply', status: 401, body: 'Client must be authenticated to access this resource.' },
    'rejected',
    /^HTTP 401: Client must be/,
  ],
  [
    jiraError(403, ['You do not have permission to create issues in this project.']),
    'rejected',
    /permission to create/,
  ],
  [{ kind: 'reply', status: 429, body: '' }, 'retry', /^HTTP 429/],
  [jiraError(500, ['Internal server error']), 'retry', /Internal server error/],
  [{ kind: 'reply', status: 201, body: '{}' }, 'retry', /without the id and key/],
];

for (const [answer, kind, detail] of ERRORS) {
  test(`[BR-NOT-011] [BR-REL-006] ${kind} when it answers ${detail.source}`, async () => {
    const { send, faults } = await setUp();
    faults.push({ answer, method: 'POST', path: /issue$/ });
    const outcome = await send();
    assert.equal(outcome.kind, kind, outcome.detail);
    assert.match(outcome.detail, detail);
    assert.ok(!outcome.detail.includes(TOKEN));
  });
}

test('[BR-NOT-024] a probe asks for the project', async () => {
  const { sender, site } = await setUp();
  assert.deepEqual(await sender.probe!(never), { kind: 'healthy', detail: 'sees project OPS, Operations' });
  const other = await setUp({ project: 'NONE' });
  const failed = await other.sender.probe!(never);
  assert.equal(failed.kind, 'failed');
  assert.match(failed.detail, /No project could be found with key 'NONE'/);
  assert.equal(site.issues.length, 0);
});
