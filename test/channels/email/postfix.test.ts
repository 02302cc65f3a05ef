/** Mails through a real mail server, Debian's Postfix: what it takes, what it refuses, and what it sends back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import PostalMime from 'postal-mime';
import { meaningOf } from '../../../channels/email/inbox/reply.ts';
import { markKey } from '../../../channels/email/message.ts';
import { createEmailSender } from '../../../channels/email/send.ts';
import { systemClock } from '../../../telemetry/clock.ts';
import { findInstalled } from '../../end-to-end/installed-program.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification } from '../../support/notification.ts';
import { startPostfix } from '../../support/providers/postfix.ts';
import { aContext } from '../../support/sender-context.ts';

const program = findInstalled('postfix', '../sbin/postfix');
const skip =
  program === null ? 'no Postfix is installed' : process.getuid?.() === 0 ? false : 'only root can start Postfix';
const caFile = fileURLToPath(new URL('../../fixtures/tls/ca.pem', import.meta.url));
const never = new AbortController().signal;
const KEY = 'a key of more than sixteen characters';

test('[BR-INT-009] [BR-NOT-012] Postfix takes a mail over TLS, refuses whom it does not know, and what it sends back is understood', {
  skip,
}, async () => {
  const people = { 'ops@example.org': 'kept', 'gone@example.org': null, 'herald@example.com': 'kept' } as const;
  const postfix = await startPostfix(program ?? '', people);
  const options = {
    host: '127.0.0.1',
    port: postfix.port,
    security: 'starttls',
    tls: { caFile },
    allowPrivateAddresses: true,
    from: 'Herald <herald@example.com>',
    to: ['ops@example.org', 'stranger@example.org'],
    imap: { host: '127.0.0.1', port: 9, auth: { user: 'herald', password: 'p' }, replyKey: KEY },
  } as const;
  const sender = createEmailSender(options, aContext(new FakeClock(systemClock.now())));
  atEnd(() => sender.close());
  assert.equal((await sender.probe?.(never))?.kind, 'healthy');

  const outcome = await sender.send(aNotification(), 1, never, null);
  assert.equal(outcome.kind, 'delivered', outcome.detail);
  assert.match(outcome.detail, /queued as .*; refused for stranger@example\.org: 550 5\.1\.1/);
  const mail = await postfix.next('ops@example.org');
  assert.match(mail, /^Received: from .*\n?.*with ESMTPS/m, 'it came by TLS');
  const parsed = await PostalMime.parse(mail);
  assert.ok(outcome.kind === 'delivered' && parsed.messageId === outcome.receiptId);
  assert.match(parsed.html ?? '', /Pod is crash looping/);

  const stranger = { name: 'user/stranger', address: 'stranger@example.org' };
  const refused = await sender.send(aNotification({ recipient: stranger }), 1, never, null);
  assert.equal(refused.kind, 'rejected', refused.detail);

  const gone = { name: 'user/gone', address: 'gone@example.org' };
  const told = aNotification({ recipient: gone });
  assert.equal((await sender.send(told, 1, never, null)).kind, 'delivered', 'it is accepted, and comes back');
  const report = await postfix.next('herald@example.com');
  const rules = {
    tenant: told.tenant,
    channel: told.channel,
    to: [...options.to],
    key: markKey(KEY),
    authentication: null,
  };
  const meaning = meaningOf(await PostalMime.parse(report, { forceRfc822Attachments: true }), report, rules);
  assert.ok(meaning.kind === 'bounce', JSON.stringify(meaning));
  assert.deepEqual(
    meaning.bounces.map(({ address, status, failed }) => ({ address, status, failed })),
    [{ address: 'gone@example.org', status: '5.7.1', failed: [told.id] }],
  );
});
