import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '../../../alert/notification.ts';
import type { SmsOptions } from '../../../channels/sms/options.ts';
import { createSmsSender } from '../../../channels/sms/send.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { ACCOUNT, startTwilio, TOKEN, twilioFault } from '../../support/providers/twilio.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const PHONE = '+4915112345678';
const OTHER = '+4915187654321';

async function setUp(options: Partial<SmsOptions> = {}, from: Partial<SmsOptions> = { from: '+15005550006' }) {
  const clock = new FakeClock();
  const twilio = await startTwilio(() => clock.now());
  const declared = {
    ...{ accountSid: ACCOUNT, authToken: `${TOKEN}\n`, to: [PHONE], url: twilio.url },
    ...{ allowPrivateAddresses: true, ...from, ...options },
  };
  const sender = createSmsSender(declared, aContext(clock));
  atEnd(() => sender.close());
  const send = (change: Partial<Notification> = {}, attempt = 1) =>
    sender.send(aNotification(change), attempt, never, null);
  return { ...twilio, clock, sender, send };
}

const bodyFields = (body: string) => Object.fromEntries(new URLSearchParams(body));

test('[BR-NOT-004] a message is created as a form, by the account, and its sid is what receipts will name', async () => {
  const { send, receiver, account } = await setUp({
    statusCallback: 'https://herald.example/v1/callbacks/default/sms',
  });
  assert.deepEqual(await send(), {
    kind: 'delivered',
    detail: 'queued, 1 segments',
    receiptId: account.messages[0]?.sid,
  });
  const [request] = receiver.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.path, `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`);
  assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(request?.headers.authorization, `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`);
  assert.deepEqual(bodyFields(request!.body), {
    To: PHONE,
    From: '+15005550006',
    Body: 'FIRING P1 KubePodCrashLooping in payments-prod: Pod is crash looping',
    StatusCallback: 'https://herald.example/v1/callbacks/default/sms',
  });
});

test('[BR-NOT-004] it goes to the recipient where there is one, and may come from a messaging service', async () => {
  const service = `MG${'0'.repeat(32)}`;
  const { send, account } = await setUp({}, { messagingServiceSid: service });
  await send({ recipient: { name: 'user/alice', address: OTHER } });
  assert.deepEqual(
    account.messages.map(({ to, from }) => [to, from]),
    [[OTHER, service]],
  );
});

test('[BR-NOT-004] a long text is cut to the segments allowed, and keeps what is essential', async () => {
  const { send, account } = await setUp({ maxSegments: 1 });
  const summary = `Pod is crash looping since the last deployment ${'and again '.repeat(50)}`;
  await send({ alerts: [anAlert({ annotations: { summary } })] });
  const [message] = account.messages;
  assert.ok(message!.body.length <= 160, message!.body);
  assert.match(
    message!.body,
    /^FIRING P1 KubePodCrashLooping in payments-prod: Pod is crash looping .*(and|again)\.\.\.$/,
  );
});

const CODES: readonly (readonly [number, number, 'rejected' | 'retry', RegExp])[] = [
  [400, 21211, 'rejected', /^error 21211, the number is not valid/],
  [400, 21610, 'rejected', /opted out/],
  [400, 21611, 'retry', /too many messages of this sender wait/],
  [400, 30003, 'retry', /off or out of reach/],
  [400, 30007, 'rejected', /filtered/],
  [429, 20429, 'retry', /too many requests/],
  [403, 21408, 'rejected', /region/],
  [400, 99999, 'rejected', /^HTTP 400: error$/],
  [503, 0, 'retry', /^HTTP 503/],
];

for (const [status, code, kind, detail] of CODES) {
  test(`[BR-NOT-011] [BR-REL-006] Twilio's error ${code} with status ${status}: ${kind}`, async () => {
    const { send, faults } = await setUp();
    faults.push({ answer: twilioFault(status, code) });
    const outcome = await send();
    assert.equal(outcome.kind, kind, outcome.detail);
    assert.match(outcome.detail, detail);
  });
}

test('[BR-NOT-011] 429 with Retry-After is not before that', async () => {
  const { clock, send, faults } = await setUp();
  const answer = twilioFault(429, 20429);
  faults.push({ answer: { ...(answer as typeof answer & { kind: 'reply' }), headers: { 'retry-after': '20' } } });
  const outcome = await send();
  assert.equal(outcome.kind === 'retry' && outcome.notBefore, clock.now() + 20_000);
});

