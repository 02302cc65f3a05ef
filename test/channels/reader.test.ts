/** What stands beside the templates of a message is in the reader's language and time zone, and looks like something. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupedAlert } from '../../alert/notification.ts';
import { REASONS, type ReasonCode } from '../../alert/reason.ts';
import { SHADES } from '../../channels/palette.ts';
import { previewOf } from '../../channels/preview.ts';
import { LANGUAGES } from '../../channels/template/languages.ts';
import { meaningIn } from '../../channels/template/meanings.ts';
import { createTemplates } from '../../channels/template/templates.ts';
import { FakeClock } from '../support/fake-clock.ts';
import '../support/leaks.ts';
import { aNotification, anAlert } from '../support/notification.ts';
import { aContext } from '../support/sender-context.ts';

const CHANNELS = [
  ['email', { host: 'mail.example', from: 'herald@example.com', to: ['ops@example.com'] }],
  ['slack', { webhookUrl: 'https://hooks.example/a' }],
  ['teams', { webhookUrl: 'https://hooks.example/a' }],
  ['chat', { preset: 'mattermost', webhookUrl: 'https://hooks.example/a' }],
  ['chat', { preset: 'discord', webhookUrl: 'https://hooks.example/a' }],
  ['chat', { preset: 'googlechat', webhookUrl: 'https://hooks.example/a' }],
] as const;

type Change = Parameters<typeof aNotification>[0];

/** Every text of the message; the JSON of chats is read, so that nothing is escaped. */
async function textsOf(type: string, options: object, change: Change, locale: object): Promise<string> {
  const clock = new FakeClock(Date.parse('2026-11-23T10:57:23Z'));
  const declared = { locale: () => locale, part: () => null };
  const templates = createTemplates({ clock, externalURL: 'https://herald.example', declared });
  const channel = { type, options: options as Record<string, unknown>, secrets: [] };
  const { messages } = await previewOf(channel, { ...aContext(clock), templates }, aNotification(change));
  return messages
    .map(({ contentType, body }) => (contentType.includes('json') ? flat(JSON.parse(body)) : body))
    .join('\n');
}

function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? Object.values(value).map(flat).join('\n') : '';
}

const two: readonly GroupedAlert[] = [
  anAlert({ acknowledged: true }),
  anAlert({ fingerprint: '1'.repeat(16), labels: { alertname: 'B' }, annotations: { summary: 'Another' } }),
];

test('[BR-NOT-007] facts, marks and links are in the language and time zone of the channel', async () => {
  for (const [type, options] of CHANNELS) {
    const shown = await textsOf(type, options, { alerts: two }, { language: 'de-DE', timeZone: 'Europe/Berlin' });
    for (const word of [
      'Priorität',
      'Umgebung',
      'Produktion',
      '09:57:22 MEZ',
      'übernommen',
      'In Herald öffnen',
      'Quelle',
    ])
      assert.ok(shown.includes(word) || onlyLinked(type, options, word), `${type}: no ${word} in ${shown}`);
    assert.doesNotMatch(shown, /\b(Priority|Environment|since|acknowledged|Source)\b|UTC/, type);
  }
});

/** Mattermost's and Discord's titles are the link; there is no button with words. */
function onlyLinked(type: string, options: object, word: string): boolean {
  return word === 'In Herald öffnen' && type === 'chat' && !JSON.stringify(options).includes('googlechat');
}

test('[BR-NOT-007] the recipient has the say before the channel', async () => {
  const recipient = { name: 'user/a', address: 'a@example.com', language: 'en', timeZone: 'Asia/Tokyo' };
  const change = { alerts: two, recipient };
  const shown = await textsOf('email', CHANNELS[0][1], change, { language: 'de', timeZone: 'Europe/Berlin' });
  assert.match(shown, /Firing, since 23 Nov 2026, 17:57:22 GMT\+9/);
  assert.doesNotMatch(shown, /Priorität|MEZ/);
});

test('[BR-NOT-002] a single alert says its summary once besides the subject, and its times once', async () => {
  for (const [type, options] of CHANNELS.slice(1)) {
    const shown = await textsOf(type, options, {}, {});
    assert.equal(shown.split('Pod is crash looping').length - 1, 1, `${type}: ${shown}`);
    assert.equal(shown.split('23 Nov 2026, 08:57:22 UTC').length - 1, 1, `${type}: ${shown}`);
  }
  const mail = await textsOf('email', CHANNELS[0][1], {}, {});
  const [, html = ''] = /<body[\s\S]*?<table([\s\S]*)<\/body>/.exec(mail) ?? [];
  assert.equal(html.split('Pod is crash looping').length - 1, 1);
});

test('an alert without labels and annotations has a name all the same', async () => {
  const change = { alerts: [anAlert({ labels: {}, annotations: {} })], groupLabels: {}, groupKey: '{}:{}' };
  for (const [type, options] of CHANNELS) {
    const shown = await textsOf(type, options, change, {});
    assert.match(shown, /Alert without a name/, type);
    assert.doesNotMatch(shown, /\{\}:\{\}|\*\*/, type);
  }
});

test('[BR-SEC-001] nothing turns the reading direction of a message', async () => {
  const evil = '\u202egnp.exe';
  const alert = anAlert({ labels: { alertname: evil, pod: evil }, annotations: { summary: evil, description: evil } });
  for (const [type, options] of CHANNELS) {
    const shown = await textsOf(type, options, { alerts: [alert], groupLabels: { alertname: evil } }, {});
    assert.doesNotMatch(shown, /\u202e/, type);
    assert.match(shown, /gnp\.exe/, type);
  }
});

test('what messages give as reasons is said in every language that Herald speaks', () => {
  const told = Object.keys(REASONS).filter((code) => /^(group\.(first|new|all|repeat|esc)|hold\.ended)/.test(code));
  assert.ok(told.length >= 6);
  for (const code of told as ReasonCode[]) {
    const meanings = LANGUAGES.map((language) => meaningIn(language, code));
    assert.equal(new Set(meanings).size, LANGUAGES.length, code);
  }
});

test('[BR-NOT-007] a dashboard is a link, also where Grafana names it', async () => {
  for (const name of ['dashboard_url', 'panelURL', 'dashboardURL']) {
    const alert = anAlert({ annotations: { summary: 'S', [name]: 'https://grafana.example/d/1' } });
    // Those that show links by a webhook's attachment or embed have the source alone.
    for (const [type, options] of CHANNELS.filter((_, at) => at < 3 || at === 5)) {
      const shown = await textsOf(type, options, { alerts: [alert] }, {});
      assert.match(shown, /Dashboard/, `${type} ${name}`);
      assert.match(shown, /https:\/\/grafana\.example\/d\/1/);
      assert.doesNotMatch(shown, new RegExp(`${name}=`), type);
    }
  }
});

/** https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('every text can be read on its ground, and every line seen', () => {
  assert.equal(Math.round(contrast('#000000', '#ffffff')), 21);
  for (const { name, colour, solid, tint, onTint, darkTint, onDarkTint } of Object.values(SHADES)) {
    for (const [ground, text] of [
      [solid, '#ffffff'],
      [tint, onTint],
      [darkTint, onDarkTint],
    ] as const)
      assert.ok(contrast(ground, text) >= 4.5, `${name}: ${text} on ${ground}`);
    assert.ok(contrast(colour, '#ffffff') >= 3, `${name}: ${colour}`);
  }
});
