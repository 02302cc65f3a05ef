/** Correlation in a Herald that runs, with the pool as it is started there: incidents over HTTP and in explain, storms told. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const RULES = `---
apiVersion: herald/v1
kind: CorrelationRule
metadata: { name: node-down }
spec:
  when: labels.node != ""
  within: 5m
  threshold: 3
  similarity: { topology: [node], message: true, labels: 0.5 }
  parent: ['alertname="NodeDown"']
  action: suppressChildren
---
apiVersion: herald/v1
kind: NamespaceLimit
metadata: { name: noisy }
spec:
  limits: { P5: 20 }
  groupWait: 3s
`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  const config = SOURCES + environments() + route() + webhookChannel(receiver.url) + RULES;
  herald = await runningHerald({ config: { 'herald.yaml': config } });
});

interface Incident {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly state: string;
  readonly parent: string | null;
  readonly alerts: number;
  readonly breakdown: { readonly alerts: number; readonly namespaces: Record<string, number> } | null;
  readonly members?: readonly { readonly fingerprint: string; readonly because: readonly string[] }[];
}

async function incidents(query: string): Promise<readonly Incident[]> {
  const { body } = await get(`${herald.url}/v1/incidents?${query}`);
  return (body as { incidents: Incident[] }).incidents;
}

const send = (...labels: Record<string, string>[]) => post(`${herald.url}/v1/webhooks/herald`, alertsOf(...labels));

test('[BR-AP-004] [BR-AP-020] an incident stands under /v1/incidents with its evidence, and explain says what an alert is part of', async () => {
  const pods = Array.from({ length: 5 }, (_, i) => ({
    alertname: 'PodDown',
    namespace: 'shop-prod',
    node: 'n7',
    pod: `p${i}`,
  }));
  await send({ alertname: 'NodeDown', namespace: 'kube-system', node: 'n7' }, ...pods, {
    alertname: 'Other',
    namespace: 'x',
  });
  const [incident] = await until('the incident', async () => {
    const found = await incidents('kind=incident&state=open');
    return found.length > 0 && found;
  });
  assert.deepEqual([incident?.rule, incident?.alerts], ['node-down', 6]);
  const { body } = await get(`${herald.url}/v1/incidents/${incident!.id}`);
  const { members = [] } = body as Incident;
  assert.equal(members.length, 6);
  const child = members.find(({ fingerprint }) => fingerprint !== incident!.parent)!;
  assert.ok(child.because.includes('same node n7'), child.because.join('\n'));
  const explained = (await herald.command('explain', child.fingerprint)).out;
  assert.match(explained, new RegExp(`incident ${incident!.id} by CorrelationRule node-down`));
  assert.match(explained, /same node n7/);
});

test('[BR-AP-027] what a namespace has beyond its limit is told of once, by the summary, which the routes send where it belongs', async () => {
  const loud = Array.from({ length: 400 }, (_, i) => ({ alertname: 'Loud', namespace: 'dev-loud', n: String(i) }));
  await send(...loud);
  const summary = await until(
    'the summary',
    () => receiver.requests.map(notificationIn).find(({ groupKey }) => groupKey.startsWith('storm/')),
    { timeoutMs: 30_000 },
  );
  assert.deepEqual(summary.groupLabels, { alertname: 'AlertStorm', namespace: 'dev-loud', storm: 'limit/noisy/P5' });
  assert.match(summary.alerts[0]!.annotations.summary!, /^380 alerts in a storm with namespace="dev-loud"/);
  const [storm] = await until('the storm', async () => {
    const found = await incidents('kind=storm');
    return found[0]?.breakdown?.alerts === 380 && found;
  });
  assert.deepEqual(storm!.breakdown!.namespaces, { 'dev-loud': 380 });
});
