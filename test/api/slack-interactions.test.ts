import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { CommandReply } from '../../alert/alert-state.ts';
import type { CommandEntry } from '../../alert/entry.ts';
import type { Policy } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { type SlackPorts, slackInteractionRoute } from '../../api/slack-interactions.ts';
import { slackMessage } from '../../channels/slack/message.ts';
import { slackTexts } from '../../channels/slack/template.ts';
import type { Refusal } from '../../gateway/audit-trail.ts';
import { slackClicks } from '../../gateway/slack-clicks.ts';
import type { HttpRequest, Reply } from '../../ingress/route.ts';
import { channelOf } from '../../resources/channel.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import '../support/leaks.ts';
import { aNotification, anAlert } from '../support/notification.ts';
import { aDirectory, aTeam, aUser, type FakeDirectory, turns } from '../support/people.ts';
import { blockProblems } from '../support/providers/slack.ts';
import { startReceiver } from '../support/receiver.ts';
import { aContext } from '../support/sender-context.ts';
import { until } from '../support/until.ts';

const SECRET = 'the-signing-secret';
const FIRST = '089c6e69d2c44267';
const SECOND = 'aa8c6e69d2c44267';
const DONE: CommandReply = { ok: true, status: 200, reasons: [reason('alert.acknowledged')] };

async function setUp(
  reply: (entry: Omit<CommandEntry, 'replyTo'>) => Promise<CommandReply> = async () => DONE,
  options: object = {},
  people: FakeDirectory = {},
) {
  const clock = new FakeClock();
  // Where Slack's response_url leads: it takes JSON and answers ok.
  const answers = await startReceiver({ script: { kind: 'reply', status: 200, body: 'ok' } });
  const commands: Omit<CommandEntry, 'replyTo'>[] = [];
  const ops = channelOf('default', 'ops', {
    type: 'slack',
    token: 'xoxb-1',
    signingSecret: `${SECRET}\n`,
    allowPrivateAddresses: true,
    ...options,
  });
  const others = [
    channelOf('default', 'unsigned', { type: 'slack', token: 'xoxb-1' }),
    channelOf('default', 'hook', { type: 'webhook', url: 'https://hook.example/' }),
  ];
  const channels = new Map([ops, ...others].map((one) => [`${one.tenant}/${one.name}`, one]));
  const policy = { directory: aDirectory(people) } as Policy;
  const command: SlackPorts['command'] = (entry) => {
    commands.push(entry);
    return reply(entry);
  };
  const refused: string[] = [];
  const audit = { refused: ({ code, subject, by }: Refusal) => void refused.push(`${code} ${subject} ${by}`) };
  const parts = { clock, log: silentLog, audit };
  const route = slackInteractionRoute(slackClicks(() => ({ channels, policy }), command, parts));
  const ask = async (
    payload: unknown,
    change: Partial<{ channel: string; timestamp: string; signature: string }> = {},
  ) => {
    const body =
      typeof payload === 'string' ? payload : new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = change.timestamp ?? String(Math.floor(clock.now() / 1000));
    const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
    const request: HttpRequest = {
      method: 'POST',
      url: '/',
      query: '',
      params: { tenant: 'default', channel: change.channel ?? 'ops' },
      headers: {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': change.signature ?? `v0=${signature}`,
      },
      body: Buffer.from(body),
    };
    return (await route.handle(request)) as Reply;
  };
  return { clock, answers, commands, refused, ask };
}

/** `block_actions` as docs.slack.dev shows it, for a button of a message that Herald posted. */
async function aClick(responseUrl: string, pick: (ids: string[]) => string | undefined, tenant = 'default') {
  const alerts = [anAlert(), anAlert({ fingerprint: SECOND })];
  const notification = aNotification({ alerts, tenant });
  const look = {
    signingSecret: SECRET,
    snoozes: [{ label: '4h', milliseconds: 4 * 3_600_000 }],
    externalURL: 'https://herald.example',
  };
  const { text, attachments } = slackMessage(notification, await slackTexts(notification, aContext()), look);
  const buttons = (attachments[0]?.blocks ?? []).flatMap(({ type, elements }) =>
    type === 'actions' ? (elements as { action_id: string; value?: string }[]) : [],
  );
  const id = pick(buttons.map((button) => button.action_id));
  const button = buttons.find((one) => one.action_id === id);
  return {
    type: 'block_actions',
    user: { id: 'U0ALICE', username: 'alice', name: 'alice', team_id: 'T1' },
    api_app_id: 'A1',
    token: 'deprecated',
    container: { type: 'message_attachment', message_ts: '1700000000.000001', channel_id: 'C1', is_ephemeral: false },
    trigger_id: '1.2.3',
    team: { id: 'T1', domain: 'test' },
    channel: { id: 'C1', name: 'ops' },
    message: {
      type: 'message',
      text,
      ts: '1700000000.000001',
      attachments: attachments.map((one) => ({ id: 1, ...one })),
    },
    response_url: responseUrl,
    actions: [{ ...button, block_id: 'b1', action_ts: '1700000100.500', type: 'button' }],
  };
}

