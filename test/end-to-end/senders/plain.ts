/** Senders with a format of their own that Herald knows, and senders of Herald's. */

import assert from 'node:assert/strict';
import { CloudEvent, HTTP } from 'cloudevents';
import { payload } from '../alerts.ts';
import { hook, JSON_TYPE, type Labels, post, run, type Sender } from './reach.ts';

/** What a real one sent, recorded. */
export const alertmanager: Sender = async (reach, see) => {
  for (const [recorded, token] of [
    ['firing-critical', 'AM_TOKEN'],
    ['firing-warning', 'AM_TOKEN_BEFORE'],
    ['resolved-warning', 'AM_TOKEN'],
  ] as const) {
    const body = await payload(recorded);
    const headers = { ...JSON_TYPE, authorization: `Bearer ${reach.env[token]}`, 'User-Agent': 'Alertmanager/0.25.0' };
    await post(hook(reach, 'alertmanager'), JSON.stringify(body), headers);
    for (const { labels, status } of body.alerts) await see(labels, status === 'resolved' ? 'resolved' : 'firing');
  }
};

/** What Prometheus posts, every minute while it fires, and for a quarter of an hour when it has ended. */
export const prometheus: Sender = async (reach, see) => {
  const labels = { alertname: 'InstanceDown', instance: '10.0.0.7:9100', job: 'node', severity: 'critical' };
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  const send = (endsAt: number) => {
    const alert = { labels, annotations: { summary: 'Down' }, startsAt, endsAt: new Date(endsAt).toISOString() };
    const generatorURL = 'http://prometheus.example:9090/graph?g0.expr=up+%3D%3D+0';
    const credentials = Buffer.from(`prometheus:${reach.env.PROMETHEUS_PASSWORD}`).toString('base64');
    const headers = { ...JSON_TYPE, authorization: `Basic ${credentials}` };
    return post(`${reach.url}/api/v2/alerts`, JSON.stringify([{ ...alert, generatorURL }]), headers, [200]);
  };
  await send(Date.now() + 240_000);
  await see(labels);
  await send(Date.now() - 1000);
  await see(labels, 'resolved');
};

/** The command of the page is binary; structured and in a batch as the project's own SDK writes them. */
export const events: Sender = async (reach, see, section) => {
  const token = await reach.token();
  await run(section.block('sh'), reach, { TOKEN: token });
  const about = { source: '/backup', region: 'eu' };
  const { annotations } = await see({ ...about, alertname: 'com.example.backup.failed', subject: 'db1' });
  assert.deepEqual(annotations, { data: '{"exit":12}', runbook: 'backup by hand' });
  const event = (type: string, subject: string) => new CloudEvent({ type, ...about, subject, data: { exit: 0 } });
  const authorization = `Bearer ${token}`;
  const { headers, body } = HTTP.structured(event('com.example.restore.failed', 'db2'));
  await post(hook(reach, 'events'), String(body), { ...(headers as Labels), authorization });
  await see({ ...about, alertname: 'com.example.restore.failed', subject: 'db2' });
  const batch = ['db3', 'db4'].map((subject) => event('com.example.restore.failed', subject));
  await post(hook(reach, 'events'), JSON.stringify(batch), {
    authorization,
    'content-type': 'application/cloudevents-batch+json; charset=utf-8',
  });
  for (const subject of ['db3', 'db4']) {
    await see({ ...about, alertname: 'com.example.restore.failed', subject });
  }
  const asked = await fetch(hook(reach, 'events'), {
    method: 'OPTIONS',
    headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net' },
  });
  assert.equal(asked.headers.get('webhook-allowed-origin'), 'eventgrid.azure.net');
};

export const pagerduty: Sender = async (reach, see, section) => {
  await run(section.block('sh'), reach);
  const alertname = 'Disk of n1 is full';
  const labels = { alertname, source: 'n1', severity: 'critical', dedup_key: 'disk/n1' };
  const { annotations } = await see(labels);
  assert.equal(annotations.summary, alertname);
  const act = (event_action: string) => {
    const event = { routing_key: reach.env.PD_ROUTING_KEY, event_action, dedup_key: 'disk/n1' };
    return post(`${reach.url}/v2/enqueue`, JSON.stringify(event), JSON_TYPE);
  };
  await act('acknowledge');
  await see(labels, 'acknowledged');
  await act('resolve');
  await see(labels, 'resolved');
};

export const scripts: Sender = async (reach, see, section) => {
  await run(section.block('sh'), reach);
  const { annotations } = await see({ alertname: 'BackupFailed', namespace: 'shop-prod', severity: 'critical' });
  assert.equal(annotations.summary, 'The backup of last night is not there');
};

/** By curl's own file, since the network that the Source names is not the one that tests run in. */
export const batch: Sender = async (reach, see, section) => {
  await assert.rejects(run(section.block('sh'), reach), /403/, 'from another network');
  const command = section.block('sh').replace('curl ', `curl -H 'X-Forwarded-For: 10.1.2.3' `);
  await run(command, reach);
  await see({ alertname: 'JobLate', job: 'night' });
  await assert.rejects(run(command.replace('--cert client.pem --key client.key', ''), reach), /401/);
};

/** The address of the name, and another one, as the proxy of the test says them. */
export const partner: Sender = async (reach, see, section) => {
  const from = (address: string) => section.block('sh').replace('curl ', `curl -H 'X-Forwarded-For: ${address}' `);
  await assert.rejects(run(from('10.3.0.8'), reach), /403/, 'it is not one of the host');
  await run(from('10.3.0.7'), reach);
  await see({ alertname: 'CardsDeclined', service: 'payments' });
};

export const jobs: Sender = async (reach, see, section) => {
  const [, subject = '', body = ''] = /^nats request (\S+) '(.*)'\n$/.exec(section.block('sh')) ?? [];
  await reach.publish(subject, body);
  await see({ alertname: 'JobFailed', job: 'invoices' });
  await post(hook(reach, 'jobs'), body, JSON_TYPE, [403]);
};
