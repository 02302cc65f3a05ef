import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertFrom } from '../../channels/preview-subject.ts';
import { channelSchemas, channelTexts } from '../../channels/registry.ts';
import { previews } from '../../gateway/previews.ts';
import { loadResources } from '../../resources/load.ts';
import { fingerprintOf, opened, T0 } from '../archive/journal-of.ts';
import { resource, tempConfig } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aContext } from '../support/sender-context.ts';
import { ServedApi } from './served-api.ts';

async function served() {
  const api = await new ServedApi().start([opened(1, 'r1')]);
  return { api, ask: (body: object) => api.post('/v1/preview', body) };
}

test('[BR-NOT-007] POST /v1/preview is about alerts of the body, a known one, or a made-up one', async () => {
  const { api, ask } = await served();
  const alerts = [{ labels: { alertname: 'A' } }, { labels: { alertname: 'B' }, status: 'resolved' }];
  assert.equal((await ask({ tenant: 'acme', channel: 'ops', alerts })).status, 200);
  assert.equal((await ask({ tenant: 'acme', channel: 'ops', fingerprint: fingerprintOf(1) })).status, 200);
  const recipient = { address: 'a@example.com', language: 'de', timeZone: 'Europe/Berlin' };
  assert.equal((await ask({ tenant: 'acme', channel: 'ops', recipient })).status, 200);
  const [several, known, made] = api.previewed;
  assert.deepEqual(
    several?.alerts.map(({ labels, status, tenant }) => [labels.alertname, status, tenant]),
    [
      ['A', 'firing', 'acme'],
      ['B', 'resolved', 'acme'],
    ],
  );
  assert.equal(known?.alerts[0]?.fingerprint, fingerprintOf(1));
  assert.deepEqual([made?.alerts, made?.recipient], [[], { name: 'user/preview', ...recipient }]);
});

test('[BR-NOT-007] of a known alert a preview shows also who has it in hand, and that it ended however it did', () => {
  const known = { tenant: 'acme', fingerprint: 'f', labels: {}, annotations: {}, startsAt: '2026-11-23T09:00:00Z' };
  const taken = alertFrom({ ...known, status: 'acknowledged', acknowledged: { by: 'ada', at: '', comment: '' } });
  assert.deepEqual([taken.status, taken.acknowledged, taken.acknowledgedBy], ['firing', true, 'ada']);
  for (const status of ['resolved', 'closed', 'aged']) assert.equal(alertFrom({ ...known, status }).status, 'resolved');
});

test('[BR-ERR-002] what cannot be previewed is refused with its place', async () => {
  const { ask } = await served();
  const paths = async (body: object) => {
    const answer = await ask(body);
    return [answer.status, ...(answer.body.problems ?? []).map(({ path }: { path: string }) => path)];
  };
  assert.deepEqual(await paths({}), [422, '/channel']);
  assert.deepEqual(await paths({ channel: 'ops', alerts: [] }), [422, '/alerts']);
  assert.deepEqual(await paths({ channel: 'ops', alerts: [{ labels: 7 }] }), [422, '/alerts/0/labels']);
  assert.deepEqual(await paths({ channel: 'ops', fingerprint: 'xyz', alerts: [{}] }), [
    422,
    '/fingerprint',
    '/alerts',
    '/alerts/0/labels',
  ]);
  assert.deepEqual(await paths({ channel: 'ops', recipient: { timeZone: 'Mars/Base' } }), [422, '/recipient/timeZone']);
  assert.deepEqual(await paths({ channel: 'nobody' }), [404]);
  assert.deepEqual(await paths({ tenant: 'acme', channel: 'ops', fingerprint: '0'.repeat(16) }), [404]);
});

const RESOURCES = [
  resource('Channel', 'ops', 'type: chat\npreset: mattermost\nurl: https://chat.example/hook\nlanguage: de'),
  resource('Route', 'root', 'receivers: [channel/ops]'),
  resource('Template', 'short', 'for: { channel: ops }\nparts: { title: "T {{ title }}" }'),
  resource('Masking', 'ids', 'rules: [{ labels: [customer] }]'),
].join('');

test('[BR-NOT-007] [BR-SEC-001] it is the message of the resources in force, masked, and nothing leaves', async () => {
  const dir = tempConfig({ 'a.yaml': RESOURCES });
  const loaded = await loadResources(dir, { channelTypes: channelSchemas, texts: channelTexts, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { api, ask } = await served();
  api.preview = previews(() => loaded.set, aContext(new FakeClock(T0)));
  const labels = { alertname: 'Late', customer: 'Jane Doe', pod: 'p1' };
  const { status, body } = await ask({ channel: 'ops', alerts: [{ labels, annotations: { summary: 'It is late' } }] });
  assert.equal(status, 200, JSON.stringify(body));
  const [message] = body.messages;
  assert.equal(message.what, 'POST https://chat.example/hook');
  const [{ title, fields, text }] = JSON.parse(message.body).attachments;
  assert.equal(title, 'T Late');
  assert.equal(fields[0].title, 'Priorität');
  assert.match(text, /It is late/);
  assert.doesNotMatch(message.body, /Jane/);
});
