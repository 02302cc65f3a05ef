import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '../../../alert/notification.ts';
import { reason } from '../../../alert/reason.ts';
import type { Outcome } from '../../../channels/outcome.ts';
import type { SlackOptions } from '../../../channels/slack/options.ts';
import { createSlackSender } from '../../../channels/slack/send.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { slackError, startSlack, TOKEN, words } from '../../support/providers/slack.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;

async function setUp(options: SlackOptions = { token: TOKEN, channel: '#ops' }) {
  const clock = new FakeClock();
  const slack = await startSlack();
  const declared = { apiUrl: slack.apiUrl, allowPrivateAddresses: true, ...options };
  const sender = createSlackSender(declared, aContext(clock));
  atEnd(() => sender.close());
  const send = (change: Partial<Notification> = {}, earlier: string | null = null): Promise<Outcome> =>
    sender.send(aNotification(change), 1, never, earlier);
  const viaWebhook = () => {
    const other = createSlackSender({ webhookUrl: slack.webhookUrl, allowPrivateAddresses: true }, aContext(clock));
    atEnd(() => other.close());
    return () => other.send(aNotification(), 1, never, null);
  };
  return { clock, slack, sender, send, viaWebhook };
}

function referenceOf(outcome: Outcome): string {
  assert.equal(outcome.kind, 'delivered', outcome.detail);
  assert.ok(outcome.kind === 'delivered' && outcome.reference !== undefined);
  return outcome.reference;
}

test('[BR-NOT-002] the first notification of a group is a message, whose id is kept', async () => {
  const { slack, send } = await setUp();
  const outcome = await send();
  assert.deepEqual(outcome, {
    kind: 'delivered',
    detail: 'posted as 1700000000.000001',
    reference: '{"channel":"C1","ts":"1700000000.000001","status":"firing"}',
    receiptId: '1700000000.000001',
  });
  const [request] = slack.receiver.requests;
  assert.equal(request?.path, '/api/chat.postMessage');
  assert.equal(request?.method, 'POST');
  assert.equal(request?.headers.authorization, `Bearer ${TOKEN}`);
  const body = JSON.parse(request?.body ?? '') as Record<string, unknown>;
  assert.deepEqual(Object.keys(body).sort(), ['attachments', 'channel', 'text', 'unfurl_links', 'unfurl_media']);
  assert.equal(body.channel, '#ops');
  assert.match(String(body.text), /\[Firing\] P1\* KubePodCrashLooping · production$/);
});

test('[BR-NOT-002] what follows updates that message and is said in its thread, in the conversation while it fires', async () => {
  const { slack, send } = await setUp();
  const first = await send();
  const two = { alerts: [anAlert(), anAlert({ fingerprint: 'aa8c6e69d2c44267' })] };
  const second = await send(two, referenceOf(first));
  assert.equal(second.detail, 'updated 1700000000.000001 and replied');
  const third = await send({ status: 'resolved', alerts: [anAlert({ status: 'resolved' })] }, referenceOf(second));
  assert.match(referenceOf(third), /"status":"resolved"/);
  const [message, ...replies] = slack.messages;
  assert.equal(message?.updates, 2);
  assert.deepEqual(
    replies.map(({ channel, threadTs, broadcast }) => ({ channel, threadTs, broadcast })),
    [
      { channel: 'C1', threadTs: message?.ts, broadcast: true },
      { channel: 'C1', threadTs: message?.ts, broadcast: false },
    ],
  );
  assert.match(String(message?.body.text), /\[Resolved\]/);
});

test('[BR-NOT-002] that somebody took it on stands in the message and in its thread, and calls nobody in the conversation', async () => {
  const { slack, send } = await setUp();
  const first = await send();
  const alerts = [anAlert({ acknowledged: true, acknowledgedBy: 'slack/alice (U1)' })];
  await send({ alerts, reasons: [reason('group.acknowledged', 'by slack/alice (U1)')] }, referenceOf(first));
  const [message, reply] = slack.messages;
  assert.match(JSON.stringify(message?.body), /\*Acknowledged\*\\nslack\/alice \(U1\)/);
  assert.equal(reply?.broadcast, false);
  assert.match(String(reply?.body.text), /^👀 \*Acknowledged\* · slack\/alice \(U1\) · 1 firing, 0 resolved/);
});

test('after all was resolved the next time begins with a new message', async () => {
  const { slack, send } = await setUp();
  const ended = await send({ status: 'resolved' });
  await send({}, referenceOf(ended));
  assert.deepEqual(
    slack.messages.map(({ threadTs, updates }) => [threadTs, updates]),
    [
      [null, 0],
      [null, 0],
    ],
  );
});

