import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notification } from '../../../alert/notification.ts';
import type { ChatOptions } from '../../../channels/chat/options.ts';
import { createChatSender } from '../../../channels/chat/send.ts';
import { InvalidChannelOptions } from '../../../channels/sender.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { answerJson, type Chat, startChat } from '../../support/providers/chat.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const CHATS: readonly Chat[] = ['mattermost', 'discord', 'googlechat', 'rocketchat'];

async function setUp(chat: Chat, options: Partial<ChatOptions> = {}) {
  const clock = new FakeClock();
  const server = await startChat(chat);
  const declared = { preset: chat, webhookUrl: server.url, allowPrivateAddresses: true, ...options };
  const sender = createChatSender(declared, aContext(clock));
  atEnd(() => sender.close());
  const send = (change: Partial<Notification> = {}) => sender.send(aNotification(change), 1, never, null);
  return { clock, server, sender, send };
}

/** What stands at that place of the first message that the chat took. */
function at({ messages }: { readonly messages: readonly unknown[] }, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, step) => (value as Readonly<Record<string, unknown>>)[step], messages[0]);
}

test('[BR-NOT-005] Mattermost and Rocket.Chat: one attachment with colour, fields and a link', async () => {
  for (const chat of ['mattermost', 'rocketchat'] as const) {
    const { server, send } = await setUp(chat, { username: 'Herald' });
    assert.equal((await send()).kind, 'delivered');
    assert.equal(at(server, 'username'), 'Herald');
    const of = (field: string) => at(server, 'attachments', 0, field);
    assert.match(String(of('title')), /\[Firing\] P1 KubePodCrashLooping · production$/);
    assert.equal(of('title_link'), 'https://herald.example/');
    assert.match(String(of('color')), /^#/);
    assert.deepEqual(at(server, 'attachments', 0, 'fields', 0), {
      title: 'Priority',
      value: 'P1 critical',
      short: true,
    });
    assert.match(String(of('text')), /^Pod is crash looping\n`pod="api-7d9f-x1" .*\[Source\]\(http:\/\/prometheus/);
  }
});

test('[BR-NOT-005] Discord: content, an embed, nobody called, and the id of the message', async () => {
  const { server, send } = await setUp('discord');
  assert.deepEqual(await send(), { kind: 'delivered', detail: 'HTTP 200', receiptId: '111' });
  assert.match(server.receiver.requests[0]!.path, /^\/api\/webhooks\/1\/s3cret\?wait=true$/);
  assert.match(String(at(server, 'content')), /KubePodCrashLooping/);
  assert.deepEqual(at(server, 'allowed_mentions'), { parse: [] });
  assert.equal(at(server, 'embeds', 0, 'color'), 0xc4211e);
  assert.equal(at(server, 'embeds', 0, 'timestamp'), '2026-11-23T08:57:23.100Z');
  assert.deepEqual(at(server, 'embeds', 0, 'fields', 0), { name: 'Priority', value: 'P1 critical', inline: true });
});

test('[BR-NOT-005] Google Chat: a card in a thread for each group; the address keeps its keys', async () => {
  const { server, send } = await setUp('googlechat');
  assert.equal((await send()).kind, 'delivered');
  const path = server.receiver.requests[0]!.path;
  assert.equal(path, '/v1/spaces/AAA/messages?key=k&token=t&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
  assert.match(String(at(server, 'text')), /KubePodCrashLooping/);
  assert.deepEqual(at(server, 'thread'), { threadKey: '5f1c9a3e00d2b764' });
  const widget = (n: number) => at(server, 'cardsV2', 0, 'card', 'sections', 0, 'widgets', n);
  assert.match(JSON.stringify(widget(0)), /"textParagraph":\{"text":"Pod is crash looping<br>/);
  assert.match(JSON.stringify(widget(1)), /<b>Priority<\/b>: P1 critical<br><b>Environment<\/b>: production<br>/);
});

test('[BR-NOT-011] Discord says to the millisecond how long its rate limit lasts', async () => {
  const { clock, server, send } = await setUp('discord');
  const limited = { message: 'You are being rate limited.', retry_after: 64.57, global: false };
  server.next(answerJson(429, limited, { 'retry-after': '65' }));
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'HTTP 429, You are being rate limited.',
    notBefore: clock.now() + 64_570,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
  server.next(answerJson(429, { message: 'x', retry_after: 1e12 }, { 'retry-after': '7' }));
  assert.equal(((await send()) as { notBefore: number }).notBefore, clock.now() + 7000);
});

for (const [chat, path] of [
  ['mattermost', '/api/v4/system/ping'],
  ['rocketchat', '/api/info'],
] as const) {
  test(`[BR-NOT-024] ${chat} is asked whether it is there, without the secret and without posting`, async () => {
    const { server, sender } = await setUp(chat);
    const { host } = new URL(server.url);
    const detail = `${host} answers; whether it takes the webhook shows with a message`;
    assert.deepEqual(await sender.probe?.(never), { kind: 'healthy', detail });
    assert.deepEqual(
      server.receiver.requests.map((request) => [request.method, request.path]),
      [['GET', path]],
    );
    server.next({ kind: 'reply', status: 404 });
    assert.equal((await sender.probe?.(never))?.kind, 'healthy', 'a proxy may let nothing else through');
    server.next({ kind: 'reply', status: 429 }, { kind: 'reply', status: 500 }, { kind: 'reset' });
    const kinds = [];
    for (let i = 0; i < 3; i++) kinds.push((await sender.probe?.(never))?.kind);
    assert.deepEqual(kinds, ['degraded', 'failed', 'failed']);
    assert.equal(server.messages.length, 0);
  });
}

test('[BR-NOT-024] a chat below a path is asked there; one that has nothing to ask is not asked', async () => {
  const below = createChatSender(
    { preset: 'mattermost', webhookUrl: 'http://127.0.0.1:9/team/chat/hooks/s3cret', allowPrivateAddresses: true },
    {
      ...aContext(),
      http: {
        request: async ({ url }) => ({ kind: 'failed', detail: url.href, written: false }) as never,
        close: async () => {},
      },
    },
  );
  assert.deepEqual(await below.probe?.(never), {
    kind: 'failed',
    detail: 'http://127.0.0.1:9/team/chat/api/v4/system/ping',
  });
  const { sender } = await setUp('googlechat');
  assert.equal(sender.probe, undefined);
});

test('[BR-NOT-024] Discord is asked whether it knows the webhook; nothing is posted', async () => {
  const { server, sender } = await setUp('discord');
  assert.deepEqual(await sender.probe?.(never), { kind: 'healthy', detail: 'Discord knows the webhook' });
  server.next(answerJson(404, { message: 'Unknown Webhook', code: 10015 }));
  assert.deepEqual(await sender.probe?.(never), { kind: 'failed', detail: 'HTTP 404, Unknown Webhook' });
  server.next({ kind: 'reply', status: 503 });
  assert.equal((await sender.probe?.(never))?.kind, 'degraded');
  assert.equal(server.messages.length, 0);
});

test('[BR-ERR-002] errors are told in the words of the chat', async () => {
  const errors: readonly (readonly [Chat, number, unknown, string, string])[] = [
    ['discord', 404, { message: 'Unknown Webhook', code: 10015 }, 'rejected', 'HTTP 404, Unknown Webhook'],
    ['discord', 401, { message: 'Invalid Webhook Token', code: 50027 }, 'rejected', 'HTTP 401, Invalid Webhook Token'],
    [
      'mattermost',
      400,
      { id: 'x', message: 'Invalid webhook.', status_code: 400 },
      'rejected',
      'HTTP 400, Invalid webhook.',
    ],
    ['rocketchat', 400, { success: false, error: 'no such room' }, 'rejected', 'HTTP 400, no such room'],
    ['rocketchat', 200, { success: false, error: 'disabled' }, 'rejected', 'HTTP 200, disabled'],
    [
      'googlechat',
      429,
      { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } },
      'retry',
      'HTTP 429, RESOURCE_EXHAUSTED: Quota',
    ],
    ['googlechat', 503, 'not an object', 'retry', 'HTTP 503: "not an object"'],
    ['mattermost', 500, { id: 'x', message: 'no database' }, 'uncertain', 'HTTP 500, no database'],
    ['discord', 502, 'bad gateway', 'uncertain', 'HTTP 502: "bad gateway"'],
  ];
  for (const [chat, status, body, kind, detail] of errors) {
    const { server, send } = await setUp(chat);
    server.next(answerJson(status, body));
    const outcome = await send();
    assert.deepEqual([outcome.kind, outcome.detail], [kind, detail]);
  }
});

test('[BR-REL-006] a lost answer is uncertain', async () => {
  const { server, send } = await setUp('mattermost');
  server.next({ kind: 'reset' });
  assert.equal((await send()).kind, 'uncertain');
});

test('[BR-SEC-001] nothing from outside calls people', async () => {
  const evil = '@all @here <users/all> <!channel> &';
  const change = {
    groupLabels: { alertname: evil, team: evil },
    alerts: [anAlert({ annotations: { summary: evil }, labels: { alertname: evil } })],
  };
  for (const chat of ['mattermost', 'rocketchat'] as const) {
    const { server, send } = await setUp(chat);
    await send(change);
    assert.doesNotMatch(JSON.stringify(server.messages), /@(all|here)/, chat);
  }
  const { server, send } = await setUp('googlechat');
  await send(change);
  assert.doesNotMatch(JSON.stringify(server.messages), /<(users|!)/);
});

test('[BR-NOT-005] any other chat: the JSON that the operator writes, each value by the filter json', async () => {
  const body = '{"room": {{ environment | json }}, "message": {{ title | append: " is " | append: status | json }}}';
  const { server, send } = await setUp('mattermost', { preset: 'custom', body });
  server.next({ kind: 'reply', status: 200 });
  const title = 'quo"te\n\u2028';
  assert.equal((await send({ groupLabels: { alertname: title } })).kind, 'delivered');
  const [request] = server.receiver.requests;
  assert.deepEqual(JSON.parse(request!.body), { room: 'production', message: `${title} is firing` });
});

test('a template that makes no JSON costs the form, not the message', async () => {
  const { server, send } = await setUp('mattermost', { body: '{"text": {{ summary }}}' });
  const outcome = await send();
  assert.equal(outcome.kind, 'delivered');
  assert.match(outcome.detail, /spec\.body made no JSON; the usual form was sent/);
  assert.match(String(at(server, 'attachments', 0, 'title')), /KubePodCrashLooping/);
});

test('every message keeps to the limits of its chat, whatever is in it', async () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3000 }),
    fc.constant('💥'.repeat(2000)),
    fc.constant('"&<'.repeat(900)),
  );
  const labels = fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), word, { maxKeys: 12 });
  const alert = fc.record({ labels, annotations: fc.dictionary(fc.constantFrom('summary', 'runbook_url'), word) });
  for (const chat of CHATS) {
    const { send } = await setUp(chat);
    await fc.assert(
      fc.asyncProperty(fc.array(alert, { maxLength: 40 }), labels, async (given, groupLabels) => {
        const outcome = await send({ alerts: given.map((change) => anAlert(change)), groupLabels });
        assert.equal(outcome.kind, 'delivered', `${chat}: ${outcome.detail}`);
      }),
      { numRuns: 25 },
    );
  }
});

test('what grows by escaping still fits in the 32,000 bytes of Google Chat', async () => {
  const { server, send } = await setUp('googlechat');
  const alerts = Array.from({ length: 15 }, () =>
    anAlert({ annotations: { summary: '&'.repeat(500) }, labels: { alertname: 'Big', pod: '<'.repeat(120) } }),
  );
  const groupLabels = Object.fromEntries(
    Array.from({ length: 10 }, (_, n) => [`${n}${'&'.repeat(119)}`, '<'.repeat(120)]),
  );
  assert.equal((await send({ alerts, groupLabels })).kind, 'delivered');
  assert.ok(server.receiver.requests[0]!.body.length > 10_000);
});

test('what the schema cannot see is told with its place', () => {
  const cases: readonly (readonly [ChatOptions, string])[] = [
    [{ preset: 'discord' }, 'webhookUrl'],
    [{ preset: 'discord', webhookUrl: 'no address' }, 'webhookUrl'],
    [{ preset: 'discord', webhookUrl: 'https://a.example/', url: 'https://b.example/' }, 'url'],
    [{ preset: 'custom', url: 'https://a.example/' }, 'body'],
    [{ preset: 'custom', url: 'https://a.example/', body: '{{ unclosed' }, 'body'],
  ];
  for (const [options, path] of cases) {
    assert.throws(
      () => createChatSender(options, aContext()),
      (error: unknown) => error instanceof InvalidChannelOptions && error.path === path,
      path,
    );
  }
});
