/** One alert from its webhook to its notifications, through a Herald that runs as an operator runs it. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { WebhookBody } from '../../channels/webhook/body.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { ended, get, notificationIn, payload, post } from './alerts.ts';
import { consoleChannel, environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, startHerald } from './running-herald.ts';

const KEY = Buffer.from('a key that only sender and receiver know');
const firing = await payload('firing-critical');
const identity = `default/${firing.alerts[0]!.fingerprint}`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  herald = await startHerald({
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

after(() => herald?.stop());

interface AlertAnswer {
  readonly status: string;
  readonly occurrences: number;
  readonly environment: string;
  readonly priority: string;
  readonly lastSeen: string;
  readonly ledger: readonly {
    readonly channel: string;
    readonly decisions: readonly { readonly at: string; readonly reasons: readonly { readonly code: string }[] }[];
  }[];
}

async function alert(): Promise<AlertAnswer> {
  return (await get(`${herald.url}/v1/alerts/${identity}`)).body as AlertAnswer;
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
  assert.deepEqual(reasons.map(({ code }) => code), ['group.first']);
  assert.ok(notificationId.length > 0 && groupId.length > 0);
  assert.match(herald.printed()[0] ?? '', /FIRING +P1 production alertname="KubePodCrashLooping"/);
});

test('[BR-SEC-006] the notification is signed as Standard Webhooks has it, under its own id', async () => {
  const [request] = await receiver.received(1);
  assertSigned(request!);
});

test('[BR-REL-013] [BR-REL-014] the same alert again is counted, and nobody is told a second time', async () => {
  assert.equal((await send(firing)).status, 202);
  // The group has looked at it, and says why it tells nobody: only then is "none" shown.
  const looked = await until(
    'both channels to be found unchanged after the repeat',
    async () => {
      const answer = await alert();
      const unchanged = answer.ledger.filter(({ decisions }) =>
        decisions.some(
          ({ at, reasons }) => at >= answer.lastSeen && reasons.some(({ code }) => code === 'group.unchanged'),
        ),
      );
      return answer.occurrences === 2 && unchanged.length === 2 ? answer : null;
    },
    { everyMs: 50, seen: () => receiver.requests.length },
  );
  assert.equal(looked.status, 'firing');
  assert.equal(looked.environment, 'production');
  assert.equal(receiver.requests.length, 1);
  assert.equal(herald.printed().length, 1);
});

test('[BR-AP-021] its end is told once, under an id of its own', async () => {
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

test('[BR-AP-025] its end again changes nothing', async () => {
  const { body } = await send(ended(firing));
  const receipt = await until('the receipt to be processed', async () => {
    const answer = (await get(`${herald.url}/v1/receipts/${(body as { id: string }).id}`)).body as {
      state: string;
      alerts: { fingerprint: string; reasons: { code: string }[] }[];
    };
    return answer.state === 'processed' ? answer : null;
  });
  assert.equal(receipt.alerts[0]?.fingerprint, firing.alerts[0]!.fingerprint);
  assert.deepEqual(receipt.alerts[0]?.reasons.map(({ code }) => code), ['alert.already-ended']);
});

test('when Herald has stopped, everything it ever told was one firing and one resolved, on each channel', async () => {
  const { code, err } = await herald.stop();
  assert.equal(code, 0, err);
  assert.deepEqual(receiver.requests.map((request) => notificationIn(request).status), ['firing', 'resolved']);
  assert.deepEqual(herald.printed().map((line) => /FIRING|RESOLVED/.exec(line)?.[0]), ['FIRING', 'RESOLVED']);
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
