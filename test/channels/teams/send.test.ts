import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notification } from '../../../alert/notification.ts';
import { teamsBody } from '../../../channels/teams/card.ts';
import type { TeamsOptions } from '../../../channels/teams/options.ts';
import { createTeamsSender } from '../../../channels/teams/send.ts';
import { wordingOf } from '../../../channels/wording.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { cardProblems, startTeams, teamsError } from '../../support/providers/teams.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const ENGLISH = wordingOf({ language: 'en', tag: 'en-GB', timeZone: 'UTC' });

async function setUp(options: Pick<TeamsOptions, 'wrapping'> = {}) {
  const clock = new FakeClock();
  const teams = await startTeams(options.wrapping);
  const sender = createTeamsSender({ webhookUrl: teams.url, allowPrivateAddresses: true, ...options }, aContext(clock));
  atEnd(() => sender.close());
  const send = (change: Partial<Notification> = {}) => sender.send(aNotification(change), 1, never, null);
  return { clock, teams, send };
}

test('[BR-NOT-005] a card is posted in a message, as the Workflow templates of Teams want it', async () => {
  const { teams, send } = await setUp();
  assert.deepEqual(await send(), { kind: 'delivered', detail: 'taken by the Workflow (HTTP 202)' });
  const [request] = teams.receiver.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.headers['content-type'], 'application/json');
  const body = JSON.parse(request?.body ?? '') as { type: string; attachments: Record<string, unknown>[] };
  assert.equal(body.type, 'message');
  assert.deepEqual(Object.keys(body.attachments[0] ?? {}), ['contentType', 'contentUrl', 'content']);
  const [card] = teams.cards as [
    { speak: string; actions: { title: string; url: string }[]; body: Record<string, unknown>[] },
  ];
  assert.match(card.speak, /\[Firing\] P1 KubePodCrashLooping · production$/);
  assert.deepEqual(
    card.actions.map(({ title, url }) => [title, url]),
    [
      ['Open in Herald', 'https://herald.example/'],
      ['Source', 'http://prometheus.example/graph?g0.expr=up'],
    ],
  );
  assert.deepEqual(
    card.body.map(({ type }) => type),
    ['Container', 'RichTextBlock', 'FactSet', 'RichTextBlock'],
  );
  assert.deepEqual((card.body[2]!.facts as unknown[])[0], { title: 'Priority', value: 'P1 critical' });
});

test('[BR-NOT-005] what a phone has no room for stands in the menu behind the first buttons', async () => {
  const { teams, send } = await setUp();
  const annotations = { runbook_url: 'https://runbooks.example/a', dashboard_url: 'https://grafana.example/d/1' };
  await send({ alerts: [anAlert({ annotations })] });
  const [{ actions }] = teams.cards as unknown as [{ actions: { title: string; mode?: string }[] }];
  assert.deepEqual(
    actions.map(({ title, mode }) => [title, mode]),
    [
      ['Open in Herald', undefined],
      ['Runbook', undefined],
      ['Dashboard', 'secondary'],
      ['Source', 'secondary'],
    ],
  );
});

test('[BR-NOT-005] or bare, for a Workflow that posts what it gets', async () => {
  const { teams, send } = await setUp({ wrapping: 'bare' });
  assert.equal((await send()).kind, 'delivered');
  assert.equal((JSON.parse(teams.receiver.requests[0]?.body ?? '') as { type: string }).type, 'AdaptiveCard');
});

test('colours say status and priority', async () => {
  const { teams, send } = await setUp();
  for (const priority of ['P1', 'P2', 'P3', 'P4', 'P5'] as const) await send({ priority });
  await send({ status: 'resolved' });
  assert.deepEqual(
    teams.cards.map(({ body }) => (body as { style: string }[])[0]?.style),
    ['attention', 'attention', 'warning', 'accent', 'emphasis', 'good'],
  );
});

test('[BR-ERR-002] what the Workflow refuses is told with its code; what may pass is retried', async () => {
  const { clock, teams, send } = await setUp();
  for (const [answer, kind, detail] of [
    [teamsError(400, 'InvalidRequestContent', 'not JSON'), 'rejected', 'HTTP 400, InvalidRequestContent: not JSON'],
    [
      teamsError(401, 'DirectApiAuthorizationRequired', 'no'),
      'rejected',
      'HTTP 401, DirectApiAuthorizationRequired: no',
    ],
    [teamsError(404, 'WorkflowNotFound', 'gone'), 'rejected', 'HTTP 404, WorkflowNotFound: gone'],
    [teamsError(502, 'NoResponse', 'late'), 'uncertain', 'HTTP 502, NoResponse: late'],
    [{ kind: 'reply', status: 503 } as const, 'retry', 'HTTP 503'],
  ] as const) {
    teams.next(answer);
    const outcome = await send();
    assert.deepEqual([outcome.kind, outcome.detail], [kind, detail]);
  }
  teams.next(teamsError(429, 'WorkflowTriggerIsThrottled', 'slow down', { 'retry-after': '20' }));
  assert.deepEqual(await send(), {
    kind: 'retry',
    detail: 'HTTP 429, WorkflowTriggerIsThrottled: slow down',
    notBefore: clock.now() + 20_000,
    limited: true,
    failure: { type: 'rate-limited', host: '127.0.0.1' },
  });
});

