/** A mail goes out by a real SMTP server, its reply comes in by a real IMAP server (Dovecot), and the alert is acknowledged. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startDovecot } from '../support/providers/dovecot.ts';
import { startSmtp } from '../support/providers/smtp.ts';
import { until } from '../support/until.ts';
import { get, payload, post } from './alerts.ts';
import { findInstalled } from './installed-program.ts';
import { environments, route, SOURCES } from './resources.ts';
import { runningHerald } from './running-herald.ts';

const program = findInstalled('dovecot');
const skip = program === null ? 'no Dovecot is installed' : false;
const caFile = fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url));

test('[BR-INT-009] a reply to a mail acknowledges the alert that it told of', { skip }, async () => {
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
  imap:
    host: 127.0.0.1
    port: ${dovecot.port}
    auth: { user: ${dovecot.user}, password: { file: password } }
    tls: { caFile: ${caFile} }
    replyKey: { file: reply-key }
`;
  const herald = await runningHerald({
    config: {
      'herald.yaml': SOURCES + environments() + route() + channel,
      password: dovecot.password,
      'reply-key': 'a key of more than sixteen characters',
    },
  });
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