const acknowledge = (ids: string[]) => ids.find((id) => id === 'herald.acknowledge');
const snooze = (ids: string[]) => ids.find((id) => id.startsWith('herald.snooze'));

type Answer = {
  replace_original: boolean;
  response_type?: string;
  text: string;
  attachments?: { color: string; blocks: Record<string, unknown>[] }[];
};
const said = (body: string) => JSON.parse(body) as Answer;

test('[BR-NOT-002] a click acknowledges every alert of the message, and the message says who did', async () => {
  const { answers, commands, ask } = await setUp();
  assert.deepEqual(await ask(await aClick(answers.url, acknowledge)), { status: 200 });
  assert.deepEqual(
    commands.map(({ tenant, fingerprint, action, by }) => [tenant, fingerprint, action, by]),
    [FIRST, SECOND].map((fingerprint) => ['default', fingerprint, 'acknowledge', 'slack/alice (U0ALICE)']),
  );
  assert.equal(new Set(commands.map(({ id }) => id)).size, 2);
  const [request] = await answers.received(1);
  assert.equal(request?.headers['content-type'], 'application/json; charset=utf-8');
  const { replace_original: replaces, text, attachments } = said(request?.body ?? '');
  assert.equal(replaces, true);
  assert.match(text, /KubePodCrashLooping/);
  const blocks = attachments?.[0]?.blocks ?? [];
  assert.deepEqual(blockProblems(blocks), []);
  assert.match(JSON.stringify(blocks.at(-1)), /Acknowledged by <@U0ALICE>/);
  assert.ok(!JSON.stringify(blocks).includes('herald.acknowledge'), 'it cannot be asked for twice');
  assert.ok(JSON.stringify(blocks).includes('herald.snooze'));
  assert.match(String(attachments?.[0]?.color), /^#/);
});

test('[BR-NOT-002] a click snoozes for as long as the button says, from now', async () => {
  const { clock, answers, commands, ask } = await setUp();
  await ask(await aClick(answers.url, snooze));
  assert.deepEqual(
    commands.map(({ action, until: end }) => [action, end]),
    [FIRST, SECOND].map(() => ['snooze', clock.now() + 4 * 3_600_000]),
  );
  const [request] = await answers.received(1);
  assert.match(JSON.stringify(said(request?.body ?? '').attachments), /Snoozed until <!date\^\d+\^/);
});

test('[BR-INT-008] what Slack did not sign, or signed too long ago, is refused and does nothing', async () => {
  const { clock, answers, commands, ask } = await setUp();
  const click = await aClick(answers.url, acknowledge);
  const old = String(Math.floor(clock.now() / 1000) - 301);
  for (const change of [{ signature: `v0=${'0'.repeat(64)}` }, { signature: '' }, { timestamp: old }]) {
    assert.equal((await ask(click, change)).status, 401, JSON.stringify(change));
  }
  assert.equal(commands.length, 0);
  assert.equal(answers.requests.length, 0);
});

test('only Slack channels with a signing secret have an address', async () => {
  const { answers, ask } = await setUp();
  const click = await aClick(answers.url, acknowledge);
  for (const channel of ['unsigned', 'hook', 'nowhere'])
    assert.equal((await ask(click, { channel })).status, 404, channel);
});

test('who clicks is told why something was refused; the rest is done', async () => {
  const refused: CommandReply = {
    ok: false,
    status: 409,
    reasons: [reason('command.refused', 'it is resolved <now>')],
  };
  const { answers, ask } = await setUp(async ({ fingerprint }) => (fingerprint === SECOND ? refused : DONE));
  await ask(await aClick(answers.url, acknowledge));
  const [first, second] = await answers.received(2);
  assert.match(JSON.stringify(said(first?.body ?? '').attachments), /Acknowledged \(1 of 2\)/);
  const answer = said(second?.body ?? '');
  assert.equal(answer.response_type, 'ephemeral');
  assert.equal(answer.replace_original, false);
  assert.equal(answer.text, '1 of 2: not done\n• it is resolved &lt;now&gt;');
});

test('[BR-NOT-002] Slack has its answer within three seconds, also when nobody carries the command out', async () => {
  let carryOut: (reply: CommandReply) => void = () => {};
  const late = new Promise<CommandReply>((resolve) => {
    carryOut = resolve;
  });
  const { clock, answers, commands, ask } = await setUp(() => late);
  const asked = ask(await aClick(answers.url, acknowledge));
  await until('the commands to leave', () => commands.length === 2);
  clock.advance(2000);
  assert.equal((await asked).status, 200);
  assert.equal(answers.requests.length, 0);
  carryOut(DONE);
  await answers.received(1);
});

test('a command that nobody answers is told to who clicked', async () => {
  const { answers, ask } = await setUp(() => Promise.reject(new Error('no owner')));
  await ask(await aClick(answers.url, acknowledge));
  const [request] = await answers.received(1);
  assert.match(said(request?.body ?? '').text, /2 of 2: not done\n• no answer yet/);
});

test("another tenant's alerts are not acknowledged by this tenant's app", async () => {
  const { answers, commands, ask } = await setUp();
  await ask(await aClick(answers.url, acknowledge, 'other'));
  const [request] = await answers.received(1);
  assert.equal(commands.length, 0);
  assert.match(said(request?.body ?? '').text, /another tenant/);
});

test('what asks for nothing is taken; what cannot be read is refused', async () => {
  const { answers, commands, ask } = await setUp();
  const link = await aClick(answers.url, (ids) => ids.find((id) => id === 'herald.open'));
  assert.equal((await ask(link)).status, 200);
  assert.equal((await ask({ type: 'view_submission' })).status, 200);
  const click = await aClick(answers.url, acknowledge);
  const altered = (change: object) => ({ ...click, actions: [{ ...click.actions[0], ...change }] });
  assert.equal((await ask(altered({ action_id: 'herald.snooze:-5' }))).status, 200);
  for (const payload of [
    'no=form',
    'payload=no-json',
    'payload=null',
    altered({ value: '{}' }),
    altered({ value: '{"tenant":"default","group":"g","fingerprints":["../x"]}' }),
    altered({ value: '{"tenant":"default","group":"g","fingerprints":[]}' }),
    { ...click, response_url: 'nowhere' },
  ]) {
    assert.equal((await ask(payload)).status, 400, JSON.stringify(payload).slice(0, 60));
  }
  assert.equal(commands.length, 0);
});

const ALICE = aUser('alice', { contacts: [{ channel: 'slack-dm', address: 'U0ALICE' }] });
const ADA = aUser('ada', { contacts: [{ channel: 'slack-dm', address: 'U0ADA' }] });

test('[BR-SEC-008] only those whom the channel names may act by a click; who may not is told, alone', async () => {
  const people = {
    users: [ALICE, ADA],
    teams: [aTeam('shop', { members: ['ada', 'alice'] }), aTeam('other', { members: ['ada'] })],
    schedules: [turns('hers', 1000, ['alice']), turns('gap', 1000, [null]), turns('adas', 1000, ['ada'])],
  };
  const cases: readonly (readonly [string[], boolean])[] = [
    [['U0ALICE'], true],
    [['user/alice'], true],
    [['U0ADA', 'team/shop'], true],
    [['schedule/hers'], true],
    [['U0ADA', 'user/ada', 'team/other', 'schedule/adas', 'schedule/gap'], false],
    [['user/gone', 'team/gone', 'schedule/gone'], false],
  ];
  for (const [mayAct, allowed] of cases) {
    const { answers, commands, refused, ask } = await setUp(undefined, { mayAct }, people);
    assert.equal((await ask(await aClick(answers.url, acknowledge))).status, 200);
    assert.equal(commands.length, allowed ? 2 : 0, mayAct.join());
    const [request] = await answers.received(1);
    const { response_type: to, replace_original: replaces, text } = said(request?.body ?? '');
    assert.equal(replaces, allowed);
    assert.deepEqual(refused.length, allowed ? 0 : 1, refused.join());
    if (!allowed) assert.match(refused[0] ?? '', /^slack\.may-not-act default\/ops slack\//);
    if (!allowed) assert.deepEqual([to, /does not let you/.test(text)], ['ephemeral', true]);
  }
});