test('[BR-REL-014] a lost answer is uncertain, and before another attempt Twilio is asked whether it has the message', async () => {
  const { send, faults, account } = await setUp();
  faults.push({ answer: { kind: 'reset' }, acts: true });
  assert.equal((await send()).kind, 'uncertain');
  assert.deepEqual(await send({}, 2), {
    kind: 'delivered',
    detail: 'an earlier attempt had sent it: queued',
    receiptId: account.messages[0]?.sid,
  });
  assert.equal(account.messages.length, 1);
});

test('what an earlier notification said in the same words, or what failed, does not count as sent', async () => {
  const { clock, send, account } = await setUp();
  await send({ createdAt: clock.now() - 3600_000 });
  clock.advance(3600_000);
  const later = { id: 'n-2', createdAt: clock.now() };
  assert.equal((await send(later, 2)).kind, 'delivered');
  assert.equal(account.messages.length, 2);
  account.messages[1]!.status = 'undelivered';
  await send(later, 3);
  assert.equal(account.messages.length, 2, 'a number that has it is remembered');
});

test('a gateway that gives up may have passed it on: uncertain', async () => {
  const { send, faults } = await setUp();
  for (const status of [500, 502, 504]) {
    faults.push({ answer: { kind: 'reply', status } });
    assert.equal((await send()).kind, 'uncertain');
  }
});

test('[BR-NOT-011] of several numbers those that have it do not get it again while the others are tried', async () => {
  const { send, account, receiver } = await setUp({ to: [PHONE, OTHER] });
  account.refused.set(OTHER, 21611);
  const first = await send();
  assert.equal(first.kind, 'retry');
  assert.match(first.detail, new RegExp(`^sent to 1 of 2 numbers; \\${OTHER}: error 21611`));
  account.refused.clear();
  assert.deepEqual(await send({}, 2), { kind: 'delivered', detail: 'sent to 2 of 2 numbers' });
  assert.deepEqual(
    account.messages.map(({ to }) => to),
    [PHONE, OTHER],
  );
  account.refused.set(OTHER, 21610);
  const second = await send({ id: 'n-2' });
  assert.equal(second.kind, 'delivered', 'one who opted out does not hold up the others');
  assert.match(second.detail, /opted out/);
  account.refused.set(PHONE, 21211);
  assert.equal((await send({ id: 'n-3' })).kind, 'rejected');
  assert.ok(receiver.requests.length > 0);
});

test('a recipient without a number, and a channel without one, are told as such', async () => {
  const { send, receiver } = await setUp({ to: [] });
  assert.match((await send()).detail, /no number/);
  const outcome = await send({ recipient: { name: 'user/bob', address: 'bob@example.com' } });
  assert.equal(outcome.kind, 'rejected');
  assert.match(outcome.detail, /bob@example.com is no number/);
  assert.equal(receiver.requests.length, 0);
});

test('[BR-SEC-014] a wrong token is final and told by name, without the token', async () => {
  const { send } = await setUp({ authToken: 'another-token' });
  assert.deepEqual(await send(), {
    kind: 'rejected',
    detail: 'error 20003, Twilio does not know the account, or the token is wrong (HTTP 401: Authenticate)',
    failure: { type: 'credentials', host: '127.0.0.1' },
  });
});

test('[BR-NOT-024] a probe sends nothing and tells the state of the account', async () => {
  const { sender, account } = await setUp();
  assert.deepEqual(await sender.probe!(never), { kind: 'healthy', detail: 'the account is active' });
  account.status = 'suspended';
  assert.deepEqual(await sender.probe!(never), { kind: 'failed', detail: 'the account is suspended' });
  const wrong = await setUp({ authToken: 'another-token' });
  assert.equal((await wrong.sender.probe!(never)).kind, 'failed');
  assert.equal(account.messages.length, 0);
});

test('a sender has to be named, and only once', () => {
  const declared = { accountSid: ACCOUNT, authToken: TOKEN };
  assert.throws(() => createSmsSender(declared, aContext()), /needed: from, or messagingServiceSid/);
  const both = { ...declared, from: 'Herald', messagingServiceSid: `MG${'0'.repeat(32)}` };
  assert.throws(() => createSmsSender(both, aContext()), /allowed: one of them/);
});
