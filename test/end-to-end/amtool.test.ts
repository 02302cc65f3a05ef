/** Herald in the place of an Alertmanager, to its own tools: amtool and Prometheus, as Debian installs them. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, notificationIn, post } from './alerts.ts';
import { findInstalled, runInstalled } from './installed-program.ts';
import { startPrometheus } from './prometheus.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const amtoolProgram = findInstalled('amtool');
const prometheusProgram = findInstalled('prometheus');
const noAmtool = amtoolProgram === null && 'no amtool is installed here: apt-get install prometheus-alertmanager';
const noPrometheus = prometheusProgram === null && 'no prometheus is installed here: apt-get install prometheus';
const PATIENT = { timeoutMs: 30_000 };

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  const config = SOURCES + environments() + route() + webhookChannel(receiver.url);
  herald = await runningHerald({ config: { 'herald.yaml': config } });
});

/** What it printed; it must have succeeded. */
async function amtool(...words: string[]): Promise<string> {
  const url = `--alertmanager.url=${herald.url}`;
  const { code, out, err } = await runInstalled(amtoolProgram!, [...words, url, '--no-version-check']);
  assert.equal(code, 0, `amtool ${words.join(' ')}: ${out}${err}`);
  return out;
}

interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly silencedBy: readonly string[] };
  readonly receivers: readonly { readonly name: string }[];
}

interface ShownSilence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly comment: string;
  readonly createdBy: string;
  readonly endsAt: string;
  readonly matchers: readonly { readonly name: string }[];
}

async function alertsOf(...words: string[]): Promise<ShownAlert[]> {
  return JSON.parse(await amtool('alert', 'query', '-o', 'json', ...words)) as ShownAlert[];
}

async function silences(...words: string[]): Promise<ShownSilence[]> {
  return JSON.parse(await amtool('silence', 'query', '-o', 'json', ...words)) as ShownSilence[];
}

test('[BR-INT-001] amtool adds an alert, finds it by matchers and silences it; it is listed as suppressed from then on', {
  skip: noAmtool,
}, async () => {
  await amtool('alert', 'add', 'DiskFull', 'namespace=shop-prod', 'node=n1', '--annotation=summary=full');
  const [alert] = await until(
    'the alert to be listed',
    async () => routed(await alertsOf('alertname=DiskFull')),
    PATIENT,
  );
  assert.deepEqual(alert?.labels, { alertname: 'DiskFull', namespace: 'shop-prod', node: 'n1' });
  assert.deepEqual([alert?.status.state, alert?.receivers], ['active', [{ name: 'ops' }]]);
  assert.equal((await alertsOf('alertname=DiskFull', 'node!=n1')).length, 0);
  assert.equal((await alertsOf('node=~n[12]', '--receiver=op.')).length, 1);
  assert.equal((await alertsOf('node=~n[12]', '--receiver=op')).length, 0);

  const id = (
    await amtool('silence', 'add', 'node=~n[12]', 'alertname=DiskFull', '-a', 'ann', '-c', 'swap', '-d', '1h')
  ).trim();
  const [silence] = await silences('node=~n[12]');
  assert.deepEqual(
    [silence?.id, silence?.status.state, silence?.createdBy, silence?.comment],
    [id, 'active', 'ann', 'swap'],
  );
  const byName = silence?.matchers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(byName, [
    { name: 'alertname', value: 'DiskFull', isRegex: false, isEqual: true },
    { name: 'node', value: 'n[12]', isRegex: true, isEqual: true },
  ]);
  // Without -s, amtool asks for those that are not silenced.
  assert.deepEqual(await alertsOf('alertname=DiskFull'), []);
  const [silenced] = await alertsOf('alertname=DiskFull', '--silenced');
  assert.deepEqual([silenced?.status.state, silenced?.status.silencedBy], ['suppressed', [id]]);
});

test('[BR-INT-001] [BR-AP-008] amtool lengthens a silence, ends it, and finds it among the ended ones', {
  skip: noAmtool,
}, async () => {
  const id = (await amtool('silence', 'add', 'alertname=Update', '-c', 'first', '-a', 'ann', '-d', '10m')).trim();
  const before = (await silences('alertname=Update'))[0]!;
  await amtool('silence', 'update', '-d', '3h', '-c', 'second', id);
  const [after] = await silences('alertname=Update');
  assert.equal(after?.id, id);
  assert.equal(after?.comment, 'second');
  assert.ok(Date.parse(after.endsAt) - Date.parse(before.endsAt) > 2 * 3_600_000);
  await amtool('silence', 'expire', id);
  assert.deepEqual(await silences('alertname=Update'), []);
  const [ended] = await silences('alertname=Update', '--expired');
  assert.deepEqual([ended?.id, ended?.status.state], [id, 'expired']);
  const again = await runInstalled(amtoolProgram!, ['silence', 'expire', id, `--alertmanager.url=${herald.url}`]);
  assert.notEqual(again.code, 0);
});

