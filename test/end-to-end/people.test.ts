/** People in a Herald that runs: who is on call is told, hears of the end, and the ledger says who was not and why. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const PEOPLE = `---
apiVersion: herald/v1
kind: User
metadata: { name: alice }
spec: { contacts: [{ channel: channel/ops, address: alice@example.org }] }
---
apiVersion: herald/v1
kind: User
metadata: { name: mute }
spec: { contacts: [] }
---
apiVersion: herald/v1
kind: User
metadata: { name: lead }
spec: { contacts: [{ channel: channel/ops, address: lead@example.org }] }
---
apiVersion: herald/v1
kind: Team
metadata: { name: many }
spec: { members: [MANY] }
---
apiVersion: herald/v1
kind: Schedule
metadata: { name: primary }
spec:
  timeZone: Europe/Berlin
  layers: [{ name: all, users: [user/alice], start: '2026-01-05T09:00', rotation: { every: day } }]
---
apiVersion: herald/v1
kind: Schedule
metadata: { name: never }
spec:
  timeZone: Europe/Berlin
  layers: [{ name: long-ago, users: [user/alice], start: '2020-01-05T09:00', end: '2020-01-06T09:00', rotation: { every: day } }]
---
apiVersion: herald/v1
kind: EscalationPolicy
metadata: { name: next }
spec: { steps: [{ after: 1h, receivers: [user/lead] }] }
---
apiVersion: herald/v1
kind: Route
metadata: { name: root }
spec:
  groupBy: [alertname]
  groupWait: 0s
  groupInterval: 1s
  receivers: [schedule/primary]
  routes:
    - { matchers: ['alertname="Unheard"'], receivers: [user/mute], escalation: escalationPolicy/next }
    - { matchers: ['alertname="Wide"'], receivers: [team/many] }
`;

const MANY = 300;
let herald: RunningHerald;
let ops: Receiver;

before(async () => {
  ops = await startReceiver();
  const names = Array.from({ length: MANY }, (_, i) => `m${i}`);
  const users = names.map(
    (name) =>
      `---\napiVersion: herald/v1\nkind: User\nmetadata: { name: ${name} }\nspec: { contacts: [{ channel: channel/ops, address: ${name}@example.org }] }\n`,
  );
  const people = PEOPLE.replace('MANY', names.map((name) => `user/${name}`).join(', '));
  const config = [SOURCES, environments(), people, ...users, webhookChannel(ops.url)];
  herald = await runningHerald({ config: { 'herald.yaml': config.join('') } });
});

const send = (status: string, alertname: string) => {
  const { alerts } = alertsOf({ alertname, namespace: 'shop-prod' }) as { alerts: object[] };
  return post(`${herald.url}/v1/webhooks/herald`, { alerts: alerts.map((alert) => ({ ...alert, status })) });
};

interface Delivery {
  readonly notificationId: string;
  readonly recipient: string | null;
  readonly status: string;
  readonly state: string;
}

async function deliveries(): Promise<Delivery[]> {
  const all: Delivery[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { body } = await get(`${herald.url}/v1/deliveries?limit=500${cursor}`);
    const page = body as { deliveries: Delivery[]; next: string | null };
    all.push(...page.deliveries);
    next = page.next;
  }
  return all;
}

const told = async (...names: string[]) =>
  (await deliveries())
    .filter(({ recipient, state }) => state === 'delivered' && names.includes(recipient ?? ''))
    .map(({ recipient, status }) => `${recipient} ${status}`)
    .sort();

async function explain(alertname: string): Promise<string> {
  const { body } = await get(`${herald.url}/v1/alerts?q=${alertname}`);
  const [alert] = (body as { alerts: { fingerprint: string }[] }).alerts;
  return (await herald.command('explain', alert!.fingerprint)).out;
}

test('[BR-NOT-018] whoever is on call is told and hears of the end; the ledger names them', async () => {
  await send('firing', 'Slow');
  await until('alice to be told', async () => (await told('user/alice')).length === 1);
  await send('resolved', 'Slow');
  await until('alice to hear of the end', async () => (await told('user/alice')).length === 2);
  assert.deepEqual(await told('user/alice'), ['user/alice firing', 'user/alice resolved']);
  const text = await explain('Slow');
  assert.match(text, /^ops user\/alice +told that it ended/m);
  assert.match(text, /reach\.on-call +schedule\/primary: alice by layer all/);
});

test('[BR-NOT-017] a recipient without any contact escalates at once, and the ledger says who was not reached and why', async () => {
  await send('firing', 'Unheard');
  await until('the lead to be told', async () => (await told('user/lead')).length === 1);
  const text = await until('the ledger to say so', async () => {
    const found = await explain('Unheard');
    return found.includes('user/mute') && found.includes('user/lead') ? found : false;
  });
  assert.match(text, /^user\/mute +not told: .*has no contact/m);
  assert.match(text, /escalation\.unreachable/);
  assert.match(text, /^ops user\/lead +told that it fires/m);
});

test('[BR-SCALE-008] many recipients of one alert are told once each', async () => {
  await send('firing', 'Wide');
  const wide = () => ops.requests.map(notificationIn).filter(({ groupLabels }) => groupLabels.alertname === 'Wide');
  await until('all to be told', () => wide().length >= MANY, { timeoutMs: 60_000 });
  const ids = wide().map(({ herald: { notificationId } }) => notificationId);
  assert.deepEqual([ids.length, new Set(ids).size], [MANY, MANY]);
});

test('[BR-NOT-018] herald on-call says who it is and where nobody is', async () => {
  const all = (await herald.command('on-call')).out;
  assert.match(all, /default\/primary +user\/alice/);
  assert.match(all, /default\/never +nobody +720\.0 h in 30 days/);
  assert.match((await herald.command('on-call', 'never')).out, /^nobody\n[\s\S]*gap from/);
  const { onCall } = JSON.parse((await herald.command('on-call', 'primary', '--json')).out) as {
    onCall: { user: string };
  };
  assert.equal(onCall.user, 'user/alice');
  const metrics = await (await fetch(`${herald.url}/metrics`)).text();
  assert.match(metrics, /herald_schedule_gap_seconds\{tenant="default",schedule="primary"\} 0\n/);
});
