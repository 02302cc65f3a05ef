/** Why was I, or was I not, told? Over the API and on the command line, for every fate that an alert can have. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { environments, route, source, webhookChannel } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const HOLDS = `---
apiVersion: herald/v1
kind: Filter
metadata: { name: noise }
spec:
  rules:
    - { name: keeps-nothing, matchers: ['alertname="Keep"'], action: keep }
    - { name: watchdog, matchers: ['alertname="Watchdog"'], action: drop, dropProduction: true }
---
apiVersion: herald/v1
kind: Inhibition
metadata: { name: node-down }
spec: { sourceMatch: ['alertname="NodeDown"'], targetMatch: ['alertname="PodDown"'], equal: [node] }
---
apiVersion: herald/v1
kind: Maintenance
metadata: { name: upgrade }
spec: { matchers: ['alertname="Slow"'], start: '2020-01-01T00:00:00Z', end: '2120-01-01T00:00:00Z', comment: upgrade, by: ann }
`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  const base =
    source('herald', 'herald') +
    environments() +
    route({ receivers: ['ops', 'pager'], matchers: ['alertname!="Nowhere"'] }) +
    webhookChannel(receiver.url) +
    // Nobody listens there.
    webhookChannel('http://127.0.0.1:9/none', { name: 'pager' });
  herald = await runningHerald({ config: { 'herald.yaml': base, 'holds.yaml': HOLDS } });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
type Json = any;

const JSON_BODY = { 'content-type': 'application/json' };

const ask = async (path: string, init: RequestInit = {}): Promise<Json> =>
  (await fetch(`${herald.url}${path}`, { ...init, headers: JSON_BODY })).json();

async function send(...labels: Record<string, string>[]): Promise<Json> {
  const body = JSON.stringify({ alerts: labels.map((own) => ({ labels: { namespace: 'shop-prod', ...own } })) });
  const { id } = await ask('/v1/webhooks/herald', { method: 'POST', body });
  return until('the receipt', async () => {
    const receipt = await ask(`/v1/receipts/${id}`);
    return receipt.state === 'processed' ? receipt : null;
  });
}

/** Once its receivers have these verdicts. */
const explained = (fingerprint: string, ...verdicts: string[]): Promise<Json> =>
  until(`${fingerprint} to be ${verdicts.join(', ')}`, async () => {
    const answer = await ask(`/v1/alerts/default/${fingerprint}`);
    const found = answer.receivers?.map(({ verdict }: Json) => verdict);
    return JSON.stringify(found) === JSON.stringify(verdicts) ? answer : null;
  });

test('[BR-WH-014] [BR-AP-020] a receipt names what became of each alert and why, of dropped and unrouted ones, too', async () => {
  const receipt = await send({ alertname: 'Told' }, { alertname: 'Watchdog' }, { alertname: 'Nowhere' });
  const outcomes = receipt.alerts.map(({ outcome, reasons }: Json) => [outcome, reasons[0]]);
  assert.deepEqual(
    outcomes.map(([outcome]: Json) => outcome),
    ['opened', 'suppressed', 'opened'],
  );
  assert.deepEqual(outcomes[1][1], { code: 'filter.dropped', detail: 'rule watchdog of Filter default/noise' });
  assert.ok(receipt.alerts[2].reasons.some(({ code }: Json) => code === 'route.none'));
});

