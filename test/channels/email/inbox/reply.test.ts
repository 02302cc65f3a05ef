import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import '../../../support/leaks.ts';
import { meaningOf, type ReplyRules } from '../../../../channels/email/inbox/reply.ts';
import { aBounce, aReply, GROUP, idFor, KEY } from './mails.ts';

const RULES: ReplyRules = { tenant: 'default', channel: 'mail', to: [], key: KEY, authentication: null };

async function meaning(source: string, rules: Partial<ReplyRules> = {}) {
  const mail = await PostalMime.parse(source, { forceRfc822Attachments: true });
  return meaningOf(mail, source, { ...RULES, ...rules });
}

async function reason(source: string, rules: Partial<ReplyRules> = {}) {
  const found = await meaning(source, rules);
  return found.kind === 'ignored' ? found.reason : found.kind;
}

test('[BR-INT-009] a reply whose first line says ack acknowledges the group of the mail that it answers', async () => {
  assert.deepEqual(await meaning(aReply()), {
    kind: 'acknowledge',
    groupId: GROUP,
    notificationId: `n-${GROUP}-1`,
    by: 'alice@example.org',
    comment: '',
  });
  for (const text of ['ACK', 'Acknowledged.', '\n\n  acknowledge', 'ack!']) {
    assert.equal((await meaning(aReply({ text }))).kind, 'acknowledge', text);
  }
});

test('[BR-INT-009] what stands below ack is the comment, without what is quoted', async () => {
  const text =
    'ack, I am on it\nlooks like the deployment\n\nAm Mo., 23. Nov. 2026 um 09:57 schrieb Herald <h@x.y>:\n> all of it';
  const found = await meaning(aReply({ text }));
  assert.equal(found.kind === 'acknowledge' && found.comment, 'I am on it\nlooks like the deployment');
  const signed = await meaning(aReply({ text: 'ack\n-- \nAlice' }));
  assert.equal(signed.kind === 'acknowledge' && signed.comment, '');
});

test('[BR-INT-009] other words are a comment, and acknowledge nothing', async () => {
  for (const text of ['thanks', 'I will not ack this', 'acknowledging nothing']) {
    assert.deepEqual(await meaning(aReply({ text })), {
      kind: 'comment',
      groupId: GROUP,
      notificationId: `n-${GROUP}-1`,
      by: 'alice@example.org',
      comment: text,
    });
  }
  const long = await meaning(aReply({ text: `disk ${'x'.repeat(5000)}\n-- \nAlice, SRE` }));
  assert.equal(long.kind === 'comment' && long.comment.length, 2000);
  const signed = await meaning(aReply({ text: 'it was the disk\n-- \nAlice, SRE' }));
  assert.equal(signed.kind === 'comment' && signed.comment, 'it was the disk');
});

test("[BR-INT-009] a quoted ack is nobody's, and who writes nothing of their own says nothing", async () => {
  for (const text of ['> ack', '', '   \n\n', '-- \nAlice', 'Sent from my phone']) {
    assert.equal(await reason(aReply({ text })), 'mail.no-words', text);
  }
});

test('[BR-SEC-007] only whom the mail was sent to can acknowledge', async () => {
  assert.equal(await reason(aReply({ from: 'mallory@example.org' })), 'mail.not-its-recipient');
  const guessed = `<n-${GROUP}-1.${GROUP}.000000000000000000000000@example.com>`;
  assert.equal(await reason(aReply({ inReplyTo: guessed })), 'mail.not-its-recipient');
  assert.equal(await reason(aReply(), { channel: 'other' }), 'mail.not-its-recipient');
  assert.equal(await reason(aReply(), { tenant: 'other' }), 'mail.not-its-recipient');
  assert.equal(await reason(aReply(), { key: Buffer.alloc(32) }), 'mail.not-its-recipient');
  assert.equal(await reason(aReply({ inReplyTo: '<another@example.com>' })), 'mail.no-reply-to-ours');
});

