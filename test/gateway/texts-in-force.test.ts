import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createConsoleSender } from '../../channels/console/send.ts';
import { channelSchemas, channelTexts } from '../../channels/registry.ts';
import { createTemplates } from '../../channels/template/templates.ts';
import { TextsInForce } from '../../gateway/texts-in-force.ts';
import { loadResources } from '../../resources/load.ts';
import { resource, tempConfig } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { aNotification } from '../support/notification.ts';
import { aContext } from '../support/sender-context.ts';

const never = new AbortController().signal;

async function setIn(dir: string) {
  const loaded = await loadResources(dir, { channelTypes: channelSchemas, texts: channelTexts, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.set;
}

function setUp() {
  const clock = new FakeClock(Date.parse('2026-11-23T10:00:00Z'));
  const texts = new TextsInForce();
  const stdout = new PassThrough();
  const templates = createTemplates({ clock, externalURL: 'https://herald.example', declared: texts });
  const sender = createConsoleSender({ ...aContext(clock), stdout, templates }, {});
  atEnd(() => sender.close());
  const send = async (change = {}) => {
    const outcome = await sender.send(aNotification(change), 1, never, null);
    return { detail: outcome.detail, text: String(stdout.read() ?? '') };
  };
  return { texts, send };
}

test('[BR-NOT-007] a changed text is sent by senders that run already', async () => {
  const { texts, send } = setUp();
  assert.match((await send()).text, /^2026-11-23T08:57:23Z FIRING {3}P1 production /);
  const channel = resource('Channel', 'ops', 'type: console\nlanguage: de');
  const line = (source: string) => resource('Template', 't', `parts:\n  line: ${JSON.stringify(source)}`);
  for (const [source, printed] of [
    ['{{ status | text }}: {{ title }}', 'Ausgelöst: KubePodCrashLooping\n'],
    ['{{ counts.total | alerts }}\n{{ summary }}', '1 Alarm Pod is crash looping\n'],
  ] as const) {
    texts.use((await setIn(tempConfig({ 'a.yaml': channel + line(source) }))).texts);
    assert.deepEqual(await send(), { detail: 'printed', text: printed });
  }
});

test('[BR-NOT-007] a declared text that fails for one alert is told with the outcome, and the usual one is sent', async () => {
  const { texts, send } = setUp();
  const channel = resource('Channel', 'ops', 'type: console');
  const source = "{{ 'x' | truncate: alerts[0].labels.width }}";
  texts.use(
    (
      await setIn(
        tempConfig({ 'a.yaml': channel + resource('Template', 't', `parts:\n  line: ${JSON.stringify(source)}`) }),
      )
    ).texts,
  );
  const [alert] = aNotification().alerts;
  const { detail, text } = await send({ alerts: [{ ...alert, labels: { ...alert!.labels, width: 'wide' } }] });
  assert.equal(
    detail,
    'printed; Template t, part line (line 1, column 1): truncate: "wide" is no length: a whole number from 0 up; the usual text was sent',
  );
  assert.match(text, / 1 alert: Pod is crash looping /);
});

test('[BR-NOT-007] the examples of templates are good, and are sent', async () => {
  const { texts, send } = setUp();
  texts.use((await setIn('examples/templates')).texts);
  assert.equal((await send()).text, '🔥 AUSGELÖST P1 kritisch KubePodCrashLooping seit 09:57: Pod is crash looping\n');
  const recipient = { name: 'user/a', address: '-', language: 'fr', timeZone: 'Europe/Paris' };
  // The channel's own text comes before that of its type.
  assert.match((await send({ recipient })).text, /^🔥 FIRING|^🔥 AUSGELÖST/);
  assert.equal(
    (await send({ channel: 'other', recipient })).text,
    '🔥 P1 KubePodCrashLooping depuis 23 nov., 09:57 UTC+1 : Pod is crash looping\n',
  );
});
