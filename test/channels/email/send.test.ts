import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '../../../alert/notification.ts';
import type { EmailOptions } from '../../../channels/email/options.ts';
import { createEmailSender } from '../../../channels/email/send.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { type SmtpBehaviour, startSmtp } from '../../support/providers/smtp.ts';
import { aContext } from '../../support/sender-context.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;

async function setUp(behaviour: SmtpBehaviour = {}, options: Partial<EmailOptions> = {}) {
  const clock = new FakeClock();
  const smtp = await startSmtp(behaviour);
  const declared: EmailOptions = {
    host: '127.0.0.1',
    port: smtp.port,
    security: 'none',
    allowPrivateAddresses: true,
    from: 'Herald <herald@example.com>',
    to: ['Ops <ops@example.org>'],
    ...options,
  };
  const sender = createEmailSender(declared, aContext(clock));
  atEnd(() => sender.close());
  const send = (change: Partial<Notification> = {}, earlier: string | null = null, signal = never) =>
    sender.send(aNotification(change), 1, signal, earlier);
  return { clock, smtp, sender, send, declared };
}

test('[BR-NOT-001] a notification arrives as one mail with HTML and text, under an id that follows from it', async () => {
  const { clock, smtp, send } = await setUp();
  const outcome = await send();
  assert.equal(outcome.kind, 'delivered');
  const [mail] = await smtp.received(1);
  assert.ok(mail);
  assert.equal(mail.from, 'herald@example.com');
  assert.deepEqual(mail.to, ['ops@example.org']);
  assert.match(mail.parsed.html ?? '', /Pod is crash looping/);
  assert.match(mail.parsed.text ?? '', /Pod is crash looping/);
  assert.match(mail.parsed.messageId ?? '', /^<n-5f1c9a3e00d2b764-1\.5f1c9a3e00d2b764\.[0-9a-f]{24}@example\.com>$/);
  assert.equal(mail.parsed.date, '2026-11-23T08:57:23.000Z');
  const header = (name: string) => mail.parsed.headers.find(({ key }) => key === name)?.value;
  assert.equal(header('auto-submitted'), 'auto-generated');
  assert.equal(header('list-id'), '<ops.default.herald.example.com>');
  assert.equal(header('importance'), 'high');
  assert.equal(clock.pending, 0, 'no deadline is left behind');
});

test('[BR-REL-014] sent again it is the same mail: one Message-ID, one subject, one date', async () => {
  const { smtp, send } = await setUp();
  await send();
  await send();
  const [first, second] = await smtp.received(2);
  assert.equal(first?.parsed.messageId, second?.parsed.messageId);
  assert.equal(first?.parsed.subject, second?.parsed.subject);
  assert.equal(first?.parsed.date, second?.parsed.date);
});

test('[BR-NOT-001] mails about one group are one conversation: the next one answers the last, under the first subject', async () => {
  const { smtp, send } = await setUp();
  const first = await send();
  assert.ok(first.kind === 'delivered' && first.reference !== undefined);
  const second = await send({ id: 'n-5f1c9a3e00d2b764-2', priority: 'P3', status: 'resolved' }, first.reference);
  assert.equal(second.kind, 'delivered');
  const [one, two] = await smtp.received(2);
  assert.equal(two?.parsed.inReplyTo, one?.parsed.messageId);
  assert.equal(two?.parsed.subject, one?.parsed.subject);
  const root = one?.parsed.references ?? '';
  assert.match(root, /^<group\.5f1c9a3e00d2b764\.default@example\.com>$/);
  assert.equal(two?.parsed.references, `${root} ${one?.parsed.messageId}`);
});