test('[BR-INT-001] amtool shows the cluster, the routes as a configuration, and which route takes an alert', {
  skip: noAmtool,
}, async () => {
  assert.match(await amtool('cluster', 'show'), /ready/);
  const config = await amtool('config', 'show');
  assert.match(config, /receiver: ops/);
  assert.match(await amtool('config', 'routes', 'show'), /receiver: ops/);
  assert.equal((await amtool('config', 'routes', 'test', 'alertname=DiskFull', 'namespace=shop-prod')).trim(), 'ops');
});

test('[BR-INT-001] what dashboards read is there: groups with their alerts, receivers, status', async () => {
  const labels = { alertname: 'Dashboard', namespace: 'shop-prod' };
  await post(`${herald.url}/api/v2/alerts`, [{ labels }]);
  const [group] = await until(
    'the group to be listed',
    async () =>
      nonEmpty((await get(`${herald.url}/api/v2/alerts/groups?filter=alertname%3DDashboard`)).body as Group[]),
    PATIENT,
  );
  assert.deepEqual([group?.labels, group?.receiver.name], [labels, 'ops']);
  assert.deepEqual(
    group?.alerts.map((alert) => alert.labels),
    [labels],
  );
  assert.deepEqual((await get(`${herald.url}/api/v2/receivers`)).body, [{ name: 'ops' }]);
  const status = (await get(`${herald.url}/api/v2/status`)).body as Readonly<Record<string, object>>;
  assert.deepEqual(Object.keys(status).sort(), ['cluster', 'config', 'uptime', 'versionInfo']);
});

interface Group {
  readonly labels: object;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly { readonly labels: object }[];
}

test('[BR-INT-001] an alert that stops coming resolves by itself when the end that its sender gave has passed', async () => {
  const labels = { alertname: 'Fades', namespace: 'shop-prod' };
  const endsAt = new Date(Date.now() + 2000).toISOString();
  await post(`${herald.url}/api/v2/alerts`, [{ labels, endsAt }]);
  await until('it to be told as over', () => statuses('Fades').includes('resolved'), PATIENT);
  assert.deepEqual(statuses('Fades'), ['firing', 'resolved']);
  const listed = async () => (await get(`${herald.url}/api/v2/alerts?filter=alertname%3DFades`)).body as object[];
  await until('it to be listed no more', async () => (await listed()).length === 0, PATIENT);
});

test('[BR-INT-001] [BR-TEST-005] a real Prometheus whose alertmanager is Herald: its alert is told, and its end when the rule stops firing', {
  skip: noPrometheus,
}, async () => {
  const prometheus = await startPrometheus(prometheusProgram!, herald.url, rulesOf('vector(1)'));
  await until('the alert to be told', () => statuses('Real').includes('firing'), { timeoutMs: 60_000 });
  const [told] = toldOf('Real');
  assert.deepEqual(told?.labels, { alertname: 'Real', namespace: 'shop-prod', region: 'eu' });
  assert.equal(told?.annotations.summary, 'value 1');
  assert.match(String(told?.generatorURL), /\/graph\?g0\.expr=/);
  const known = (await (await fetch(`${prometheus.url}/api/v1/alertmanagers`)).json()) as Alertmanagers;
  assert.deepEqual(
    known.data.activeAlertmanagers.map(({ url }) => url),
    [`${herald.url}/api/v2/alerts`],
  );
  await prometheus.useRules(rulesOf('vector(1) > 1'));
  await until('its end to be told', () => statuses('Real').includes('resolved'), { timeoutMs: 60_000 });
  assert.deepEqual(statuses('Real'), ['firing', 'resolved']);
});

interface Alertmanagers {
  readonly data: { readonly activeAlertmanagers: readonly { readonly url: string }[] };
}

function rulesOf(expression: string): string {
  return `
groups:
  - name: g
    rules:
      - alert: Real
        expr: ${expression}
        labels: { namespace: shop-prod }
        annotations: { summary: 'value {{ $value }}' }
`;
}

function toldOf(alertname: string) {
  return receiver.requests.flatMap((request) =>
    notificationIn(request).alerts.filter(({ labels }) => labels.alertname === alertname),
  );
}

function statuses(alertname: string): string[] {
  return toldOf(alertname).map(({ status }) => status);
}

/** The group of an alert is known a moment after the alert. */
function routed(alerts: readonly ShownAlert[]): readonly ShownAlert[] | null {
  return nonEmpty(alerts.filter(({ receivers }) => receivers.length > 0));
}

function nonEmpty<Item>(list: readonly Item[]): readonly Item[] | null {
  return list.length > 0 ? list : null;
}
