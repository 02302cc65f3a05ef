/** An SMS that Twilio accepts and the network does not deliver. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { ACCOUNT, signed, startTwilio, TOKEN } from '../support/providers/twilio.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, payload, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { runningHerald } from './running-herald.ts';

interface DeliveryAnswer {
  readonly deliveries: readonly { readonly notificationId: string; readonly state: string; readonly channel: string }[];
}

test('[BR-NOT-012] [BR-ERR-012] an SMS that Twilio reports as undelivered goes to the fallback once, and the ledger says why', async () => {
  const twilio = await startTwilio(Date.now);
  const receiver = await startReceiver();
  const listen = `127.0.0.1:${await freePort()}`;
  const callback = `http://${listen}/v1/callbacks/default/duty`;
  const herald = await runningHerald({
    config: {
      'herald.yaml': `${SOURCES}${environments()}${route({ receivers: ['duty'] })}${webhookChannel(receiver.url, { name: 'phone' })}---
apiVersion: herald/v1
kind: Channel
metadata: { name: duty }
spec:
  type: sms
  url: ${twilio.url}
  accountSid: ${ACCOUNT}
  authToken: { env: TWILIO_TOKEN }
  from: "+15005550006"
  to: ["+4915112345678"]
  statusCallback: ${callback}
  fallback: channel/phone
  allowPrivateAddresses: true
`,
    },
    env: { TWILIO_TOKEN: TOKEN, HERALD_LISTEN: listen },
  });
  await post(`${herald.url}/v1/webhooks/alertmanager`, await payload('firing-critical'));
  const deliveries = async () => ((await get(`${herald.url}/v1/deliveries`)).body as DeliveryAnswer).deliveries;
  await until('Twilio to have it', async () => (await deliveries()).some(({ state }) => state === 'delivered'), {
    timeoutMs: 30_000,
  });
  const report = async (status: string) => {
    const { sid } = twilio.account.messages[0]!;
    const form = { MessageSid: sid, MessageStatus: status, ErrorCode: '30003' };
    const answer = await fetch(callback, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signed(callback, form),
      },
      body: new URLSearchParams(form),
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  assert.equal(receiver.requests.length, 0);
  for (let i = 0; i < 3; i++) await report('undelivered');
  const [request] = await receiver.received(1);
  assert.match(request!.body, /30003/, 'it says why it comes this way');
  const all = await until(
    'both to be listed',
    async () => {
      const list = await deliveries();
      return list.some(({ state }) => state === 'diverted') && list.some(({ state }) => state === 'delivered') && list;
    },
    { timeoutMs: 30_000 },
  );
  const sms = all.find(({ channel }) => channel === 'duty');
  const detail = JSON.stringify((await get(`${herald.url}/v1/deliveries/${sms?.notificationId}`)).body);
  for (const part of ['delivery.delivered', 'receipt.failed', 'delivery.diverted', '30003']) {
    assert.ok(detail.includes(part), `${part} in ${detail}`);
  }
  // Whatever came with the reports is decided on by now: a report that is none for anybody tells so.
  await report('delivered');
  await until(
    'the last report',
    async () =>
      /"receipt\.delivered"/.test(
        JSON.stringify((await get(`${herald.url}/v1/deliveries/${sms?.notificationId}`)).body),
      ),
    { timeoutMs: 30_000 },
  );
  assert.equal(receiver.requests.length, 1);
  assert.equal(twilio.account.messages.length, 1);
});
