import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelTexts } from '../../channels/registry.ts';
import type { TextQuestion } from '../../resources/template.ts';
import type { TextRules } from '../../resources/template-check.ts';
import '../support/leaks.ts';
import { aNotification } from '../support/notification.ts';
import { type Files, load, problemsOf, resource, setOf } from './temp-config.ts';

/** The real judgement of texts, over the stand-ins for the types of channels. */
const texts: TextRules = {
  parts: new Map([
    ['console', ['line']],
    ['hook', ['subject', 'body']],
  ]),
  fault: channelTexts.fault,
};
const options = { texts };

const HOOK = resource(
  'Channel',
  'hook',
  'type: hook\nurl: https://hook.example\nlanguage: de\ntimeZone: Europe/Berlin',
);
const OTHER = resource('Channel', 'other', 'type: hook\nurl: https://other.example');

function template(name: string, target: string, source = name, tenant?: string): string {
  return resource('Template', name, `for: ${target}\nparts:\n  body: ${JSON.stringify(source)}`, tenant);
}

async function chosen(yaml: string, change: Partial<TextQuestion> = {}): Promise<string | null> {
  const set = await setOf({ 'a.yaml': HOOK + OTHER + yaml }, options);
  const asked = { tenant: 'default', channel: 'hook', type: 'hook', part: 'body', languages: ['en'] };
  return set.texts.part({ ...asked, notification: aNotification(), ...change })?.template ?? null;
}

test('[BR-NOT-007] the most specific Template has its say: channel and language, channel, type and language, type, language, any', async () => {
  const ladder = [
    template('channel-language', '{ channel: hook, language: de }'),
    template('channel', '{ channel: hook }'),
    template('type-language', '{ type: hook, language: de }'),
    template('type', '{ type: hook }'),
    template('language', '{ language: de }'),
    template('any', '{}'),
  ];
  for (let from = 0; from < ladder.length; from++) {
    // In whatever order they stand.
    const yaml = ladder.slice(from).toReversed().join('');
    const name = /name: ([a-z-]+)/.exec(ladder[from]!)![1];
    assert.equal(await chosen(yaml, { languages: ['de'] }), name);
  }
  assert.equal(await chosen(''), null);
  assert.equal(await chosen(ladder.join(''), { part: 'subject' }), null);
  assert.equal(await chosen(ladder.join('')), 'channel');
  assert.equal(await chosen(ladder.join(''), { channel: 'other' }), 'type');
  assert.equal(await chosen(ladder.join(''), { channel: 'console', type: 'console' }), 'any');
  assert.equal(await chosen(ladder.join(''), { tenant: 'acme' }), null);
});

test('[BR-NOT-008] the language that the reader would like best, in the form of the country where there is one', async () => {
  const yaml =
    template('de', '{ language: de }') + template('de-at', '{ language: de-AT }') + template('fr', '{ language: fr }');
  for (const [languages, name] of [
    [['de'], 'de'],
    [['de-CH'], 'de'],
    [['de-AT', 'de'], 'de-at'],
    [['fr', 'de-AT'], 'fr'],
    [['it', 'de-AT'], 'de-at'],
    [['it'], null],
    [['den'], null],
  ] as const) {
    assert.equal(await chosen(yaml, { languages }), name, languages.join());
  }
});

test('[BR-NOT-008] a channel says in which language and zone its readers are', async () => {
  const { texts: declared } = await setOf({ 'a.yaml': HOOK + OTHER }, options);
  assert.deepEqual(declared.locale('default', 'hook'), { language: 'de', timeZone: 'Europe/Berlin' });
  assert.deepEqual(declared.locale('default', 'other'), {});
  assert.deepEqual(declared.locale('default', 'gone'), {});
  const wrong = resource('Channel', 'x', 'type: console\nlanguage: german language\ntimeZone: Europe/Berlim');
  const [language, zone] = await problemsOf({ 'a.yaml': wrong }, options);
  assert.match(language!, /^6 spec\.language: is "german language"; allowed: .*language tag/);
  assert.match(
    zone!,
    /^7 spec\.timeZone: is "Europe\/Berlim", which is no time zone \(did you mean Europe\/Berlin\?\)/,
  );
});