test('[BR-NOT-010] who wants words alone gets a mail without HTML and pictures', async () => {
  const { smtp, send } = await setUp();
  const recipient = { name: 'user/alice', address: 'alice@example.net' } as const;
  await send({ recipient });
  await send({ recipient: { ...recipient, format: 'plain' } });
  const [full, plain] = await smtp.received(2);
  assert.match(full!.source, /Content-Type: text\/html/);
  assert.doesNotMatch(plain!.source, /text\/html|multipart|image\//);
  assert.match(plain!.source, /Content-Type: text\/plain; charset=utf-8/);
  assert.equal(plain!.parsed.text?.trim(), full!.parsed.text?.trim());
});

test('[BR-NOT-008] it goes to the recipient of the notification, else to those whom the channel names', async () => {
  const { smtp, send } = await setUp();
  await send({ recipient: { name: 'user/alice', address: 'alice@example.net' } });
  await send();
  const [alices, ops] = await smtp.received(2);
  assert.deepEqual(alices?.to, ['alice@example.net']);
  assert.deepEqual(ops?.to, ['ops@example.org']);
});

for (const address of [
  'alice@example.net\r\nBcc: all@example.net',
  'alice@example.net\r\nRCPT TO:<bob@example.net>',
  'alice@example.net, bob@example.net',
  '<alice@example.net> SIZE=1',
  'alice',
  '',
]) {
  test(`[BR-SEC-011] a recipient such as ${JSON.stringify(address)} is refused before anything is said to the server`, async () => {
    const { smtp, send } = await setUp();
    const outcome = await send({ recipient: { name: 'user/alice', address } });
    assert.equal(outcome.kind, 'rejected');
    assert.match(outcome.detail, /user\/alice: .* is no mail address/);
    assert.equal(smtp.connections, 0);
  });
}

test('[BR-SEC-011] line ends in labels and annotations become neither headers nor commands', async () => {
  const { smtp, send } = await setUp();
  const evil = 'x\r\nBcc: all@example.net\r\n\r\nQUIT\r\n.\r\nRSET';
  const groupLabels = { alertname: evil };
  const alert = anAlert({ labels: { alertname: evil, [evil]: evil }, annotations: { summary: evil } });
  assert.equal((await send({ groupLabels, alerts: [alert] })).kind, 'delivered');
  const [mail] = await smtp.received(1);
  assert.deepEqual(mail?.to, ['ops@example.org']);
  assert.equal(mail?.parsed.bcc, undefined);
  assert.equal(smtp.mails.length, 1);
  assert.match(mail?.parsed.subject ?? '', /x Bcc: all@example\.net QUIT \. RSET/);
});

test('[BR-REL-006] greylisted mail is tried again when the server said, and not earlier', async () => {
  const { clock, send, smtp } = await setUp({
    recipient: () => ({ code: 450, text: '4.7.1 Greylisted, please try again in 300 seconds' }),
  });
  const outcome = await send();
  assert.equal(outcome.kind, 'retry');
  assert.equal(outcome.kind === 'retry' && outcome.notBefore, clock.now() + 300_000);
  assert.match(outcome.detail, /ops@example\.org: 450 4\.7\.1 Greylisted/);
  smtp.behave({});
  assert.equal((await send()).kind, 'delivered');
});

const PERMANENT: readonly (readonly [string, SmtpBehaviour, RegExp])[] = [
  ['the sender', { sender: () => ({ code: 550, text: '5.7.1 not allowed' }) }, /550 5\.7\.1 not allowed/],
  ['the only recipient', { recipient: () => ({ code: 550, text: '5.1.1 no such user' }) }, /5\.1\.1 no such user/],
  ['the content', { content: () => ({ code: 554, text: '5.7.1 looks like spam' }) }, /looks like spam/],
];
for (const [what, behaviour, detail] of PERMANENT) {
  test(`[BR-REL-006] a server that refuses ${what} for good is not asked again`, async () => {
    const { send } = await setUp(behaviour);
    const outcome = await send();
    assert.equal(outcome.kind, 'rejected');
    assert.match(outcome.detail, detail);
  });
}

const PASSING: readonly (readonly [string, SmtpBehaviour])[] = [
  ['is too busy to greet', { greeting: () => ({ code: 421, text: 'too busy' }) }],
  ['hangs up instead of greeting', { greeting: () => 'cut' }],
  ['has no room now', { content: () => ({ code: 452, text: '4.3.1 no room' }) }],
  ['hangs up while the mail is coming in', { cutWithin: true }],
];
for (const [what, behaviour] of PASSING) {
  test(`[BR-REL-006] a server that ${what} is tried again`, async () => {
    // Long enough that it leaves in several packets.
    const description = 'x'.repeat(1000);
    const alerts = Array.from({ length: 200 }, () => anAlert({ annotations: { description } }));
    const { send } = await setUp(behaviour, { maxHtml: 1_000_000 });
    assert.equal((await send({ alerts })).kind, 'retry');
  });
}

test('[BR-REL-014] a connection lost after the last line leaves it uncertain, and sent again it has the same id', async () => {
  const { smtp, send } = await setUp({ content: () => 'cut' });
  const outcome = await send();
  assert.equal(outcome.kind, 'uncertain');
  smtp.behave({});
  assert.equal((await send()).kind, 'delivered');
  const [first, second] = await smtp.received(2);
  assert.equal(first?.parsed.messageId, second?.parsed.messageId);
});

test('[BR-REL-006, BR-PERF-028] a server that says nothing is waited for until the deadline, and holds no connection after it', async () => {
  const { clock, smtp, send } = await setUp({ greeting: () => 'hang' }, { timeout: '20s' });
  const sending = send();
  await until('a connection', () => smtp.open === 1);
  clock.advance(20_000);
  assert.deepEqual(await sending, {
    kind: 'retry',
    detail: 'no answer within 20000 ms',
    notBefore: null,
    failure: { type: 'timeout', host: '127.0.0.1' },
  });
  await until('no connection', () => smtp.open === 0);
});

test('[BR-REL-006] a server that does not answer the whole mail leaves it uncertain at the deadline', async () => {
  const { clock, smtp, send } = await setUp({ content: () => 'hang' }, { timeout: '20s' });
  const sending = send();
  await smtp.received(1);
  clock.advance(20_000);
  assert.equal((await sending).kind, 'uncertain');
});

test('[BR-REL-006] an attempt that is broken off from outside ends at once', async () => {
  const { smtp, send } = await setUp({ greeting: () => 'hang' });
  const stopping = new AbortController();
  const sending = send({}, null, stopping.signal);
  await until('a connection', () => smtp.open === 1);
  stopping.abort();
  assert.deepEqual(await sending, {
    kind: 'retry',
    detail: 'broken off before an answer came',
    notBefore: null,
    failure: null,
  });
});

test('[BR-NOT-012] [BR-REL-004] of several recipients those who were put off get it later, and nobody gets it twice, by another process either', async () => {
  const to = ['a@example.org', 'b@example.org', 'c@example.org'];
  const answers: Record<string, { code: number; text: string }> = {
    'b@example.org': { code: 451, text: '4.3.0 later' },
    'c@example.org': { code: 550, text: '5.1.1 unknown' },
  };
  const { clock, smtp, send, declared } = await setUp({ recipient: (address) => answers[address] ?? null }, { to });
  const first = await send();
  assert.ok(first.kind === 'retry');
  assert.match(first.detail, /others took it; b@example\.org: 451/);
  smtp.behave({ recipient: () => ({ code: 452, text: '4.2.2 full' }) });
  const successor = createEmailSender(declared, aContext(clock));
  atEnd(() => successor.close());
  const next = (attempt: number) =>
    successor.send(aNotification(), attempt, never, null, first.kind === 'retry' ? first.progress : null);
  const second = await next(2);
  assert.ok(second.kind === 'retry' && second.progress === undefined, 'nothing more is known');
  smtp.behave({});
  assert.equal((await next(3)).kind, 'delivered');
  const mails = await smtp.received(2);
  assert.deepEqual(
    mails.map(({ to: got }) => got),
    [['a@example.org'], ['b@example.org']],
  );
});

test('[BR-NOT-012] who was refused for good while others took it stands in the outcome', async () => {
  const to = ['a@example.org', 'b@example.org'];
  const recipient = (address: string) => (address.startsWith('b') ? { code: 550, text: '5.1.1 unknown' } : null);
  const { send } = await setUp({ recipient }, { to });
  const outcome = await send();
  assert.equal(outcome.kind, 'delivered');
  assert.match(outcome.detail, /refused for b@example\.org: 550 5\.1\.1 unknown/);
});

test('[BR-PERF-033] mails one after the other share a connection', async () => {
  const { smtp, send } = await setUp({}, { maxConnections: 1 });
  for (let count = 0; count < 5; count++) await send({ id: `n-5f1c9a3e00d2b764-${count}` });
  assert.equal((await smtp.received(5)).length, 5);
  assert.equal(smtp.connections, 1);
});

test('[BR-NOT-024] a probe greets the server and sends nothing', async () => {
  const { smtp, sender } = await setUp();
  assert.deepEqual(await sender.probe?.(never), {
    kind: 'healthy',
    detail: `127.0.0.1:${smtp.port} greets`,
  });
  smtp.behave({ greeting: () => ({ code: 421, text: 'maintenance' }) });
  const degraded = await sender.probe?.(never);
  assert.equal(degraded?.kind, 'degraded');
  assert.match(degraded?.detail ?? '', /421 maintenance/);
  assert.equal(smtp.mails.length, 0);
});

test('[BR-NOT-011] HTML is bounded, whatever a group holds, and says how much it left out', async () => {
  const { smtp, send } = await setUp();
  const alerts = Array.from({ length: 500 }, (_, index) =>
    anAlert({ labels: { alertname: `A${index}`, pod: 'p'.repeat(200) } }),
  );
  await send({ alerts, truncatedAlerts: 7 });
  const [mail] = await smtp.received(1);
  const html = mail?.parsed.html ?? '';
  assert.ok(Buffer.byteLength(html) <= 100_000, `${Buffer.byteLength(html)} bytes`);
  const shown = html.match(/>A\d+</g)?.length ?? 0;
  assert.match(html, /more are not shown here/);
  assert.ok(shown > 20 && shown < 500, `${shown} shown`);
});
