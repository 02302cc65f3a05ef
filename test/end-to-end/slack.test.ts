/** A group's life in Slack: posted, taken on by a click, updated, ended. Herald runs as an operator runs it. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import { type SlackServer, startSlack, TOKEN } from '../support/providers/slack.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { ended, get, payload, post } from './alerts.ts';
import { environments, route, SOURCES } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const SECRET = 'the-signing-secret';
const firing = await payload('firing-critical');
const identity = `default/${firing.alerts[0]!.fingerprint}`;

let herald: RunningHerald;
let slack: SlackServer;
let answers: Receiver;

before(async () => {
  slack = await startSlack();
  answers = await startReceiver();
  herald = await runningHerald({
    config: {
      'herald.yaml': `${SOURCES}${environments()}${route({ receivers: ['slack'] })}---
apiVersion: herald/v1
kind: Channel
metadata: { name: slack }
spec:
  type: slack
  apiUrl: ${slack.apiUrl}
  token: { env: SLACK_TOKEN }
  channel: '#ops'
  signingSecret: { env: SLACK_SIGNING }
  allowPrivateAddresses: true
`,
    },
    env: { SLACK_TOKEN: TOKEN, SLACK_SIGNING: SECRET },
  });
});

interface Button {
  readonly action_id: string;
  readonly value: string;
}

function buttons(): Button[] {
  const [{ blocks }] = slack.messages[0]!.body.attachments as [{ blocks: { type: string; elements: Button[] }[] }];
  return blocks.flatMap(({ type, elements }) => (type === 'actions' ? elements : []));
}

/** As Slack sends it. */
function click(button: Button): Promise<{ readonly status: number }> {
  const payload = JSON.stringify({
    type: 'block_actions',
    user: { id: 'U0ALICE', username: 'alice' },
    team: { id: 'T1' },
    message: slack.messages[0]!.body,
    response_url: answers.url,
    actions: [{ ...button, type: 'button', action_ts: '1700000100.500' }],
  });
  const body = new URLSearchParams({ payload }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  return post(`${herald.url}/v1/interactions/slack/default/slack`, body, {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  });
}

interface AlertAnswer {
  readonly status: string;
  readonly history: readonly { readonly type: string; readonly by?: string }[];
}

/** From Herald's answer to Slack's having the message. */
const LONGEST_WAY_MS = 10_000;

test('[BR-NOT-002] [BR-PERF-029] an alert is posted within ten seconds, acknowledged by a click, and its end updates the same message', async () => {
  assert.equal((await post(`${herald.url}/v1/webhooks/alertmanager`, firing)).status, 202);
  await until('a message', () => slack.messages.length === 1, { timeoutMs: LONGEST_WAY_MS });
  const acknowledge = buttons().find(({ action_id: id }) => id === 'herald.acknowledge');
  assert.ok(acknowledge);

  assert.equal((await click(acknowledge)).status, 200);
  const [said] = await answers.received(1);
  assert.match(said!.body, /Acknowledged by <@U0ALICE>/);
  const alert = await until('the archive to know', async () => {
    const { body } = await get(`${herald.url}/v1/alerts/${identity}`);
    return (body as AlertAnswer).status === 'acknowledged' ? (body as AlertAnswer) : null;
  });
  assert.ok(JSON.stringify(alert).includes('slack/alice (U0ALICE)'), JSON.stringify(alert));
  await until('its thread to say who took it on', () => slack.messages.length === 2);
  assert.match(JSON.stringify(slack.messages[0]?.body), /\*Acknowledged\*\\nslack\/alice \(U0ALICE\)/);
  assert.ok(buttons().every(({ action_id: id }) => id !== 'herald.acknowledge'));

  await post(`${herald.url}/v1/webhooks/alertmanager`, ended(firing));
  await until('the message to say that it ended', () => /Resolved/.test(String(slack.messages[0]?.body.text)));
  await until('a reply in its thread', () => slack.messages.length > 2);
  assert.ok(slack.messages.slice(1).every(({ threadTs }) => threadTs === slack.messages[0]?.ts));
  assert.deepEqual(
    buttons().map(({ action_id: id }) => id),
    [],
  );
});

test('[BR-INT-008] a click that Slack did not sign is refused', async () => {
  const forged = await post(`${herald.url}/v1/interactions/slack/default/slack`, 'payload={}', {
    'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
    'x-slack-signature': `v0=${'0'.repeat(64)}`,
  });
  assert.equal(forged.status, 401);
});
