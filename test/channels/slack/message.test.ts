import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notification } from '../../../alert/notification.ts';
import { type SlackMessage, slackMessage } from '../../../channels/slack/message.ts';
import { escaped, safeMarkup, within } from '../../../channels/slack/mrkdwn.ts';
import { slackTexts } from '../../../channels/slack/template.ts';
import '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { blockProblems } from '../../support/providers/slack.ts';
import { aContext } from '../../support/sender-context.ts';

const LOOK = {
  signingSecret: 'shh',
  snoozes: [{ label: '1h', milliseconds: 3_600_000 }],
  externalURL: 'https://herald.example',
};

async function messageOf(change: Partial<Notification> = {}, look: Partial<typeof LOOK> = {}): Promise<SlackMessage> {
  const notification = aNotification(change);
  return slackMessage(notification, await slackTexts(notification, aContext()), { ...LOOK, ...look });
}

type Blocks = readonly { readonly type: string; readonly [field: string]: unknown }[];
const blocksOf = ({ attachments }: SlackMessage) => (attachments[0]?.blocks ?? []) as Blocks;
const buttonsOf = (message: SlackMessage) =>
  blocksOf(message).flatMap(({ type, elements }) =>
    type === 'actions' ? (elements as { action_id: string; value?: string; url?: string }[]) : [],
  );

test('[BR-NOT-002] colours say status and priority', async () => {
  const colour = async (change: Partial<Notification>) => (await messageOf(change)).attachments[0]?.color;
  const seen = await Promise.all((['P1', 'P2', 'P3', 'P4', 'P5'] as const).map((priority) => colour({ priority })));
  seen.push(await colour({ status: 'resolved' }));
  assert.equal(new Set(seen).size, 6);
  for (const one of seen) assert.match(String(one), /^#[0-9a-f]{6}$/);
});

test('[BR-NOT-002] a single alert: what, its facts, its labels and where it comes from', async () => {
  const [text, facts, details] = blocksOf(await messageOf());
  assert.deepEqual(text, { type: 'section', text: { type: 'mrkdwn', text: '*Pod is crash looping*' } });
  assert.deepEqual(
    ((facts?.fields ?? []) as { text: string }[]).map((field) => field.text),
    [
      '*Priority*\nP1 critical',
      '*Environment*\nproduction',
      '*Namespace*\npayments-prod',
      '*Since*\n<!date^1795424242^{date_short_pretty} {time}|23 Nov 2026, 08:57:22 UTC>',
    ],
  );
  assert.deepEqual(details, {
    type: 'section',
    text: {
      type: 'mrkdwn',
      text: '`pod="api-7d9f-x1" severity="critical"` · <http://prometheus.example/graph?g0.expr=up|Source>',
    },
  });
});

test('buttons acknowledge and snooze what fires, and carry whom they are for', async () => {
  const alerts = [anAlert(), anAlert({ fingerprint: 'bb8c6e69d2c44267', status: 'resolved' })];
  const buttons = buttonsOf(await messageOf({ alerts }));
  assert.deepEqual(
    buttons.map(({ action_id: id }) => id),
    ['herald.acknowledge', 'herald.snooze:3600000', 'herald.open'],
  );
  assert.deepEqual(JSON.parse(buttons[0]?.value ?? ''), {
    tenant: 'default',
    group: '5f1c9a3e00d2b764',
    fingerprints: ['089c6e69d2c44267'],
  });
  assert.equal(buttons[2]?.url, 'https://herald.example/');
});

test('there are no buttons that nobody could check, nothing to acknowledge twice, and no link to loopback', async () => {
  const ids = async (change: Partial<Notification>, look: object = {}) =>
    buttonsOf(await messageOf(change, look)).map(({ action_id: id }) => id);
  assert.deepEqual(await ids({}, { signingSecret: null }), ['herald.open']);
  assert.deepEqual(await ids({ status: 'resolved', alerts: [anAlert({ status: 'resolved' })] }), ['herald.open']);
  assert.deepEqual(await ids({ alerts: [anAlert({ acknowledged: true })] }), ['herald.snooze:3600000', 'herald.open']);
  assert.deepEqual(await ids({}, { externalURL: 'http://127.0.0.1:8080' }), [
    'herald.acknowledge',
    'herald.snooze:3600000',
  ]);
});

test('of many alerts some are shown, the rest is counted', async () => {
  const alerts = Array.from({ length: 60 }, (_, n) => anAlert({ fingerprint: n.toString(16).padStart(16, '0') }));
  const message = await messageOf({ alerts, truncatedAlerts: 40 });
  assert.deepEqual(blockProblems(blocksOf(message) as never), []);
  assert.ok(JSON.stringify(message).includes('… + 80 more'));
});

test('[BR-SEC-001] nothing from outside calls people or makes links', async () => {
  const evil = '<!channel> <@U1> <https://evil.example|click> & more';
  const alert = anAlert({
    annotations: { summary: evil, description: `${evil} described` },
    labels: { alertname: evil },
  });
  const message = await messageOf({ alerts: [alert], groupLabels: { alertname: evil, team: evil } });
  const text = JSON.stringify(message);
  for (const tag of text.match(/<[^>]*>/g) ?? []) assert.match(tag, /^<!date\^|^<http:\/\/prometheus\.example/);
});

test('a link of a template stays; a mention does not', () => {
  assert.equal(
    safeMarkup('<https://a.example/x|runbook> &amp; & <!here>'),
    '<https://a.example/x|runbook> &amp; &amp; &lt;!here&gt;',
  );
  assert.equal(safeMarkup('<javascript:alert(1)|x>'), '&lt;javascript:alert(1)|x&gt;');
});

test('shortened markup cuts no entity and no link in two', () => {
  assert.equal(within('abc &amp; def', 7), 'abc …');
  assert.equal(within('see <https://a.example|this> now', 20), 'see …');
  assert.equal(within('short', 5), 'short');
});

test('every message keeps to the limits of Block Kit, whatever is in it', async () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4000 }),
    fc.constant('&'.repeat(3000)),
    fc.constant('<'.repeat(500)),
  );
  const labels = fc.dictionary(fc.string({ minLength: 1, maxLength: 30 }), word, { maxKeys: 15 });
  const alert = fc.record({
    labels,
    annotations: fc.dictionary(fc.constantFrom('summary', 'description', 'runbook_url'), word),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(alert, { maxLength: 130 }), labels, async (given, groupLabels) => {
      const alerts = given.map((change, n) => anAlert({ ...change, fingerprint: n.toString(16).padStart(16, '0') }));
      const message = await messageOf({ alerts, groupLabels });
      assert.deepEqual(blockProblems(blocksOf(message) as never), []);
      assert.ok(message.text.length >= 1 && message.text.length <= 4000);
    }),
    { numRuns: 60 },
  );
});

test('escaping leaves text that reads as it was', () => {
  assert.equal(escaped('a < b && c > d'), 'a &lt; b &amp;&amp; c &gt; d');
});
