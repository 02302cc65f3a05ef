/** Escalation in a Herald that runs: steps as they come, over HTTP, in explain, and as public events. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const POLICY = `---
apiVersion: herald/v1
kind: EscalationPolicy
metadata: { name: quick }
spec:
  priorities: [P1]
  steps:
    - { after: 3s, receivers: [channel/lead] }
`;

let herald: RunningHerald;
let ops: Receiver;
let lead: Receiver;

before(async () => {
  ops = await startReceiver();
  lead = await startReceiver();
  const config = [
    SOURCES,
    environments(),
    `${route().trimEnd()}\n  escalation: escalationPolicy/quick\n`,
    POLICY,
    webhookChannel(ops.url),
    webhookChannel(lead.url, { name: 'lead' }),
  ];
  herald = await runningHerald({ config: { 'herald.yaml': config.join('') } });
});

interface Group {
  readonly labels: { readonly alertname: string };
  readonly escalation: {
    readonly policy: string;
    readonly clock: string;
    readonly channels: readonly string[];
    readonly next: { readonly step: number; readonly at: string | null } | null;
  } | null;
}

const send = (status: string, ...labels: Record<string, string>[]) => {
  const { alerts } = alertsOf(...labels) as { alerts: object[] };
  return post(`${herald.url}/v1/webhooks/herald`, { alerts: alerts.map((alert) => ({ ...alert, status })) });
};

async function group(alertname: string): Promise<Group | undefined> {
  const { body } = await get(`${herald.url}/v1/groups`);
  return (body as { groups: Group[] }).groups.find(({ labels }) => labels.alertname === alertname);
}

async function fingerprintOf(alertname: string): Promise<string> {
  return until(`the archive to have ${alertname}`, async () => {
    const { body } = await get(`${herald.url}/v1/alerts?q=${alertname}`);
    return (body as { alerts: { fingerprint: string }[] }).alerts[0]?.fingerprint;
  });
}

const told = (receiver: Receiver, alertname: string) =>
  receiver.requests
    .map(notificationIn)
    .filter(({ groupLabels }) => groupLabels.alertname === alertname)
    .map(({ status }) => status);

test('[BR-AP-009] [BR-NOT-017] what nobody takes on is told to the next ones, who hear of its end; what is acknowledged is not', async () => {
  await send(
    'firing',
    { alertname: 'Left', namespace: 'shop-prod' },
    { alertname: 'Taken', namespace: 'shop-prod' },
    { alertname: 'Small', namespace: 'dev-shop' },
  );
  const waiting = await until('the step to be announced', async () => {
    const left = await group('Left');
    return left?.escalation?.next ? left.escalation : false;
  });
  assert.deepEqual([waiting.policy, waiting.clock, waiting.next?.step], ['quick', 'runs', 1]);
  assert.ok(Date.parse(waiting.next!.at!) > Date.now() - 3000);
  const taken = await fingerprintOf('Taken');
  const acknowledged = await post(`${herald.url}/v1/alerts/default/${taken}/acknowledge`, { by: 'ann' });
  assert.equal(acknowledged.status, 200);
  await until('the step', () => told(lead, 'Left').length > 0);
  const escalated = lead.requests.map(notificationIn).find(({ groupLabels }) => groupLabels.alertname === 'Left');
  assert.equal(escalated?.herald.reasons[0]?.code, 'group.escalated');
  await until('the view to say so', async () => (await group('Left'))?.escalation?.channels.includes('lead'));
  assert.deepEqual([(await group('Taken'))?.escalation?.clock, (await group('Small'))?.escalation], ['stands', null]);

  await send('resolved', { alertname: 'Left', namespace: 'shop-prod' });
  await until('the end', () => told(lead, 'Left').includes('resolved'));
  assert.deepEqual(told(lead, 'Left'), ['firing', 'resolved']);
  assert.deepEqual([...told(lead, 'Taken'), ...told(lead, 'Small')], []);
  assert.deepEqual(told(ops, 'Taken'), ['firing']);
});

test('[BR-AP-020] [BR-AP-009] explain says who was told by a step and why, and why no step was taken', async () => {
  const left = (await herald.command('explain', await fingerprintOf('Left'))).out;
  assert.match(left, /escalation\.step +quick, step 1: not taken on by ops for 3s; tells lead/);
  const taken = (await herald.command('explain', await fingerprintOf('Taken'))).out;
  assert.match(taken, /escalation\.acknowledged +no step: everything that fires was acknowledged/);
});
