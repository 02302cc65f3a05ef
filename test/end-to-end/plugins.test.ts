/** Plug-ins in a Herald that runs: a good one, a bad one beside it, and a changed one. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const module = (body: string) =>
  `export default { herald: 1, kind: 'filter', version: '1.0', filter(alert) { ${body} } };`;

const plugin = (name: string, spec = '') => `---
apiVersion: herald/v1
kind: Plugin
metadata: { name: ${name} }
spec: { kind: filter, module: ./${name}.mjs, timeout: 1s${spec} }
`;

let herald: RunningHerald;
let receiver: Receiver;

const loads = (name: string) =>
  herald.logged('plugin.loaded').filter(({ plugin: key }) => key === `default/${name}`).length;

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: {
      'herald.yaml': SOURCES + environments() + route() + webhookChannel(receiver.url),
      'good.mjs': module("return alert.labels.alertname === 'Noise' ? { verdict: 'drop', because: 'noise' } : null;"),
      'looping.mjs': module('for (;;);'),
      'plugins.yaml': plugin('good') + plugin('looping', `, matchers: ['loop="yes"']`),
    },
  });
  await until('the plug-ins to be loaded', () => herald.logged('plugin.loaded').length === 2);
});

interface Outcome {
  readonly outcome: string;
  readonly reasons: readonly { readonly code: string; readonly detail: string }[];
}

async function outcomeOf(labels: Record<string, string>): Promise<Outcome> {
  const { headers } = await post(`${herald.url}/v1/webhooks/herald`, alertsOf(labels));
  return until('the receipt to be processed', async () => {
    const { body } = await get(`${herald.url}${headers.get('location')}`);
    return (body as { alerts: Outcome[] }).alerts.find(({ reasons }) => reasons.length > 0);
  });
}

const codes = ({ reasons }: Outcome) => reasons.map(({ code }) => code);

test('[BR-AP-010] a plug-in drops an alert, and the receipt names it, its version and why', async () => {
  const dropped = await outcomeOf({ alertname: 'Noise', namespace: 'dev-a' });
  assert.equal(dropped.outcome, 'suppressed');
  assert.deepEqual(dropped.reasons[0], { code: 'plugin.dropped', detail: 'plug-in default/good 1.0: noise' });
  const kept = await outcomeOf({ alertname: 'Noise', namespace: 'shop-prod' });
  assert.equal(kept.outcome, 'opened');
  assert.ok(codes(kept).includes('plugin.drop-refused'));
});

test('[BR-AP-010] [BR-ERR-011] an endless loop leaves a reason and a metric; its alert is told, and others at once', async () => {
  const looped = await outcomeOf({ alertname: 'Looped', namespace: 'dev-a', loop: 'yes' });
  assert.equal(looped.outcome, 'opened');
  assert.ok(codes(looped).includes('plugin.timeout'));
  const told = () => receiver.requests.flatMap((request) => notificationIn(request).alerts);
  await until('it to be told', () => told().some(({ labels }) => labels.alertname === 'Looped'));
  const other = await outcomeOf({ alertname: 'Noise', namespace: 'dev-b' });
  assert.equal(other.outcome, 'suppressed');
  const metrics = await (await fetch(`${herald.url}/metrics`)).text();
  assert.match(metrics, /^herald_plugin_alerts_total\{plugin="default\/looping",result="plugin.timeout"\} 1$/m);
  assert.match(metrics, /^herald_plugin_alerts_total\{plugin="default\/good",result="answered"\} \d+$/m);
});

test('[BR-AP-010] [BR-AP-020] explain and the dry run say what plug-ins said, and which would be asked', async () => {
  const payload = alertsOf({ alertname: 'Noise', namespace: 'dev-a' });
  const trial = await post(`${herald.url}/v1/webhooks/herald?dryRun=true`, payload);
  assert.match(JSON.stringify(trial.body), /plugin\.not-asked/);
  const listed = (await get(`${herald.url}/v1/alerts?status=suppressed`)).body as { alerts: { fingerprint: string }[] };
  const { out } = await herald.command('explain', listed.alerts[0]!.fingerprint);
  assert.match(out, /plug-in default\/good 1\.0: noise/);
});

test('[BR-AP-010] a changed module is in force without a restart', async () => {
  await writeFile(join(herald.config, 'good.mjs'), module("return { priority: 'P2', because: 'new' };"));
  await until('the new one to be loaded', () => loads('good') === 2, { timeoutMs: 30_000 });
  const outcome = await outcomeOf({ alertname: 'Changed', namespace: 'dev-a' });
  assert.ok(codes(outcome).includes('plugin.priority'), JSON.stringify(outcome));
});
