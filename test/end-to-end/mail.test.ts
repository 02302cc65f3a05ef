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
import { ended, get, payload, post } from './alerts.ts';
import { findInstalled } from './installed-program.ts';
import { environments, mailChannel, route, SOURCES, webhookChannel } from './resources.ts';
import { runningHerald } from './running-herald.ts';

const program = findInstalled('dovecot');
const skip = program === null ? 'no Dovecot is installed' : false;
const caFile = fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url));

/** A Herald whose channel `ops` mails to alice, and reads what comes back. */
async function mailing(more: { readonly spec?: readonly string[]; readonly channels?: string } = {}) {
  const dovecot = await startDovecot(program ?? '');
  const smtp = await startSmtp();
  const channel = mailChannel(smtp.port, [
    ...(more.spec ?? []),
    'imap:',
    '  host: 127.0.0.1',
    `  port: ${dovecot.port}`,
    `  auth: { user: ${dovecot.user}, password: { file: password } }`,
    `  tls: { caFile: ${caFile} }`,
    '  replyKey: { file: reply-key }',
  ]);
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
    spec: ['fallback: channel/phone'],
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

/** What alice writes back. */
function reply(to: string | undefined, id: string, text: string): string {
  const head = ['From: Alice <alice@example.org>', 'To: herald@example.com', `Message-ID: <${id}@example.org>`];
  return [...head, `In-Reply-To: ${to}`, '', text].join('\r\n');
}

test('[BR-INT-009] a reply to a mail acknowledges the alert that it told of; other words are kept with it, also when it is over', {
  skip,
}, async () => {
  const { dovecot, smtp, herald } = await mailing();
  const body = await payload('firing-critical');
  await post(`${herald.url}/v1/webhooks/alertmanager`, body);
  const [mail] = await smtp.received(1);
  await dovecot.deliver(reply(mail?.parsed.messageId, 'reply-1', 'ack I am on it'));
  const identity = `default/${body.alerts[0]?.fingerprint}`;
  interface Answer {
    readonly status: string;
    readonly history: readonly { readonly type: string; readonly detail: string }[];
  }
  const alert = async () => (await get(`${herald.url}/v1/alerts/${identity}`)).body as Answer;
  const patient = { timeoutMs: 60_000 };
  await until('the alert to be acknowledged', async () => (await alert()).status === 'acknowledged', patient);
  assert.match(JSON.stringify(await alert()), /by alice@example\.org/);

  await post(`${herald.url}/v1/webhooks/alertmanager`, ended(body));
  await smtp.received(2);
  await until('its end', async () => (await alert()).status === 'resolved', patient);
  const words = 'It was the migration.\r\n\r\nOn Mon, 23 Nov 2026, Herald wrote:\r\n> ack';
  await dovecot.deliver(reply(mail?.parsed.messageId, 'reply-2', words));
  const commented = await until(
    'the comment',
    async () => {
      const { history } = await alert();
      return history.find(({ type }) => type === 'alert.commented');
    },
    patient,
  );
  assert.equal(commented.detail, 'by alice@example.org: It was the migration.');
  const { out } = await herald.command('explain', identity);
  assert.match(out, /alert\.commented +by alice@example\.org: It was the migration\./);
  assert.equal((await herald.command('comment', identity, 'done', '--by', 'ann')).code, 0);
  await until('that, too', async () => JSON.stringify(await alert()).includes('by ann: done'), patient);
  const audit = await herald.command('audit', 'list');
  assert.match(audit.out, /alert\.comment/);
});
