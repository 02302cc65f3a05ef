/** A rule that asks a person first, in a Herald that runs: who approves, who rejects, who never answers. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const FILTER = `---
apiVersion: herald/v1
kind: Filter
metadata: { name: ask }
spec:
  rules:
    - { name: quick, matchers: ['ask="quick"'], action: requireApproval, requireApproval: { deadline: 1s, default: reject, receivers: [] } }
    - name: people
      matchers: ['ask="people"']
      action: requireApproval
      requireApproval: { deadline: 1h, default: reject, approvers: [ann] }
`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  const config = SOURCES + environments() + route() + webhookChannel(receiver.url) + FILTER;
  herald = await runningHerald({ config: { 'herald.yaml': config } });
});

interface Listed {
  readonly fingerprint: string;
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

const send = (alertname: string, ask: string, namespace = 'dev-a') =>
  post(`${herald.url}/v1/webhooks/herald`, alertsOf({ alertname, namespace, ask }));

async function inState(approval: string, alertname: string): Promise<Listed> {
  return until(`${alertname} to be ${approval}`, async () => {
    const { body } = await get(`${herald.url}/v1/alerts?approval=${approval}`);
    return (body as { alerts: Listed[] }).alerts.find(({ labels }) => labels.alertname === alertname);
  });
}

const alertsTold = () => receiver.requests.flatMap((request) => notificationIn(request).alerts);
const told = () => alertsTold().map(({ labels }) => labels.alertname);
const requests = () => alertsTold().filter(({ labels }) => labels.alertname === 'ApprovalRequired');

test('[BR-AP-019] [BR-AP-020] an alert waits until somebody approves of it, and explain says who did and why', async () => {
  await send('Asked', 'people');
  const { fingerprint } = await inState('waiting', 'Asked');
  const path = `${herald.url}/v1/alerts/default/${fingerprint}`;
  const refused = await post(`${path}/approve`, { by: 'eve', comment: 'me' });
  assert.equal(refused.status, 403, JSON.stringify(refused.body));
  assert.deepEqual(
    told().filter((name) => name === 'Asked'),
    [],
  );
  const request = await until('somebody to be told that it waits', () =>
    requests().find(({ status }) => status === 'firing'),
  );
  assert.deepEqual([request.labels.alert, request.labels.namespace], ['Asked', 'dev-a']);
  assert.match(
    request.annotations.summary ?? '',
    /^Asked in dev-a waits .*rule people of Filter default\/ask: until .*then reject/,
  );
  assert.match(request.annotations.approve ?? '', new RegExp(`/v1/alerts/default/${fingerprint}/approve`));
  assert.equal(request.annotations.approvers, 'ann');
  const approved = await post(`${path}/approve`, { by: 'ann', comment: 'it is real' });
  assert.equal(approved.status, 200, JSON.stringify(approved.body));
  await until('it to be told', () => told().includes('Asked'));
  await inState('approved', 'Asked');
  const answered = await until('the request to end', () => requests().find(({ status }) => status === 'resolved'));
  assert.equal(answered.annotations.outcome, 'by ann');
  const { out } = await herald.command('explain', fingerprint);
  assert.match(out, /by ann: it is real/);
});

test('[BR-ERR-010] what nobody decides about in time is decided by the default, and a rejected alert is closed', async () => {
  await send('Unanswered', 'quick');
  await send('Rejected', 'people');
  const { fingerprint } = await inState('waiting', 'Rejected');
  assert.equal((await post(`${herald.url}/v1/alerts/default/${fingerprint}/reject`, { by: 'ann' })).status, 200);
  assert.equal((await inState('rejected', 'Rejected')).status, 'closed');
  assert.equal((await inState('rejected', 'Unanswered')).status, 'closed');
  await send('Production', 'quick', 'shop-prod');
  await until('production to be told at once', () => told().includes('Production'));
  assert.deepEqual(
    told().filter((name) => name === 'Rejected' || name === 'Unanswered'),
    [],
  );
  assert.equal(
    requests().some(({ labels }) => labels.alert === 'Unanswered'),
    false,
    'the rule wants nobody told',
  );
});
