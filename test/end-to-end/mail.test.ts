/** A mail goes out by a real SMTP server, its reply comes in by a real IMAP server (Dovecot), and the alert is acknowledged. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectBus } from '../../bus/connection.ts';
import { senderMemory } from '../../bus/sender-memory.ts';
import { silentLog } from '../../telemetry/log.ts';
import { aBounce } from '../channels/email/inbox/mails.ts';
import { embeddedNats } from '../faults/evidence.ts';
import { startHerald } from '../support/herald.ts';
import { startDovecot } from '../support/providers/dovecot.ts';
import { startSmtp } from '../support/providers/smtp.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, payload, post } from './alerts.ts';
import { findInstalled } from './installed-program.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { runningHerald } from './running-herald.ts';

const program = findInstalled('dovecot');
const skip = program === null ? 'no Dovecot is installed' : false;
const caFile = fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url));

/** A Herald whose channel `ops` mails to alice, and reads what comes back. */
async function mailing(more: { readonly spec?: string; readonly channels?: string } = {}) {
  const dovecot = await startDovecot(program ?? '');
  const smtp = await startSmtp();
  const channel = `---
apiVersion: herald/v1
kind: Channel
metadata: { name: ops }
spec:
  type: email
  host: 127.0.0.1
  port: ${smtp.port}
  security: none
  allowPrivateAddresses: true
  from: Herald <herald@example.com>
  to: [alice@example.org]
  ${more.spec ?? ''}
  imap:
    host: 127.0.0.1
    port: ${dovecot.port}
    auth: { user: ${dovecot.user}, password: { file: password } }
    tls: { caFile: ${caFile} }
    replyKey: { file: reply-key }
`;
  const herald = await runningHerald({
    config: {
      'herald.yaml': SOURCES + environments() + route() + channel + (more.channels ?? ''),
      password: dovecot.password,
      'reply-key': 'a key of more than sixteen characters',
    },
  });
  return { dovecot, smtp, herald };
}

test('[BR-INT-009] [BR-NOT-012] a mail that comes back goes to the fallback, also after a restart', {
  skip,
}, async () => {
  const receiver = await startReceiver();
  const { dovecot, smtp, herald } = await mailing({
    spec: 'fallback: channel/phone',
    channels: webhookChannel(receiver.url, { name: 'phone' }),
  });
  await post(`${herald.url}/v1/webhooks/alertmanager`, await payload('firing-critical'));
  const [mail] = await smtp.received(1);
  const deliveries = async (url: string) => JSON.stringify((await get(`${url}/v1/deliveries`)).body);
  await until('the mail to be recorded', async () => /"state":"delivered"/.test(await deliveries(herald.url)), {
    timeoutMs: 30_000,
  });
  await herald.kill9Tree();
  await dovecot.deliver(aBounce({ address: 'alice@example.org', id: mail?.parsed.messageId ?? '' }));
  const again = await startHerald({ env: herald.env });
  await again.ready();
  const requests = await until('the fallback', () => receiver.requests.length > 0 && receiver.requests, {
    timeoutMs: 60_000,
  });
  assert.match(requests[0]!.body, /a mail came back from alice@example\.org: 5\.1\.1/);
  const nats = embeddedNats(herald.env.HERALD_DATA ?? '');
  const bus = await connectBus({ url: nats, name: 'test', log: silentLog, patience: 20_000 });
  const kept = await senderMemory(() => bus, 'default/ops').read('bounced');
  await bus.close();
  assert.match(kept ?? '', /"address":"alice@example\.org".*"count":1/, 'the next owner will know');
});

test('[BR-INT-009] a reply to a mail acknowledges the alert that it told of', { skip }, async () => {
  const { dovecot, smtp, herald } = await mailing();
  const body = await payload('firing-critical');
  await post(`${herald.url}/v1/webhooks/alertmanager`, body);
  const [mail] = await smtp.received(1);
  await dovecot.deliver(
    [
      'From: Alice <alice@example.org>',
      'To: herald@example.com',
      'Message-ID: <reply-1@example.org>',
      `In-Reply-To: ${mail?.parsed.messageId}`,
      '',
      'ack I am on it',
    ].join('\r\n'),
  );
  const path = `${herald.url}/v1/alerts/default/${body.alerts[0]?.fingerprint}`;
  interface Answer {
    readonly status: string;
  }
  const status = async () => ((await get(path)).body as Answer).status;
  await until('the alert to be acknowledged', async () => (await status()) === 'acknowledged', { timeoutMs: 60_000 });
  assert.match(JSON.stringify((await get(path)).body), /by alice@example\.org/);
});
