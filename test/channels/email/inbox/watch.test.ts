import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EmailOptions } from '../../../../channels/email/options.ts';
import { createEmailSender } from '../../../../channels/email/send.ts';
import type { GroupAnswer } from '../../../../channels/sender.ts';
import { systemClock } from '../../../../telemetry/clock.ts';
import { findInstalled } from '../../../end-to-end/installed-program.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { atEnd } from '../../../support/leaks.ts';
import { aNotification } from '../../../support/notification.ts';
import { startDovecot } from '../../../support/providers/dovecot.ts';
import { startSmtp } from '../../../support/providers/smtp.ts';
import { aContext } from '../../../support/sender-context.ts';
import { aMemory } from '../../../support/sender-memory.ts';
import { until } from '../../../support/until.ts';
import { aBounce, aReply, GROUP, idFor, KEY_TEXT } from './mails.ts';

const program = findInstalled('dovecot');
const skip = program === null ? 'no Dovecot is installed' : false;
const caFile = fileURLToPath(new URL('../../../fixtures/tls/ca.pem', import.meta.url));

async function setUp() {
  const dovecot = await startDovecot(program ?? '');
  const smtp = await startSmtp();
  const options: EmailOptions = {
    host: '127.0.0.1',
    port: smtp.port,
    security: 'none',
    allowPrivateAddresses: true,
    from: 'Herald <herald@example.com>',
    to: ['alice@example.org'],
    imap: {
      host: '127.0.0.1',
      port: dovecot.port,
      auth: { user: dovecot.user, password: dovecot.password },
      tls: { caFile },
      replyKey: KEY_TEXT,
    },
  };
  return { dovecot, smtp, options };
}

function watching(options: EmailOptions, clock = new FakeClock(systemClock.now()), memory = aMemory()) {
  const answers: GroupAnswer[] = [];
  const comments: (GroupAnswer & { notificationId: string })[] = [];
  const failed: string[] = [];
  const refused: string[] = [];
  const behaviour = { failing: 0 };
  const stop = new AbortController();
  const sender = createEmailSender(options, { ...aContext(clock), memory });
  const actions = {
    tenant: 'default',
    channel: 'mail',
    async acknowledge(answer: GroupAnswer) {
      if (behaviour.failing-- > 0) throw new Error('the archive does not answer');
      answers.push(answer);
      return '1 of 1';
    },
    async comment(answer: GroupAnswer & { notificationId: string }) {
      comments.push(answer);
      return '1 of 1';
    },
    refused: (code: string, by: string) => void refused.push(`${code} ${by}`),
    async failed(notificationId: string, detail: string) {
      failed.push(`${notificationId}: ${detail}`);
    },
  };
  const ended = sender.watch?.(actions, stop.signal) ?? Promise.resolve();
  const end = async () => {
    stop.abort();
    await ended;
    await sender.close();
  };
  atEnd(end);
  return { clock, sender, answers, comments, failed, refused, behaviour, memory, end };
}

const isHandled = (flags: ReadonlySet<string> | undefined) => flags?.has('$HeraldHandled') === true;

test('[BR-INT-009] a reply in the inbox acknowledges once, also for the watcher that comes next', {
  skip,
}, async () => {
  const { dovecot, options } = await setUp();
  const first = watching(options);
  const uid = await dovecot.deliver(aReply({ text: 'ack on it' }));
  await until('the reply to be carried out', () => first.answers.length === 1, { timeoutMs: 30_000 });
  assert.deepEqual(
    first.answers.map(({ groupId, by, comment }) => ({ groupId, by, comment })),
    [{ groupId: GROUP, by: 'alice@example.org', comment: 'on it' }],
  );
  await until('the reply to be marked', async () => isHandled((await dovecot.flags()).get(uid)), { timeoutMs: 30_000 });
  await first.end();
  const next = watching(options);
  await dovecot.deliver(aReply({ text: 'ack again', id: 'reply-2' }));
  await until('the next reply', () => next.answers.length === 1, { timeoutMs: 30_000 });
  assert.equal(next.answers[0]?.comment, 'again');
});

test('[BR-INT-009] what could not be carried out stays unmarked and is tried again later, under the same id', {
  skip,
}, async () => {
  const { dovecot, options } = await setUp();
  const { clock, answers, behaviour } = watching(options);
  behaviour.failing = 1;
  const uid = await dovecot.deliver(aReply());
  await until('the failure', () => behaviour.failing === 0, { timeoutMs: 30_000 });
  assert.equal(isHandled((await dovecot.flags()).get(uid)), false);
  await until('a pause', () => clock.pending > 0, { timeoutMs: 30_000 });
  clock.advance(30_000);
  await until('the reply to be carried out', () => answers.length === 1, { timeoutMs: 30_000 });
});

