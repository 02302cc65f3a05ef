import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '../../../alert/notification.ts';
import { reason } from '../../../alert/reason.ts';
import { createTemplates, type DeclaredTexts, type RenderRequest } from '../../../channels/template/templates.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';

const ENGLISH = { language: 'en', tag: 'en-GB', timeZone: 'UTC' };

function aRequest(change: Partial<RenderRequest> = {}): RenderRequest {
  return {
    type: 'chat',
    channel: 'ops',
    defaults: { body: '{{ status | text }}: {{ title }}' },
    notification: aNotification(),
    escape: 'none',
    ...change,
  };
}

function setUp(declared?: Partial<DeclaredTexts>) {
  const clock = new FakeClock(Date.parse('2026-11-23T10:57:22.338Z'));
  const externalURL = 'https://herald.example/';
  const templates = createTemplates({
    clock,
    externalURL,
    ...(declared === undefined ? {} : { declared: { locale: () => ({}), part: () => null, ...declared } }),
  });
  return { clock, templates };
}

async function body(source: string, notification: Notification = aNotification(), declared?: Partial<DeclaredTexts>) {
  const { templates } = setUp(declared);
  const { parts, failures } = await templates.render(aRequest({ defaults: { body: source }, notification }));
  assert.deepEqual(failures, []);
  return parts.body;
}

test('[BR-NOT-007] the usual texts are rendered, one for each part', async () => {
  const { templates } = setUp();
  const defaults = { subject: '{{ priority }} {{ title }}', body: '{{ counts.firing | alerts }}' };
  assert.deepEqual(await templates.render(aRequest({ defaults })), {
    parts: { subject: 'P1 KubePodCrashLooping', body: '1 alert' },
    failures: [],
    locale: ENGLISH,
  });
});

test('[BR-NOT-007] a template sees the whole notification', async () => {
  const notification = aNotification({
    alerts: [
      anAlert({ owner: 'payments', annotations: { summary: 'one', runbook_url: 'https://runbooks.example/x' } }),
      anAlert({ status: 'resolved', endsAt: Date.parse('2026-11-23T09:57:22.338Z'), labels: { alertname: 'B' } }),
    ],
    truncatedAlerts: 3,
    reasons: [reason('group.new-firing'), reason('hold.ended', '2 alerts were held back')],
  });
  const source = `{{ counts.total }}/{{ counts.shown }}/{{ counts.firing }}/{{ counts.resolved }}/{{ counts.truncated }}
{% for alert in firing %}{{ alert.summary }} {{ alert.duration | duration }} {{ alert.owner }} {{ alert.runbook }}
{% endfor %}{% for alert in resolved %}{{ alert.name }} {{ alert.duration | duration }}
{% endfor %}{{ groupLabels | labels }} {{ held | join: ';' }} {{ reasons[0].code }}
{{ links.explain }} {{ alerts[0].labels.severity }}`;
  assert.equal(
    await body(source, notification),
    `5/2/1/1/3
one 2h payments https://runbooks.example/x
B 1h
alertname="KubePodCrashLooping", namespace="payments-prod" 2 alerts were held back group.new-firing
https://herald.example/v1/alerts/default/089c6e69d2c44267 critical`,
  );
});

test("[BR-NOT-008] language and zone are the recipient's, else the channel's, else English and UTC", async () => {
  const source = "{{ status | text }} {{ alerts[0].startsAt | time: 'short' }}";
  const told = (notification: Notification, locale = {}) => body(source, notification, { locale: () => locale });
  const to = (recipient: object) =>
    aNotification({ recipient: { name: 'user/a', address: 'a@example.org', ...recipient } });
  assert.equal(await told(aNotification()), 'Firing 23 Nov, 08:57 UTC');
  const channel = { language: 'de', timeZone: 'Europe/Berlin' };
  assert.equal(await told(aNotification(), channel), 'Ausgelöst 23. Nov., 09:57 MEZ');
  assert.equal(
    await told(to({ language: 'en-US', timeZone: 'America/New_York' }), channel),
    'Firing Nov 23, 03:57 AM EST',
  );
  assert.equal(await told(to({ timeZone: 'Asia/Tokyo' }), channel), 'Ausgelöst 23. Nov., 17:57 GMT+9');
  // What Herald does not know counts as not said.
  assert.equal(await told(to({ language: 'tlh', timeZone: 'Mars/Olympus' }), channel), 'Ausgelöst 23. Nov., 09:57 MEZ');
  assert.equal(await told(to({ language: '', timeZone: '' })), 'Firing 23 Nov, 08:57 UTC');
});