test('a message that somebody deleted is posted anew', async () => {
  const { slack, send } = await setUp();
  const first = await send();
  slack.remove('1700000000.000001');
  const second = await send({}, referenceOf(first));
  assert.equal(slack.messages.length, 1);
  assert.equal(slack.messages[0]?.threadTs, null);
  assert.equal(second.kind, 'delivered');
});

test('what another kind of channel left as its reference counts as none', async () => {
  const { slack, send } = await setUp();
  for (const earlier of ['<mail@herald>', '{"key":"OPS-1"}', 'null', '']) {
    assert.equal((await send({}, earlier)).kind, 'delivered', earlier);
  }
  assert.equal(slack.messages.length, 4);
});

test('a recipient of the notification has it as a direct message, whatever the channel names', async () => {
  const { slack, send } = await setUp();
  const first = await send({ recipient: { name: 'user/alice', address: 'U1' } });
  assert.match(referenceOf(first), /"channel":"D1"/);
  // The update goes to the conversation that Slack opened for it.
  const again = await send({ recipient: { name: 'user/alice', address: 'U1' } }, referenceOf(first));
  assert.equal(again.kind, 'delivered');
  assert.equal(slack.messages[0]?.updates, 1);
});

test('[BR-NOT-010] who wants words alone gets a message without blocks and colours', async () => {
  const { slack, send } = await setUp();
  await send({ recipient: { name: 'user/alice', address: 'U1', format: 'plain' } });
  const { attachments, text } = slack.messages[0]!.body;
  assert.deepEqual(attachments, []);
  assert.match(String(text), /KubePodCrashLooping[\s\S]*Pod is crash looping/);
});

test('without a conversation nothing is sent, and it says so', async () => {
  const { slack, send } = await setUp({ token: TOKEN });
  assert.equal((await send()).kind, 'rejected');
  assert.equal(slack.receiver.requests.length, 0);
});

const FINAL: readonly string[] = [
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'missing_scope',
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'restricted_action',
  'no_text',
  'an_error_of_tomorrow',
];
const PASSING: readonly string[] = [
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'ratelimited',
  'rate_limited',
];

test('[BR-ERR-002] errors of the web API: what may pass is retried, the rest is final, and each is named', async () => {
  const { slack, send } = await setUp();
  for (const [kind, errors] of [
    ['rejected', FINAL],
    ['retry', PASSING],
    // "It's possible some aspect of the operation succeeded before the error was raised."
    ['uncertain', ['internal_error', 'fatal_error']],
  ] as const) {
    for (const error of errors) {
      slack.next('chat.postMessage', slackError(error));
      const outcome = await send();
      assert.equal(outcome.kind, kind, error);
      assert.ok(outcome.detail.startsWith(`Slack: ${error}`), outcome.detail);
    }
  }
});

test('real conversations that do not take a message say why', async () => {
  const { sender } = await setUp();
  const to = (address: string) =>
    sender.send(aNotification({ recipient: { name: 'x', address } }), 1, never, null).then(({ detail }) => detail);
  assert.match(await to('C2'), /is_archived: the conversation is archived/);
  assert.match(await to('C3'), /not_in_channel: invite the app/);
  assert.match(await to('C9'), /channel_not_found/);
});

test('[BR-NOT-011] a rate limit is waited out for as long as Slack says', async () => {
  const { clock, slack, send } = await setUp();
  slack.next('chat.postMessage', slackError('ratelimited', 429, { 'retry-after': '30' }));
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'Slack: ratelimited',
    notBefore: clock.now() + 30_000,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
  slack.next('chat.postMessage', { kind: 'reply', status: 429, headers: { 'retry-after': '5' } });
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'HTTP 429',
    notBefore: clock.now() + 5000,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
  slack.next('chat.postMessage', slackError('ratelimited', 429));
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'Slack: ratelimited',
    notBefore: null,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
});

test('[BR-REL-006] a post whose answer is lost is uncertain; an update can be done again', async () => {
  const { slack, send } = await setUp();
  const reference = referenceOf(await send());
  for (const answer of [
    { kind: 'reset' },
    { kind: 'half', status: 200, rest: 'reset' },
    { kind: 'reply', status: 200, body: '<html>' },
    { kind: 'reply', status: 200, body: 'null' },
    { kind: 'reply', status: 500 },
    { kind: 'reply', status: 502, body: '<html>' },
    { kind: 'reply', status: 504 },
    slackError('internal_error', 500),
  ] as const) {
    slack.next('chat.postMessage', answer);
    assert.equal((await send()).kind, 'uncertain', answer.kind);
    slack.next('chat.update', answer);
    assert.equal((await send({}, reference)).kind, 'retry', answer.kind);
  }
  slack.next('chat.postMessage', { kind: 'reply', status: 503 });
  assert.equal((await send()).kind, 'retry', 'Slack has said that it did not do it');
});