test('[BR-INT-009] [BR-NOT-012] mails that came back are reported as failed, and mark their address in the health of the channel, over restarts', {
  skip,
}, async () => {
  const { dovecot, smtp, options } = await setUp();
  const first = watching(options);
  let { sender } = first;
  const never = new AbortController().signal;
  await dovecot.deliver(aBounce());
  await dovecot.deliver(aBounce({ detail: 'mailbox full' }));
  const health = async () => (await sender.probe?.(never))?.detail ?? '';
  await until('both reports to count', async () => (await health()).includes('2 times'), { timeoutMs: 30_000 });
  assert.equal(
    await health(),
    `127.0.0.1:${smtp.port} greets, but mails came back from 1: gone@example.org (5.1.1, 2 times)`,
  );
  const why = 'a mail came back from gone@example.org: 5.1.1';
  assert.equal(first.failed.length, 2);
  for (const one of first.failed) assert.ok(one.startsWith(`n-${GROUP}-1: ${why}`), one);
  await first.end();
  const second = watching(options, first.clock, first.memory);
  sender = second.sender;
  await until('the next owner to know', async () => (await health()).includes('2 times'), { timeoutMs: 30_000 });
  assert.deepEqual(second.failed, [], 'what was dealt with is not reported again');
  const recipient = { name: 'user/gone', address: 'gone@example.org' };
  const outcome = await sender.send(aNotification({ recipient }), 1, never, null);
  assert.match(outcome.detail, /mails came back from gone@example\.org/);
});

test("[BR-INT-009] [BR-SEC-015] others' mails and automatic ones are marked and left alone", { skip }, async () => {
  const { dovecot, options } = await setUp();
  const { answers, refused } = watching(options);
  const sources = [
    aReply({ from: 'mallory@example.org' }),
    aReply({ headers: ['Auto-Submitted: auto-replied'] }),
    'From: x@y.z\r\nSubject: no reply\r\n\r\nack',
    'no mail at all \0 \xff',
  ];
  for (const source of sources) await dovecot.deliver(source);
  const all = async () => [...(await dovecot.flags()).values()];
  await until('all to be marked', async () => (await all()).length === 4 && (await all()).every(isHandled), {
    timeoutMs: 30_000,
  });
  assert.deepEqual(answers, []);
  assert.deepEqual(refused, ['mail.not-its-recipient mallory@example.org'], 'told to the audit');
});

test('[BR-REL-006] a mail server that goes away is connected to again', { skip }, async () => {
  const { dovecot, options } = await setUp();
  const { clock, answers } = watching(options);
  await dovecot.deliver(aReply());
  await until('the first reply', () => answers.length === 1, { timeoutMs: 30_000 });
  await dovecot.restart();
  await until('the pause before the next connection', () => clock.pending > 0, { timeoutMs: 30_000 });
  clock.advance(1000);
  await dovecot.deliver(aReply({ id: 'reply-2', inReplyTo: idFor('alice@example.org') }));
  await until(
    'the reply after it',
    () => {
      clock.advance(60_000);
      return answers.length === 2;
    },
    { timeoutMs: 30_000 },
  );
});

test('[BR-INT-009] a reply with other words is a comment on what the mail told of, once; what is quoted and what no person wrote is none', {
  skip,
}, async () => {
  const { dovecot, options } = await setUp();
  const { comments, answers } = watching(options);
  const auto = await dovecot.deliver(
    aReply({ text: 'I am away', id: 'away', headers: ['Auto-Submitted: auto-replied'] }),
  );
  const quoted = await dovecot.deliver(aReply({ text: '> ack', id: 'quoted' }));
  const text = 'That is the migration,\nit ends at ten.\n\nOn Mon, 23 Nov 2026, Herald wrote:\n> all of it';
  const uid = await dovecot.deliver(aReply({ text, id: 'words' }));
  await until(
    'all to be handled',
    async () => {
      const flags = await dovecot.flags();
      return [auto, quoted, uid].every((one) => isHandled(flags.get(one)));
    },
    { timeoutMs: 30_000 },
  );
  assert.deepEqual(
    comments.map(({ id, ...said }) => ({ ...said, named: /^mail\.[0-9a-f]{32}$/.test(id) })),
    [
      {
        groupId: GROUP,
        notificationId: `n-${GROUP}-1`,
        by: 'alice@example.org',
        comment: 'That is the migration,\nit ends at ten.',
        named: true,
      },
    ],
  );
  assert.deepEqual(answers, []);
});