test('[BR-SEC-007] of a mail to several each of them can', async () => {
  const to = ['alice@example.org', 'bob@example.org'];
  const reply = (from: string) => aReply({ from, inReplyTo: idFor(...to) });
  assert.equal(await reason(reply('bob@example.org'), { to }), 'acknowledge');
  assert.equal(await reason(reply('mallory@example.org'), { to }), 'mail.not-its-recipient');
});

test('[BR-INT-009] what no person wrote does nothing', async () => {
  const headers = ['Auto-Submitted: auto-replied', 'Precedence: bulk', 'X-Autoreply: yes', 'List-Id: <a.b>'];
  headers.push('X-Auto-Response-Suppress: All', 'Return-Path: <>');
  headers.push(
    'Subject: Automatic reply: [P1] DiskFull',
    'Subject: Out of Office',
    'Subject: Abwesenheitsnotiz: DiskFull',
  );
  for (const header of headers) {
    for (const text of ['ack', 'I am on holiday until Monday']) {
      assert.equal(await reason(aReply({ headers: [header], text })), 'mail.automatic', header);
    }
  }
  assert.equal(await reason(aReply({ headers: ['Subject: Re: Out of office lights are on'], text: 'x' })), 'comment');
  assert.equal(await reason(aReply({ headers: ['Auto-Submitted: no'] })), 'acknowledge');
});

const AUTHENTICATED: readonly (readonly ['dmarc' | 'dkim' | 'spf', string, boolean])[] = [
  ['dmarc', 'mx.example.com; dmarc=pass header.from=example.org', true],
  ['dmarc', 'mx.example.com; spf=pass smtp.mailfrom=x.org; dmarc=fail header.from=example.org', false],
  ['dmarc', 'mx.example.com; dmarc=pass header.from=other.org', false],
  ['dmarc', 'mx.attacker.net; dmarc=pass header.from=example.org', false],
  ['dkim', 'mx.example.com (amavisd); dkim=pass (2048-bit key) header.d=example.org header.i=@example.org', true],
  ['dkim', 'mx.example.com; dkim=pass header.d=attacker.net', false],
  ['spf', 'mx.example.com; spf=pass smtp.mailfrom=alice@example.org', true],
  ['spf', 'mx.example.com; spf=pass smtp.mailfrom=alice@attacker.net', false],
];
for (const [require, results, passes] of AUTHENTICATED) {
  test(`[BR-SEC-007] where ${require} is asked for, "${results}" ${passes ? 'passes' : 'does not'}`, async () => {
    const authentication = { server: 'mx.example.com', require };
    const reply = aReply({ headers: [`Authentication-Results: ${results}`] });
    assert.equal(await reason(reply, { authentication }), passes ? 'acknowledge' : 'mail.not-authenticated');
  });
}

test('[BR-SEC-007] of several results of one name the topmost counts, which the server itself wrote', async () => {
  const authentication = { server: 'mx.example.com', require: 'dmarc' } as const;
  const headers = ['mx.example.com; dmarc=fail', 'mx.example.com; dmarc=pass'].map(
    (one) => `Authentication-Results: ${one}`,
  );
  assert.equal(await reason(aReply({ headers }), { authentication }), 'mail.not-authenticated');
  assert.equal(await reason(aReply(), { authentication }), 'mail.not-authenticated');
});

test('[BR-INT-009] a report of a failed delivery names the address and why', async () => {
  assert.deepEqual(await meaning(aBounce()), {
    kind: 'bounce',
    bounces: [
      {
        address: 'gone@example.org',
        status: '5.1.1',
        detail: 'smtp; 550 5.1.1 <gone@example.org>: Recipient address rejected: User unknown',
        failed: [`n-${GROUP}-1`],
      },
    ],
  });
});

test('[BR-SEC-007] a report counts only with our mail to that address in it, and only when the delivery failed', async () => {
  assert.equal(await reason(aBounce({ id: idFor('alice@example.org') })), 'mail.no-reply-to-ours');
  assert.equal(await reason(aBounce({ id: '<x@y.z>' })), 'mail.no-reply-to-ours');
  assert.equal(await reason(aBounce({ action: 'delayed' })), 'mail.no-reply-to-ours');
});
