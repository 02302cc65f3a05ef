/** Filters and mapped sources in a Herald that runs: what becomes of an alert, and how one finds out. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { type Answered, alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const FILTER = `---
apiVersion: herald/v1
kind: Filter
metadata: { name: noise }
spec:
  rules:
    - { name: noise, when: 'labels.alertname.matches("^Noise")', action: drop }
    - name: short-host
      action: relabel
      relabel: [{ sourceLabels: [instance], regex: '([^:.]+).*', targetLabel: host }]
    - { name: never, matchers: ['team="nobody"'], action: keep }
    - { name: broken, when: 'int(labels.weight) > 3', action: setPriority, priority: P4 }
`;

const MAPPED = `---
apiVersion: herald/v1
kind: Source
metadata: { name: zabbix }
spec:
  format: mapped
  mapping:
    alerts: body.events
    status: 'item.value == 0.0 ? "resolved" : "firing"'
    labels: { alertname: item.name, namespace: item.space, host: item.host.name }
`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: { 'herald.yaml': SOURCES + environments() + route() + webhookChannel(receiver.url) + FILTER + MAPPED },
  });
});

interface Outcome {
  readonly fingerprint: string;
  readonly outcome: string;
  readonly reasons: readonly { readonly code: string; readonly detail: string }[];
}

async function outcomes(answer: Answered): Promise<readonly Outcome[]> {
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return until('the receipt to be processed', async () => {
    const { body } = await get(`${herald.url}${answer.headers.get('location')}`);
    const { state, alerts } = body as { state: string; alerts: Outcome[] };
    return state === 'processed' ? alerts : null;
  });
}

const send = (...labels: Record<string, string>[]) => post(`${herald.url}/v1/webhooks/herald`, alertsOf(...labels));

test('[BR-AP-001] [BR-AP-020] a dropped alert tells nobody, and its receipt, its history and explain say which rule it was', async () => {
  const noise = { alertname: 'Noise', namespace: 'dev-a' };
  const [dropped] = await outcomes(await send(noise));
  assert.equal(dropped?.outcome, 'suppressed');
  const why = { code: 'filter.dropped', detail: 'rule noise of Filter default/noise' };
  assert.deepEqual(
    dropped.reasons.find(({ code }) => code === why.code),
    why,
  );
  await outcomes(await send(noise));
  const { body } = await get(`${herald.url}/v1/alerts/default/${dropped.fingerprint}`);
  const { status, occurrences } = body as { status: string; occurrences: number };
  assert.deepEqual([status, occurrences], ['suppressed', 2]);
  const listed = (await get(`${herald.url}/v1/alerts?status=suppressed`)).body as { alerts: unknown[] };
  assert.equal(listed.alerts.length, 1);
  assert.match((await herald.command('explain', dropped.fingerprint)).out, /rule noise of Filter default\/noise/);
});

test('[BR-QUAL-002] a production alert is kept where a rule would drop it', async () => {
  const [kept] = await outcomes(await send({ alertname: 'Noise', namespace: 'shop-prod' }));
  assert.equal(kept?.outcome, 'opened');
  assert.ok(kept.reasons.some(({ code }) => code === 'filter.drop-refused'));
  await receiver.received(1);
});

test('[BR-AP-005] receivers are told the labels as Filters left them, under the fingerprint that it came with', async () => {
  const [opened] = await outcomes(await send({ alertname: 'Disk', namespace: 'dev-a', instance: 'db1.example:9100' }));
  const requests = await receiver.received(2);
  const told = requests.map(notificationIn).flatMap(({ alerts }) => alerts);
  const alert = told.find(({ labels }) => labels.alertname === 'Disk');
  assert.equal(alert?.labels.host, 'db1');
  assert.equal(alert?.fingerprint, opened?.fingerprint);
});

test('[BR-WH-018] [BR-INT-013] a mapped source takes any JSON, and refuses with the place and the expression', async () => {
  const event = { name: 'Cpu', space: 'dev-a', host: { name: 'h1' }, value: 1 };
  const url = `${herald.url}/v1/webhooks/zabbix`;
  const [opened] = await outcomes(await post(url, { events: [event] }));
  assert.equal(opened?.outcome, 'opened');
  const { status, body } = await post(url, { events: [event, { ...event, host: null }] });
  assert.equal(status, 422);
  const { problems } = body as { problems: { path: string; allowed: string }[] };
  assert.deepEqual(
    problems.map(({ path, allowed }) => `${path} ${allowed}`),
    ['/alerts/1/labels/host text from item.host.name'],
  );
  const trial = await post(`${url}?dryRun=true`, { events: [{ ...event, name: 'Noise9' }] });
  const [{ outcome }] = (trial.body as { alerts: [{ outcome: { dropped: boolean; groups: unknown[] } }] }).alerts;
  assert.deepEqual([outcome.dropped, outcome.groups], [true, []]);
});

interface Rules {
  readonly processes: number;
  readonly rules: readonly { rule: string; matched: number; notMatched: number; errors: number }[];
}

test('[BR-QUAL-006] [BR-MON-001] how often each rule matched is counted: for the API, the command line and metrics', async () => {
  await outcomes(await send({ alertname: 'Heavy', namespace: 'dev-a', weight: 'x' }));
  const { status, body } = await get(`${herald.url}/v1/rules`);
  assert.equal(status, 200);
  const { processes, rules } = body as Rules;
  assert.equal(processes, 1);
  const counts = Object.fromEntries(rules.map(({ rule, ...rest }) => [rule, rest]));
  assert.ok(counts.noise!.matched >= 1 && counts.noise!.notMatched >= 1, JSON.stringify(counts));
  assert.equal(counts.never!.matched, 0);
  assert.ok(counts.broken!.errors >= 1);
  const { out } = await herald.command('status');
  assert.match(out, /default {2}noise {3}never +keep +0 +\d+ +0 +never matched/);
  assert.match(out, /broken +setPriority .* fails/);
  const metrics = String((await get(`${herald.url}/metrics`)).body);
  assert.match(metrics, /herald_filter_evaluations_total\{rule="default\/noise\/never",result="matched"\} 0/);
  assert.match(metrics, /herald_filter_evaluations_total\{rule="default\/noise\/broken",result="error"\} [1-9]/);
});