test('[BR-NOT-007] a declared text that fails gives way to the usual one, and that is said', async () => {
  const { templates } = setUp({
    part: () => ({ template: 'mine', language: null, source: "x\n{{ 0 | time: 'Nowhere' }}" }),
  });
  const { parts, failures } = await templates.render(aRequest());
  assert.deepEqual(parts, { body: 'Firing: KubePodCrashLooping' });
  assert.equal(failures.length, 1);
  assert.match(
    failures[0]!,
    /^Template mine, part body \(line 2, column 1\): time: "Nowhere" is no time zone such as .*; the usual text was sent$/,
  );
});

test('[BR-NOT-007] a usual text that fails gives way to a plain one, and that is said', async () => {
  const { templates } = setUp();
  const hostile = anAlert({ annotations: { summary: '<img src=x>\u202e{{ 1 }}' } });
  const defaults = { subject: '{{ x | gone }}', html: '{% if %}', text: '{{' };
  const notification = aNotification({ alerts: [hostile, anAlert({ status: 'resolved' })], truncatedAlerts: 40 });
  const { parts, failures } = await templates.render(aRequest({ defaults, notification, escape: 'html' }));
  const what = 'KubePodCrashLooping payments-prod: &lt;img src=x&gt;\\u{202e}{{ 1 }}';
  assert.equal(parts.subject, `[Firing] P1 production: ${what} (42 alerts)`);
  assert.equal(
    parts.html,
    `[Firing] P1 production: ${what} (42 alerts)<br>\n- Firing P1 ${what}<br>\n` +
      '- Resolved P1 KubePodCrashLooping payments-prod: Pod is crash looping<br>\n- 40 more',
  );
  assert.deepEqual(
    failures.map((failure) => failure.slice(0, 40)),
    [
      'the usual part subject (line 1, column 1',
      'the usual part html (line 1, column 6): ',
      'the usual part text (line 1, column 1): ',
    ],
  );
});

test('[BR-NOT-007] what takes too long is not tried again for a minute, so that it holds up nobody else', async () => {
  const list = 'a'.repeat(4000).split('').join(',');
  const slow = `{% assign l = '${list}' | split: ',' %}{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% endfor %}`;
  const { clock, templates } = setUp({ part: () => ({ template: 'slow', language: null, source: slow }) });
  const why = async () => (await templates.render(aRequest())).failures[0];
  assert.match(
    (await why())!,
    /^Template slow, part body \(line 1, column \d+\): it takes longer than 250 ms; the usual/,
  );
  assert.match((await why())!, /^Template slow, part body: it took too long lately and is left alone/);
  clock.advance(60_000);
  assert.match((await why())!, /it takes longer than 250 ms/);
});

test('[BR-NOT-007] a failure of Herald itself costs the looks of a message, not the message', async () => {
  const { templates } = setUp({
    part: () => {
      throw new Error('no resources');
    },
  });
  assert.deepEqual(await templates.render(aRequest({ defaults: { title: 'x' } })), {
    parts: { title: '[Firing] P1 production: KubePodCrashLooping payments-prod: Pod is crash looping (1 alert)' },
    failures: ['the texts could not be made: no resources; plain ones were sent'],
    locale: ENGLISH,
  });
});