test('[BR-PERF-034] of an answer of 100 MB no more is read than a message can have', async () => {
  const { slack, send } = await setUp();
  slack.next('chat.postMessage', { kind: 'flood', status: 200, bytes: 100 * 1024 * 1024 });
  assert.equal((await send()).kind, 'uncertain');
  assert.ok(slack.receiver.flooded < 20 * 1024 * 1024, `${slack.receiver.flooded} bytes were taken`);
});

test('a thread that takes no reply costs the reply, not the notification', async () => {
  const { slack, send } = await setUp();
  const reference = referenceOf(await send());
  slack.next('chat.postMessage', slackError('restricted_action_thread_locked'));
  const outcome = await send({}, reference);
  assert.equal(outcome.kind, 'delivered');
  assert.match(outcome.detail, /no reply: Slack: restricted_action_thread_locked/);
});

test('when Slack does not take the form, the words are sent alone', async () => {
  const { slack, send } = await setUp();
  for (const error of ['invalid_blocks', 'msg_too_long', 'msg_blocks_too_long', 'invalid_attachments']) {
    slack.next('chat.postMessage', slackError(error));
    assert.equal((await send()).kind, 'delivered', error);
    const { body } = slack.messages.at(-1)!;
    assert.deepEqual(body.attachments, []);
    assert.match(String(body.text), /Pod is crash looping/);
  }
  slack.next('chat.postMessage', slackError('msg_too_long'), slackError('msg_too_long'));
  assert.equal((await send()).kind, 'rejected', 'and no further');
});

test('an incoming webhook posts each notification, and its errors are words', async () => {
  const { clock, slack, viaWebhook } = await setUp();
  const send = viaWebhook();
  assert.deepEqual(await send(), { kind: 'delivered', detail: 'posted by the incoming webhook' });
  assert.equal(slack.messages.length, 1);
  for (const [status, word, kind] of [
    [400, 'user_not_found', 'rejected'],
    [403, 'action_prohibited', 'rejected'],
    [404, 'channel_not_found', 'rejected'],
    [404, 'no_service', 'rejected'],
    [410, 'channel_is_archived', 'rejected'],
    [500, 'rollup_error', 'retry'],
    [503, '', 'retry'],
    [200, 'ok', 'delivered'],
  ] as const) {
    slack.next('webhook', words(status, word));
    const outcome = await send();
    assert.equal(outcome.kind, kind, word);
    assert.ok(kind === 'delivered' || outcome.detail.includes(word), outcome.detail);
  }
  slack.next('webhook', words(429, 'rate_limited', { 'retry-after': '12' }));
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'Slack: rate_limited',
    notBefore: clock.now() + 12_000,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
  slack.next('webhook', { kind: 'reset' });
  assert.equal((await send()).kind, 'uncertain');
});

test('[BR-NOT-024] a probe asks whose token it is, and posts nothing', async () => {
  const { slack, sender } = await setUp();
  assert.deepEqual(await sender.probe?.(never), { kind: 'healthy', detail: 'auth.test: herald in Test team' });
  slack.next('auth.test', slackError('token_revoked'));
  assert.equal((await sender.probe?.(never))?.kind, 'failed');
  slack.next('auth.test', { kind: 'reply', status: 503 });
  assert.equal((await sender.probe?.(never))?.kind, 'degraded');
  assert.equal(slack.messages.length, 0);
});

test('a token never stands in what is told of a failure', async () => {
  const { slack, send } = await setUp({ token: 'xoxb-of-someone-else', channel: 'C1' });
  const outcome = await send();
  assert.equal(outcome.kind, 'rejected');
  assert.ok(!outcome.detail.includes('xoxb'), outcome.detail);
  assert.equal(slack.messages.length, 0);
});

test('why a group is told again stands in the thread', async () => {
  const { slack, send } = await setUp();
  const reference = referenceOf(await send());
  await send({ reasons: [reason('group.repeat')] }, reference);
  assert.equal(
    slack.messages[1]?.body.text,
    '🔥 *Firing* · Reminder: still firing · 1 firing, 0 resolved\n🔥 Pod is crash looping',
  );
});
