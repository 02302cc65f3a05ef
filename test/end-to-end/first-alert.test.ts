/** One alert from its webhook to its notifications, through a Herald that runs as an operator runs it. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import type { WebhookBody } from '../../channels/webhook/body.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { type Answered, ended, get, notificationIn, payload, post } from './alerts.ts';
import { consoleChannel, environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const KEY = Buffer.from('a key that only sender and receiver know');
const firing = await payload('firing-critical');
const identity = `default/${firing.alerts[0]!.fingerprint}`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: {
      'herald.yaml':
        SOURCES +
        environments() +
        route({ receivers: ['console', 'ops'] }) +
        consoleChannel() +
        webhookChannel(receiver.url, { spec: 'secret: { env: HERALD_TEST_SECRET }' }),
    },
    env: { HERALD_TEST_SECRET: `whsec_${KEY.toString('base64')}` },
  });
});

interface AlertAnswer {
  readonly status: string;
  readonly occurrences: number;
  readonly environment: string;
}

async function alert(): Promise<AlertAnswer> {
  return (await get(`${herald.url}/v1/alerts/${identity}`)).body as AlertAnswer;
}

/** The reason codes of the one alert of an accepted request, once it is decided. */
async function decided(answer: Answered): Promise<string[]> {
  const path = answer.headers.get('location');
  const receipt = await until('the receipt to be processed', async () => {
    const { body } = await get(`${herald.url}${path}`);
    const { state, alerts } = body as { state: string; alerts: { fingerprint: string; reasons: { code: string }[] }[] };
    return state === 'processed' ? alerts : null;
  });
  assert.deepEqual(
    receipt.map(({ fingerprint }) => fingerprint),
    [firing.alerts[0]!.fingerprint],
  );
  return receipt[0]!.reasons.map(({ code }) => code);
}

function send(body: unknown) {
  return post(`${herald.url}/v1/webhooks/alertmanager`, body);
}

test('[BR-WH-001] [BR-INT-001] [BR-NOT-003] a critical alert of Alertmanager becomes one line on the console and one webhook notification', async () => {
  const { status, body } = await send(firing);
  assert.equal(status, 202);
  assert.equal((body as { accepted: number }).accepted, 1);
  const [request] = await receiver.received(1);
  await until('a line on the console', () => herald.printed().length > 0);

  const notification = notificationIn(request);
  assert.deepEqual(withoutHerald(notification), {
    receiver: 'ops',
    status: 'firing',
    alerts: [{ ...firing.alerts[0], startsAt: '2026-11-23T08:57:22.338Z' }],
    groupLabels: firing.groupLabels,
    commonLabels: firing.alerts[0]!.labels,
    commonAnnotations: firing.alerts[0]!.annotations,
    externalURL: notification.externalURL,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: 0,
  });
  assert.match(notification.groupKey, /:\{alertname="KubePodCrashLooping", namespace="payments-prod"\}$/);
  const { notificationId, groupId, environment, priority, reasons, attempt, ...more } = notification.herald;
  assert.deepEqual([environment, priority, attempt, more], ['production', 'P1', 1, {}]);
  assert.deepEqual(
    reasons.map(({ code }) => code),
    ['group.first'],
  );
  assert.ok(notificationId.length > 0 && groupId.length > 0);
  assert.match(herald.printed()[0] ?? '', /FIRING +P1 production alertname="KubePodCrashLooping"/);
});

test('[BR-INT-008] the notification is signed as Standard Webhooks has it, under its own id', async () => {
  const [request] = await receiver.received(1);
  assertSigned(request!);
});

test('[BR-REL-013] [BR-REL-014] the same alert again is counted, and nobody is told a second time', async () => {
  assert.ok((await decided(await send(firing))).includes('alert.repeated'));
  // Its group will not look at it again before the repeat interval has passed: only then is "none" shown.
  await until('the group to be due in hours', async () => {
    const { groups } = (await get(`${herald.url}/v1/groups`)).body as { groups: { nextFlush: string }[] };
    return groups.length === 1 && Date.parse(groups[0]!.nextFlush) > Date.now() + 3_600_000;
  });
  const { status, occurrences, environment } = await alert();
  assert.deepEqual([status, occurrences, environment], ['firing', 2, 'production']);
  assert.equal(receiver.requests.length, 1);
  assert.equal(herald.printed().length, 1);
});

test('[BR-AP-L21] its end is told once, under an id of its own', async () => {
  assert.equal((await send(ended(firing))).status, 202);
  const [first, second] = await receiver.received(2);
  const notification = notificationIn(second);
  assert.equal(notification.status, 'resolved');
  assert.equal(notification.alerts.length, 1);
  assert.equal(notification.alerts[0]!.fingerprint, firing.alerts[0]!.fingerprint);
  assert.equal(notification.alerts[0]!.status, 'resolved');
  assert.equal(notification.alerts[0]!.endsAt, '2026-11-23T08:58:00Z');
  assert.equal(notification.herald.groupId, notificationIn(first).herald.groupId);
  assert.notEqual(second!.headers['webhook-id'], first!.headers['webhook-id']);
  assertSigned(second!);
  await until('the resolved line', () => herald.printed().length === 2);
  assert.match(herald.printed()[1] ?? '', /RESOLVED +P1 production/);
  await until('the alert to be resolved', async () => (await alert()).status === 'resolved');
});

test('[BR-REL-014] its end again changes nothing', async () => {
  assert.deepEqual(await decided(await send(ended(firing))), ['alert.already-ended']);
});

test('when Herald has stopped, everything it ever told was one firing and one resolved, on each channel', async () => {
  const { code } = await herald.stop();
  assert.equal(code, 0, herald.stderr());
  assert.deepEqual(
    receiver.requests.map((request) => notificationIn(request).status),
    ['firing', 'resolved'],
  );
  assert.deepEqual(
    herald.printed().map((line) => /FIRING|RESOLVED/.exec(line)?.[0]),
    ['FIRING', 'RESOLVED'],
  );
});

function withoutHerald({ herald: _, ...alertmanagers }: WebhookBody): object {
  return alertmanagers;
}

/** Verified by the specification's own words, not by the code that signs. */
function assertSigned({ headers, body }: ReceivedRequest): void {
  const id = headers['webhook-id'];
  assert.equal(id, (JSON.parse(body) as WebhookBody).herald.notificationId);
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`;
  assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`);
  assert.match(String(headers['webhook-timestamp']), /^\d{10}$/);
}
