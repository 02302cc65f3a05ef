import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { verify } from '../../../access/signature.ts';
import type { Outcome } from '../../../channels/outcome.ts';
import type { SenderContext } from '../../../channels/sender.ts';
import type { WebhookOptions } from '../../../channels/webhook/options.ts';
import { createWebhookSender } from '../../../channels/webhook/send.ts';

import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification } from '../../support/notification.ts';
import { type Script, startReceiver } from '../../support/receiver.ts';
import { aContext } from '../../support/sender-context.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;

function contextWith(clock: FakeClock): SenderContext {
  return { ...aContext(clock), externalURL: 'http://herald.example' };
}

async function setUp(script: Script, options: Partial<WebhookOptions> = {}) {
  const clock = new FakeClock();
  const receiver = await startReceiver({ script });
  const declared = { url: receiver.url, allowPrivateAddresses: true, ...options };
  const sender = createWebhookSender(declared, contextWith(clock));
  atEnd(() => sender.close());
  const send = (attempt = 1): Promise<Outcome> => sender.send(aNotification(), attempt, never, null);
  return { clock, receiver, sender, send };
}

test('[BR-NOT-011] a notification is posted as JSON with its id, its time and whose it is', async () => {
  const { clock, receiver, send } = await setUp({ kind: 'reply', status: 200 });
  assert.deepEqual(await send(), { kind: 'delivered', detail: 'HTTP 200' });
  const [request] = await receiver.received(1);
  assert.ok(request);
  assert.equal(request.method, 'POST');
  assert.equal(request.path, '/hook');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.headers['user-agent'], 'Herald');
  assert.equal(request.headers['webhook-id'], aNotification().id);
  assert.equal(request.headers['webhook-timestamp'], String(Math.floor(clock.now() / 1000)));
  assert.equal(request.headers['webhook-signature'], undefined);
  const body = JSON.parse(request.body) as { version: string; externalURL: string };
  assert.equal(body.version, '4');
  assert.equal(body.externalURL, 'http://herald.example');
  assert.equal(clock.pending, 0, 'no deadline is left behind');
});

test('[BR-INT-008] with a secret it is signed over exactly the bytes that were sent', async () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  const { receiver, send } = await setUp(
    { kind: 'reply', status: 204 },
    { secret: `whsec_${key.toString('base64')}\n` },
  );
  await send();
  const [request] = await receiver.received(1);
  assert.ok(request);
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  const expected = createHmac('sha256', key)
    .update(`${String(id)}.${String(timestamp)}.${request.body}`)
    .digest('base64');
  assert.equal(signature, `v1,${expected}`);
});

test('[BR-INT-008] while keys rotate, each of them signs, and a receiver may hold any', async () => {
  const secrets = ['one', 'two'].map((name) => `whsec_${Buffer.from(`the key named ${name}`).toString('base64')}`);
  const { clock, receiver, send } = await setUp({ kind: 'reply', status: 204 }, { secrets });
  await send();
  const [request] = await receiver.received(1);
  assert.ok(request);
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = request.headers;
  const message = { id: String(id), timestamp: String(timestamp), body: request.body };
  assert.equal(String(signatures).split(' ').length, 2);
  for (const secret of secrets) {
    const verdict = verify(message, String(signatures), secret, { now: clock.now(), tolerance: 300 });
    assert.equal(verdict, 'signature.valid');
  }
});

test('[BR-REL-014] retries carry the same id; only the attempt differs', async () => {
  const { receiver, send } = await setUp([
    { kind: 'reply', status: 503 },
    { kind: 'reply', status: 200 },
  ]);
  await send(1);
  await send(2);
  const [first, second] = await receiver.received(2);
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
  const attempts = [first, second].map((request) => JSON.parse(request?.body ?? '') as { herald: { attempt: number } });
  assert.deepEqual(
    attempts.map((body) => body.herald.attempt),
    [1, 2],
  );
});

test('headers of the operator are sent; the ones that Herald needs stay its own', async () => {
  const headers = { Authorization: 'Bearer t\n', 'Webhook-Id': 'forged', 'User-Agent': 'ops-bot' };
  const { receiver, send } = await setUp({ kind: 'reply', status: 200 }, { headers });
  await send();
  const [request] = await receiver.received(1);
  assert.equal(request?.headers.authorization, 'Bearer t');
  assert.equal(request?.headers['webhook-id'], aNotification().id);
  assert.equal(request?.headers['user-agent'], 'ops-bot');
});

const STATUS_CLASSES: readonly (readonly [Outcome['kind'], readonly number[]])[] = [
  ['delivered', [200, 201, 202, 204, 299]],
  ['rejected', [300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451]],
  ['retry', [408, 425, 429, 500, 501, 502, 503, 504, 599]],
];

for (const [kind, statuses] of STATUS_CLASSES) {
  test(`[BR-NOT-011] [BR-REL-006] ${kind}: ${statuses.join(', ')}`, async () => {
    const { receiver, send } = await setUp({ kind: 'reply', status: 200 });
    for (const status of statuses) {
      receiver.answerWith({ kind: 'reply', status });
      const outcome = await send();
      assert.equal(outcome.kind, kind, `${status}`);
      assert.match(outcome.detail, new RegExp(`^HTTP ${status}`));
    }
  });
}

test('[BR-NOT-011] Retry-After is passed on, in seconds and as a date', async () => {
  const { clock, receiver, send } = await setUp({ kind: 'reply', status: 429, headers: { 'retry-after': '30' } });
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'HTTP 429',
    notBefore: clock.now() + 30_000,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
  const date = new Date(clock.now() + 90_000).toUTCString();
  receiver.answerWith({ kind: 'reply', status: 503, headers: { 'retry-after': date } });
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'HTTP 503',
    notBefore: clock.now() + 90_000,
    failure: { type: 'server', host: '127.0.0.1' },
  });
});