/** `file:line:column path: message` */
async function places(files: Files): Promise<string[]> {
  const result = await load(files, options);
  assert.ok(!result.ok);
  return result.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

test('[BR-CFG-002] a text that cannot be rendered is named with its line and column in the file', async () => {
  const block = `spec:\n  parts:\n    body: |\n      fine\n        {{ 1 | shout }}\n    subject: "{% nope %}"\n`;
  const plain = `---\napiVersion: herald/v1\nkind: Template\nmetadata: { name: b }\nspec:\n  for: { channel: hook }\n  parts:\n    body: Hi {{ now | time:'Mars' }}\n`;
  const yaml = `${HOOK}apiVersion: herald/v1\nkind: Template\nmetadata: { name: a }\n${block}${plain}`;
  const from = HOOK.split('\n').length + 3;
  const found = await places({ 'a.yaml': yaml });
  assert.deepEqual(
    found.map((problem) => problem.replace(/; allowed.*|, and none of .*/, '')),
    [
      `${from + 4}:9 spec.parts.body: cannot be rendered: undefined filter: shout`,
      `${from + 5}:15 spec.parts.subject: cannot be rendered: tag "nope" not found`,
      `${from + 13}:14 spec.parts.body: cannot be rendered: time: "Mars" is no time zone such as Europe/Berlin`,
    ],
  );
});

test('[BR-CFG-002] a text that never ends is found when it is checked', async () => {
  const source = '{% for a in (1..9999) %}{% for b in (1..9999) %}{% endfor %}{% endfor %}';
  assert.match(
    (await places({ 'a.yaml': HOOK + template('x', '{}', source) }))[0]!,
    /takes longer than 250 ms|makes more than/,
  );
});

test('[BR-CFG-002] parts that nothing asks for, channels and teams that are not there, twins', async () => {
  const found = await problemsOf(
    {
      'a.yaml':
        HOOK +
        resource('Template', 'a', "for: { channel: hook }\nparts: { bdy: '' }") +
        resource('Template', 'b', "for: { type: console }\nparts: { body: '' }") +
        resource('Template', 'c', "for: { channel: hok, team: shop }\nparts: { body: '' }") +
        resource('Template', 'd', "for: { language: DE }\nparts: { body: '', subject: '' }") +
        resource('Template', 'e', "for: { language: de }\nparts: { body: '' }") +
        resource('Template', 'f', 'parts: {}') +
        resource('Template', 'g', "for: { typ: hook }\nparts: { 'a b': '' }"),
    },
    options,
  );
  const says = [
    /spec\.parts\.bdy: is no part of the messages of channels of the type hook \(did you mean body\?\); allowed: subject, body$/,
    /spec\.parts\.body: is no part of the messages of channels of the type console; allowed: line$/,
    /spec\.for\.channel: is "hok", which is no Channel of tenant default \(did you mean hook\?\); allowed: hook$/,
    /spec\.for\.team: is "shop", which is no Team of tenant default; the tenant has no Team$/,
    /spec\.parts\.body: is declared for the same by the Template d in .*a\.yaml; one decides$/,
    /spec\.parts: is empty; allowed: at least one part/,
    /spec\.for\.typ: is not a known field \(did you mean type\?\)/,
    /spec\.parts\["a b"\]: is not a known field; allowed: names matching/,
  ];
  assert.equal(found.length, says.length, found.join('\n'));
  for (const [index, pattern] of says.entries()) assert.match(found[index]!, pattern);
});

test('[BR-CFG-002] a changed text does not change what is decided', async () => {
  const [one, other] = await Promise.all(
    ['one', 'other'].map((source) => setOf({ 'a.yaml': HOOK + template('x', '{}', source) }, options)),
  );
  assert.equal(one!.policy.hash, other!.policy.hash);
  assert.notEqual(one!.hash, other!.hash);
});
