/** Herald behind a real Alertmanager, and in the place of one. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { findAlertmanager, startAlertmanager } from './alertmanager.ts';
import { get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const program = findAlertmanager();
const MINUTE = 60_000;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: { 'herald.yaml': SOURCES + environments() + route() + webhookChannel(receiver.url) },
  });
});

/** Names and values that only a hash over their bytes gets right. */
const LABEL_SETS = [
  { alertname: 'DiskFull', namespace: 'checkout-prod', severity: 'critical', instance: '10.0.0.7:9100' },
  { alertname: 'ZaehlerSteht', namespace: 'checkout-prod', severity: 'critical', site: 'K\u00f6ln \u2603 \u{1f525}' },
  { alertname: 'Empty', namespace: 'dev-box', severity: 'info', _: '"quoted"\\ \n line' },
];

const iso = (time: number) => new Date(time).toISOString();

test('[BR-INT-001] [BR-TEST-005] what a real Alertmanager is told, firing and then resolved, is delivered under its fingerprints', {
  skip: program === null && 'no prometheus-alertmanager is installed here: apt-get install prometheus-alertmanager',
}, async () => {
  const url = await startAlertmanager(program!, alertmanagerConfig(herald.url));
  const startsAt = iso(Date.now() - MINUTE);
  const alerts = LABEL_SETS.map((labels) => ({ labels, annotations: { summary: 'so it is' }, startsAt }));
  assert.equal((await post(`${url}/api/v2/alerts`, alerts)).status, 200);
  const theirs = (await get(`${url}/api/v2/alerts`)).body as { fingerprint: string; labels: { alertname: string } }[];
  const byName = new Map(theirs.map(({ labels, fingerprint }) => [labels.alertname, fingerprint]));
  assert.equal(byName.size, LABEL_SETS.length);

  await told('firing', byName);
  const over = alerts.map((alert) => ({ ...alert, endsAt: iso(Date.now() - 1000) }));
  assert.equal((await post(`${url}/api/v2/alerts`, over)).status, 200);
  await told('resolved', byName);
  for (const { alertname } of LABEL_SETS) {
    assert.deepEqual(statuses(alertname), ['firing', 'resolved'], alertname);
  }
});

test('[BR-INT-001] what a Prometheus posts to the API of Alertmanager is taken, and ends when it says so', async () => {
  const labels = { alertname: 'InstanceDown', namespace: 'checkout-prod', severity: 'critical', job: 'node' };
  const startsAt = iso(Date.now() - MINUTE);
  // As Prometheus does: a firing alert ends in the future, and is sent again and again.
  const firing = [
    { labels, annotations: {}, startsAt, endsAt: iso(Date.now() + 4 * MINUTE), generatorURL: 'http://p/g' },
  ];
  for (let i = 0; i < 3; i++) {
    const answer = await post(`${herald.url}/api/v2/alerts`, firing);
    assert.deepEqual([answer.status, answer.body], [200, '']);
  }
  await told('firing', new Map([[labels.alertname, null]]));
  await post(`${herald.url}/api/v2/alerts`, [{ ...firing[0], endsAt: iso(Date.now() - 1000) }]);
  await told('resolved', new Map([[labels.alertname, null]]));
  assert.deepEqual(statuses(labels.alertname), ['firing', 'resolved']);
});

function alertmanagerConfig(heraldUrl: string): string {
  return `
route: { receiver: herald, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 4h }
receivers:
  - name: herald
    webhook_configs: [{ url: '${heraldUrl}/v1/webhooks/alertmanager', send_resolved: true }]
`;
}

/** What the receiver was told of the alert, in order. */
function toldOf(alertname: string) {
  return receiver.requests.flatMap((request) =>
    notificationIn(request).alerts.filter(({ labels }) => labels.alertname === alertname),
  );
}

function statuses(alertname: string): string[] {
  return toldOf(alertname).map(({ status }) => status);
}

/** Every alert was told last with this status; and with this fingerprint, where one is given. */
async function told(status: string, fingerprints: ReadonlyMap<string, string | null>): Promise<void> {
  for (const [alertname, fingerprint] of fingerprints) {
    const alert = await until(
      `${alertname} to be told ${status}`,
      () => toldOf(alertname).find((candidate) => candidate.status === status),
      { timeoutMs: 30_000, seen: () => receiver.requests.map(({ body }) => body) },
    );
    if (fingerprint !== null) assert.equal(alert.fingerprint, fingerprint, alertname);
  }
}