test('a 200 in whose words Teams refused is no success', async () => {
  const { teams, send } = await setUp();
  const said = (status: number) =>
    `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=1.`;
  teams.next(
    { kind: 'reply', status: 200, body: said(429) },
    { kind: 'reply', status: 200, body: said(413) },
    { kind: 'reply', status: 200, body: '1' },
  );
  assert.equal((await send()).kind, 'retry');
  // Too large: the words alone are sent, and taken.
  assert.equal((await send()).kind, 'delivered');
});

test('[BR-REL-006] a lost answer is uncertain: a Workflow knows no message again', async () => {
  const { teams, send } = await setUp();
  teams.next({ kind: 'reset' });
  assert.equal((await send()).kind, 'uncertain');
});

const textOf = (value: unknown) => JSON.stringify(value);

test('of a large group as many alerts are shown as 28 KB take, and the rest is counted', async () => {
  const { teams, send } = await setUp();
  const alerts = Array.from({ length: 100 }, (_, n) =>
    anAlert({
      fingerprint: n.toString(16).padStart(16, '0'),
      annotations: { summary: `${n} ${'ü'.repeat(480)}` },
      labels: { alertname: 'Big', pod: 'p'.repeat(300), other: 'q'.repeat(300) },
    }),
  );
  assert.equal((await send({ alerts, truncatedAlerts: 7 })).kind, 'delivered');
  const { length } = teams.receiver.requests[0]!.body;
  assert.ok(length > 5000, `${length}`);
  assert.match(textOf(teams.cards[0]), /… \+ \d+ more/);
});

test('a card that Teams finds too large all the same is sent once more with the words alone', async () => {
  const { teams, send } = await setUp();
  teams.next(teamsError(413, 'RequestEntityTooLarge', 'x'));
  assert.equal((await send({ alerts: [anAlert(), anAlert()] })).kind, 'delivered');
  assert.equal(teams.receiver.requests.length, 2);
  assert.ok(teams.receiver.requests[1]!.body.length < teams.receiver.requests[0]!.body.length);
  teams.next(teamsError(413, 'RequestEntityTooLarge', 'x'), teamsError(413, 'RequestEntityTooLarge', 'x'));
  assert.equal((await send()).kind, 'rejected');
});

test('[BR-SEC-001] no link of another opens from a label', async () => {
  const { teams, send } = await setUp();
  const evil = '[Sign in](https://evil.example)';
  const labels = { alertname: evil, namespace: evil };
  await send({
    groupLabels: { alertname: evil, team: evil },
    alerts: [anAlert({ labels, annotations: { summary: evil } })],
  });
  const [card] = teams.cards as [{ body: { type: string; facts?: { value: string }[]; items?: { text: string }[] }[] }];
  const markdown = card.body.flatMap(({ facts = [], items = [] }) => [
    ...facts.map(({ value }) => value),
    ...items.map(({ text }) => text),
  ]);
  assert.ok(markdown.some((text) => text.includes('Sign in')));
  for (const text of markdown) assert.ok(!text.includes(']('), text);
});

test('every card is one, and within 28 KB, whatever is in it', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5000 }),
    fc.constant('"\\'.repeat(3000)),
    fc.constant('💥'.repeat(2000)),
  );
  const labels = fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), word, { maxKeys: 12 });
  const alert = fc.record({ labels, annotations: fc.dictionary(fc.constantFrom('summary', 'runbook_url'), word) });
  fc.assert(
    fc.property(fc.array(alert, { maxLength: 60 }), labels, word, word, (given, groupLabels, title, text) => {
      const notification = aNotification({ alerts: given.map((change) => anAlert(change)), groupLabels });
      const look = { externalURL: 'https://herald.example', wrapping: 'message' } as const;
      const body = teamsBody(notification, { title, text, failures: [], wording: ENGLISH }, look);
      assert.ok(Buffer.byteLength(body) <= 28 * 1024, `${Buffer.byteLength(body)}`);
      const { attachments } = JSON.parse(body) as { attachments: { content: Record<string, unknown> }[] };
      assert.deepEqual(cardProblems(attachments[0]!.content), []);
    }),
    { numRuns: 60 },
  );
});
