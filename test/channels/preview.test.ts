import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPictures } from '../../channels/picture/pictures.ts';
import { previewOf } from '../../channels/preview.ts';
import { CHANNEL_TYPES, channelSchemas, channelTexts } from '../../channels/registry.ts';
import { createTemplates } from '../../channels/template/templates.ts';
import { loadResources } from '../../resources/load.ts';
import { secretsOf } from '../../resources/secrets-of.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { aNotification, anAlert } from '../support/notification.ts';
import { aContext } from '../support/sender-context.ts';

/** Every variable that an example may name, in the form that is asked for. */
const env = new Proxy<Record<string, string>>({}, { get: (_, name) => secretFor(String(name)) });

function secretFor(name: string): string {
  if (name.includes('URL')) return 'https://hooks.example/SECRET/path?key=SECRET&x=1';
  return name.includes('PROXY') ? 'user:SECRET' : 'SECRETaaaaaaaaaaaaaaaaaaaaaaaaaa';
}

const pictures = createPictures();
atEnd(() => pictures.close());

async function previews(dir: string, change = {}) {
  const loaded = await loadResources(dir, { channelTypes: channelSchemas, texts: channelTexts, env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { channels, texts } = loaded.set;
  const clock = new FakeClock();
  const templates = createTemplates({ clock, externalURL: 'https://herald.example', declared: texts });
  const context = { ...aContext(clock), templates, pictures };
  const shown = [];
  for (const { name, type, options, tenant } of channels.values()) {
    const secrets = secretsOf(CHANNEL_TYPES[type]!.options, options);
    const alerts = [anAlert(), anAlert({ labels: { alertname: 'B' } })];
    const notification = aNotification({ tenant, channel: name, alerts, ...change });
    shown.push({ name, type, secrets, ...(await previewOf({ type, options, secrets }, context, notification)) });
  }
  return shown;
}

test('[BR-NOT-007] every type of channel shows what it would send, with the alert in it and without a secret', async () => {
  const shown = await previews('examples/channels');
  const types = new Set(shown.map(({ type }) => type));
  for (const type of ['email', 'slack', 'teams', 'chat', 'sms', 'pagerduty', 'jira', 'servicenow'])
    assert.ok(types.has(type), type);
  for (const { name, type, messages, failures, detail } of shown.filter((one) => one.type !== 'spread')) {
    assert.deepEqual(failures, [], name);
    assert.ok(messages.length > 0, `${name}: ${detail}`);
    assert.ok(
      messages.some(({ body }) =>
        /KubePodCrashLooping/.test(decodeURIComponent(body.replace(/%(?![0-9a-f]{2})/gi, '%25'))),
      ),
      `${name} (${type})`,
    );
    assert.doesNotMatch(JSON.stringify([messages, detail]), /SECRET/, name);
  }
  assert.ok(shown.some(({ secrets }) => secrets.length > 0));
});

test('[BR-NOT-007] a preview says which texts could not be rendered', async () => {
  const [one] = await previews('examples/templates', { recipient: { name: 'user/a', address: 'a', language: 'fr' } });
  assert.deepEqual(one?.failures, []);
  assert.deepEqual(
    one?.messages.map(({ what, contentType, body }) => [what, contentType, body.slice(0, 14)]),
    [['standard output', 'text/plain', '🔥 AUSGELÖST P']],
  );
});

test('[BR-NOT-007] of an end a preview shows what is said of the message or ticket that is there', async () => {
  const ended = { status: 'resolved', alerts: [anAlert({ status: 'resolved', endsAt: 1_800_000_000_000 })] };
  const shown = new Map((await previews('examples/channels', ended)).map((one) => [one.name, one]));
  const whatOf = (name: string) =>
    shown.get(name)?.messages.map(({ what }) => what.replace(/https:\/\/[^/]*|\?.*/g, ''));
  assert.deepEqual(whatOf('servicenow')?.slice(-2), [
    'GET /api/now/table/incident/1',
    'PATCH /api/now/table/incident/1',
  ]);
  assert.match(shown.get('servicenow')!.messages.at(-1)!.body, /"close_notes":"resolved: 1 alert/i);
  assert.deepEqual(whatOf('jira'), [
    'GET /rest/api/3/issue/1',
    'POST /rest/api/3/issue/1/comment',
    'GET /rest/api/3/issue/1/transitions',
    'POST /rest/api/3/issue/1/transitions',
  ]);
  assert.deepEqual(whatOf('slack'), ['POST /api/chat.update', 'POST /api/chat.postMessage']);
});