test('[BR-AP-020] [BR-QUAL-016] [BR-QUAL-017] who was told and who was not, with the rule, its line, and the policy', async () => {
  const { alerts } = await send({ alertname: 'Told' }, { alertname: 'Watchdog' }, { alertname: 'Nowhere' });
  const [told, dropped, nowhere] = alerts.map(({ fingerprint }: Json) => fingerprint);
  const answer = await explained(told, 'told', 'retrying');
  assert.match(answer.receivers[0].answer, /^told that it fires at \S+Z$/);
  assert.match(answer.receivers[1].answer, /^not told yet that it fires: attempt \d+ failed, the next is at /);
  const classify = answer.steps.find(({ step }: Json) => step === 'classify').reasons[0];
  assert.equal(classify.rule.rule, 'EnvironmentPolicy default/default spec.environments[0]');
  assert.match(classify.rule.file, /herald\.yaml$/);
  const priority = answer.steps.find(({ step }: Json) => step === 'priority').reasons[0];
  assert.match(priority.detail, /^P1, declared for production by EnvironmentPolicy default\/default$/);
  assert.equal(priority.policy, answer.policy);
  const flush = answer.steps.at(-1).reasons.find(({ code }: Json) => code === 'group.first');
  assert.equal(flush.policy, answer.policy, 'the flush names its policy');
  const { policies } = await ask('/v1/policies');
  assert.deepEqual(
    answer.policies.map(({ hash, activatedAt }: Json) => [hash, activatedAt]),
    [[policies[0].hash, policies[0].activatedAt]],
  );
  const [nobody] = (await explained(dropped, 'dropped')).receivers;
  assert.equal(nobody.answer, 'nobody is told: dropped by rule watchdog of Filter default/noise');
  const command = await herald.command('explain', `default/${dropped}`);
  assert.match(command.out, /Filter default\/noise spec\.rules\[1\], \S+holds\.yaml:8$/m);
  await explained(nowhere, 'no-route');
});

test('[BR-AP-008] [BR-AP-020] whatever holds it back is named, and until when', async () => {
  const node = { node: 'n7' };
  await send({ alertname: 'NodeDown', ...node });
  const { alerts } = await send({ alertname: 'PodDown', ...node }, { alertname: 'Slow' });
  const [pod, slow] = alerts.map(({ fingerprint }: Json) => fingerprint);
  const inhibited = await explained(pod, 'held', 'held');
  assert.match(inhibited.receivers[0].answer, /inhibits it \(by alert [0-9a-f]{16} \(node-down\)\)$/);
  const [hold] = inhibited.steps.find(({ step }: Json) => step === 'holds').reasons;
  assert.equal(hold.rule.rule, 'Inhibition default/node-down');
  const maintained = await explained(slow, 'held', 'held');
  assert.match(
    maintained.receivers[0].answer,
    /a maintenance window covers it \(Maintenance default\/upgrade until 2120/,
  );
});

test('[BR-WH-019] [BR-AP-008] a dry run says what would hold the alert back now, over HTTP and for a candidate', async () => {
  await send({ alertname: 'NodeDown', node: 'n7' });
  const body = JSON.stringify({ labels: { alertname: 'PodDown', node: 'n7', namespace: 'web-prod' } });
  const outcome = await until('what fires to be known', async () => {
    const { alerts } = await ask('/v1/webhooks/herald?dryRun=true', { method: 'POST', body });
    return alerts[0].outcome.groups[0].held === undefined ? null : alerts[0].outcome;
  });
  assert.deepEqual([outcome.groups[0].held.code, outcome.told, outcome.runtime], ['hold.inhibited', [], true]);
  const env = { ...herald.env, HERALD_LISTEN: new URL(herald.url).host };
  const tried = await runCommand(['dry-run', '--source', 'herald', '--json', '-'], env, body);
  const candidate = JSON.parse(tried.out);
  assert.equal(candidate.runtime, true);
  assert.equal(candidate.alerts[0].groups[0].held.code, 'hold.inhibited');
  assert.equal(candidate.policy, outcome.policy);
});

test('[BR-QUAL-016] [BR-AP-020] each activation of a policy is written down once, and status shows the one in force', async () => {
  const [first] = (await ask('/v1/policies')).policies;
  assert.equal(first.active, true);
  assert.equal(first.fileCount, 2);
  assert.ok(first.count >= 8 && first.files.every((name: string) => name.endsWith('.yaml')));
  await herald.declare('holds.yaml', HOLDS.replace('comment: upgrade', 'comment: later'));
  const after = await until('the change to be in force', async () => {
    const { policies } = await ask('/v1/policies');
    return policies.length > 1 ? policies : null;
  });
  assert.notEqual(after[0].hash, first.hash);
  assert.deepEqual(after.slice(1), [{ ...first, active: false }]);
  const { policy } = await ask('/v1/status');
  assert.deepEqual([policy.hash, policy.activatedAt], [after[0].hash, after[0].activatedAt]);
  assert.match((await herald.command('status')).out, new RegExp(`hash +${after[0].hash}`));
});