test('[BR-SEC-011] what the receiver said is told on one line, without control characters, and shortened', async () => {
  const { send } = await setUp({
    kind: 'reply',
    status: 400,
    body: `no\n\u001b[31msuch\u0000 "hook"${'x'.repeat(5_000)}`,
  });
  const outcome = await send();
  assert.match(outcome.detail, /^HTTP 400: no \[31msuch "hook"x+\.\.\.$/);
  assert.ok(outcome.detail.length < 250);
});

test('[BR-SEC-001] a redirect is not followed, least of all to a private address, and the outcome says where it points', async () => {
  const elsewhere = await startReceiver();
  const { send } = await setUp({ kind: 'reply', status: 307, headers: { location: elsewhere.url } });
  const outcome = await send();
  assert.equal(outcome.kind, 'rejected');
  assert.ok(outcome.detail.includes(`redirects to ${elsewhere.url}`), outcome.detail);
  assert.equal(elsewhere.connections, 0);
  for (const location of ['http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1/', '//[::1]/', '/elsewhere']) {
    const { receiver, send: sendOnce } = await setUp({ kind: 'reply', status: 302, headers: { location } });
    assert.equal((await sendOnce()).kind, 'rejected', location);
    assert.equal(receiver.requests.length, 1, location);
  }
});

test('[BR-REL-006] a reset, a broken status line and a closed port are retried', async () => {
  const { receiver, send } = await setUp({ kind: 'reset' });
  const reset = await send();
  assert.equal(reset.kind, 'retry');
  receiver.answerWith({ kind: 'broken-head' });
  assert.equal((await send()).kind, 'retry');
  await receiver.close();
  const closed = await send();
  assert.equal(closed.kind, 'retry');
  assert.match(closed.detail, /ECONNREFUSED/);
});

test('[BR-REL-006] a name that does not exist is retried: the DNS may come back', async () => {
  const { send } = await setUp({ kind: 'hang' }, { url: 'http://nowhere.invalid/hook' });
  const outcome = await send();
  assert.equal(outcome.kind, 'retry');
  assert.match(outcome.detail, /nowhere\.invalid/);
});

test('[BR-WH-009] no answer until the deadline is a retry', async () => {
  const { clock, receiver, send } = await setUp({ kind: 'hang' }, { timeout: '2s' });
  const sending = send();
  await receiver.received(1);
  clock.advance(1_999);
  assert.equal(clock.pending, 1, 'not before');
  clock.advance(1);
  assert.deepEqual(await sending, {
    kind: 'retry',
    detail: 'no answer within 2000 ms',
    notBefore: null,
    failure: { type: 'timeout', host: '127.0.0.1' },
  });
});

test('the deadline is 15 seconds unless the channel says otherwise', async () => {
  const { clock, receiver, send } = await setUp({ kind: 'hang' });
  const sending = send();
  await receiver.received(1);
  clock.advance(15_000);
  assert.equal((await sending).detail, 'no answer within 15000 ms');
});

test('[BR-REL-006] half an answer: the status decides, whether the rest breaks off or never comes', async () => {
  const { clock, receiver, send } = await setUp({ kind: 'half', status: 200, rest: 'reset' });
  assert.equal((await send()).kind, 'delivered');
  receiver.answerWith({ kind: 'half', status: 503, rest: 'reset' });
  const broken = await send();
  assert.equal(broken.kind, 'retry');
  assert.match(broken.detail, /^HTTP 503/);
  receiver.answerWith({ kind: 'half', status: 500, rest: 'hang' });
  const hanging = send();
  await receiver.received(3);
  // The head of the answer may still be on its way, so the deadline is moved only once it is read.
  await until('the answer to be read or the deadline to be over', async () => {
    clock.advance(1_000);
    return clock.pending === 0;
  });
  assert.equal((await hanging).kind, 'retry');
});

test('the owner that stops breaks an attempt off', async () => {
  const { receiver, sender } = await setUp({ kind: 'hang' });
  const stopping = new AbortController();
  const sending = sender.send(aNotification(), 1, stopping.signal, null);
  await receiver.received(1);
  stopping.abort();
  assert.deepEqual(await sending, {
    kind: 'retry',
    detail: 'broken off before an answer came',
    notBefore: null,
    failure: null,
  });
  const late = await sender.send(aNotification(), 2, stopping.signal, null);
  assert.equal(late.kind, 'retry');
  assert.equal(receiver.requests.length, 1, 'nothing is sent once the owner stopped');
});

test('closing ends attempts under way at once', async () => {
  const { receiver, sender, send } = await setUp({ kind: 'hang' });
  const sending = send();
  await receiver.received(1);
  await sender.close();
  assert.equal((await sending).kind, 'retry');
});

test('[BR-PERF-034] of an answer of 100 MB no more than its beginning is read', async () => {
  const { receiver, send } = await setUp({ kind: 'flood', status: 200, bytes: 100 * 1024 * 1024 });
  for (let times = 0; times < 3; times += 1) assert.equal((await send()).kind, 'delivered');
  // Socket buffers on both sides take some; reading it all would have taken 300 MB.
  assert.ok(receiver.flooded < 30 * 1024 * 1024, `${receiver.flooded} bytes were taken`);
});

test('[BR-PERF-033] connections are kept and used again', async () => {
  const { receiver, send } = await setUp({ kind: 'reply', status: 200, body: 'ok' });
  for (let times = 0; times < 20; times += 1) await send();
  assert.equal(receiver.requests.length, 20);
  // The pool may open a second one when the first is not yet free in the moment of the next send.
  assert.ok(receiver.connections <= 2, `${receiver.connections} connections`);
});
