/** Senders that sign what they send, each as its documentation says, by nothing of Herald's own. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { parseYaml } from '../../../resources/yaml-file.ts';
import { hook, JSON_TYPE, post, type Sender } from './reach.ts';

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text);
const seconds = () => String(Math.floor(Date.now() / 1000));

interface GrafanaSettings {
  readonly url: string;
  readonly hmacConfig: { readonly secret: string; readonly timestampHeader: string };
}

function settingsIn(provisioning: string): GrafanaSettings {
  const { documents } = parseYaml('herald.yaml', Buffer.from(provisioning));
  type Provisioned = { contactPoints: { receivers: { settings: GrafanaSettings }[] }[] };
  return (documents[0]!.value as Provisioned).contactPoints[0]!.receivers[0]!.settings;
}

/** grafana.com/docs, Configure webhook notifications: HMAC signature. */
export const grafana: Sender = async (reach, see, section) => {
  const { url, hmacConfig } = settingsIn(section.block('yaml', 'provisioning/alerting/herald.yaml'));
  const secret = reach.env[hmacConfig.secret.slice(1)]!;
  const labels = { alertname: 'High memory usage', grafana_folder: 'Nodes', team: 'blue', zone: 'us-1' };
  const alert = (status: string, endsAt: string) => ({
    status,
    labels,
    annotations: { summary: 'Memory of us-1 is nearly used up' },
    startsAt: '2026-11-23T09:51:03.157076+02:00',
    endsAt,
    generatorURL: 'https://grafana.example/alerting/grafana/1afz29v7z/view?orgId=1',
    fingerprint: 'c6eadffa33fcdf37',
    silenceURL: 'https://grafana.example/alerting/silence/new?alertmanager=grafana&matcher=team%3Dblue',
    dashboardURL: '',
    panelURL: '',
    values: { B: 44.23943737541908, C: 1 },
    valueString: "[ var='B' labels={zone=us-1} value=44.23943737541908 ]",
    orgId: 1,
  });
  const send = async (status: string, endsAt: string) => {
    const body = JSON.stringify({
      receiver: 'herald',
      status,
      alerts: [alert(status, endsAt)],
      groupLabels: { alertname: labels.alertname },
      commonLabels: labels,
      commonAnnotations: {},
      externalURL: 'https://grafana.example/',
      version: '1',
      groupKey: '{}:{alertname="High memory usage"}',
      truncatedAlerts: 0,
      orgId: 1,
      title: '[FIRING:1] High memory usage Nodes (blue us-1)',
      state: 'alerting',
      message: '**Firing**',
      appVersion: '12.1.0',
    });
    const at = seconds();
    await post(url.replace('http://127.0.0.1:8080', reach.url), body, {
      ...JSON_TYPE,
      'User-Agent': 'Grafana',
      [hmacConfig.timestampHeader]: at,
      'X-Grafana-Alerting-Signature': hmac(secret, `${at}:${body}`).digest('hex'),
    });
  };
  await send('firing', '0001-01-01T00:00:00Z');
  const { annotations } = await see(labels);
  assert.match(String(annotations.silenceURL), /^https:\/\/grafana\.example/);
  await send('resolved', new Date().toISOString());
  await see(labels, 'resolved');
};

/** docs.github.com, Webhook events and payloads (workflow_run) and Validating webhook deliveries. */
export const github: Sender = async (reach, see) => {
  const repository = { id: 186_853_002, name: 'shop', full_name: 'acme/shop', private: true };
  const send = async (event: string, payload: object, form = false) => {
    const json = JSON.stringify({ ...payload, repository, sender: { login: 'ada', id: 1 } });
    const body = form ? new URLSearchParams({ payload: json }).toString() : json;
    const { body: answer } = await post(hook(reach, 'github'), body, {
      'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      'User-Agent': 'GitHub-Hookshot/044aadd',
      'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'X-GitHub-Event': event,
      'X-Hub-Signature-256': `sha256=${hmac(reach.env.GITHUB_SECRET!, body).digest('hex')}`,
    });
    return (JSON.parse(answer) as { accepted: number }).accepted;
  };
  const run = (action: string, conclusion: string | null) => ({
    action,
    workflow_run: {
      id: 30_433_642,
      name: 'CI',
      head_branch: 'main',
      status: action,
      conclusion,
      html_url: 'https://github.com/acme/shop/actions/runs/30433642',
    },
  });
  const labels = { alertname: 'CI', repository: 'acme/shop', branch: 'main' };
  assert.equal(await send('ping', { zen: 'Keep it logically awesome.', hook_id: 1 }), 0);
  assert.equal(await send('workflow_run', run('in_progress', null)), 0);
  assert.equal(await send('workflow_run', run('completed', 'failure')), 1);
  const { annotations, generatorURL } = await see(labels);
  assert.equal(annotations.summary, 'CI on main: failure');
  assert.equal(generatorURL, 'https://github.com/acme/shop/actions/runs/30433642');
  assert.equal(await send('workflow_run', run('completed', 'cancelled')), 0);
  assert.equal(await send('workflow_run', run('completed', 'success'), true), 1);
  await see(labels, 'resolved');
};

/** docs.slack.dev, Verifying requests from Slack and Enabling interactivity with slash commands. */
export const slack: Sender = async (reach, see) => {
  const send = async (text: string) => {
    const body = new URLSearchParams({
      token: 'gIkuvaNzQIHg97ATvDxqgjtO',
      team_id: 'T0001',
      team_domain: 'acme',
      channel_id: 'C2147483705',
      channel_name: 'shop',
      user_id: 'U2147483697',
      user_name: 'ada',
      command: '/alert',
      text,
      response_url: 'https://hooks.slack.com/commands/1234/5678',
      trigger_id: '13345224609.738474920.8088930838d88f008e0',
      api_app_id: 'A123456',
    }).toString();
    const at = seconds();
    await post(hook(reach, 'slack-command'), body, {
      'content-type': 'application/x-www-form-urlencoded',
      'X-Slack-Request-Timestamp': at,
      'X-Slack-Signature': `v0=${hmac(reach.env.SLACK_SIGNING_SECRET!, `v0:${at}:${body}`).digest('hex')}`,
    });
  };
  await send('checkout is slow');
  const { annotations } = await see({ alertname: 'checkout is slow' });
  assert.equal(annotations.summary, 'ada in #shop');
  await send('checkout is slow: over');
  await see({ alertname: 'checkout is slow' }, 'resolved');
};

/** github.com/standard-webhooks/standard-webhooks, the specification: Signature scheme. */
export const deployments: Sender = async (reach, see) => {
  const key = Buffer.from(reach.env.DEPLOYMENTS_SECRET!.replace('whsec_', ''), 'base64');
  const send = async (id: string, type: string) => {
    const body = JSON.stringify({
      type,
      timestamp: '2026-11-23T08:57:22.000Z',
      data: { service: 'checkout', version: '7' },
    });
    const at = seconds();
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
    const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
    return (await post(hook(reach, 'deployments'), body, { ...JSON_TYPE, ...headers })).body;
  };
  const labels = { alertname: 'DeploymentFailed', service: 'checkout' };
  const first = await send('msg_1', 'deployment.failed');
  assert.equal(await send('msg_1', 'deployment.failed'), first, 'an id is one message');
  const { startsAt, occurrences } = await see(labels);
  assert.deepEqual([Date.parse(startsAt), occurrences], [Date.parse('2026-11-23T08:57:22Z'), 1]);
  await send('msg_2', 'deployment.succeeded');
  await see(labels, 'resolved');
};
