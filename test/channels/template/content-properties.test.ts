/** Whatever stands in an alert: the message is made, and nothing of it is obeyed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTemplates } from '../../../channels/template/templates.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { USUAL_TEXTS } from './usual-texts.ts';
import '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';

const templates = createTemplates({ clock: new FakeClock(), externalURL: 'https://herald.example' });

const NASTY = [
  '{{ 7 | times: 6 }}',
  '{% for i in (1..9) %}x{% endfor %}',
  '{% raw %}',
  '{%- comment -%}',
  '}}{{',
  '<script>alert(1)</script>',
  '"><img src=x onerror=y>',
  '\u202egnp.exe\u202c',
  '\u0000\u001b[2J\u0007',
  '\r\nBcc: x@example.org\r\n',
  '__proto__',
  'constructor',
  'toString',
  '\ud800',
  '#{process.env.HOME}',
];

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  // Even many of them stay below what a template may make.
  { weight: 1, arbitrary: fc.constant('long '.repeat(2000)) },
);
const labels = fc
  .dictionary(fc.oneof(word, fc.constantFrom('alertname', 'namespace', 'size', 'first', 'toLiquid')), word, {
    maxKeys: 5,
  })
  .map((set) => ({ ...set }));
const notification = fc
  .array(
    fc.record({
      labels,
      annotations: labels,
      generatorURL: word,
      startsAt: fc.integer(),
      status: fc.constantFrom('firing' as const, 'resolved' as const),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((alerts) => aNotification({ alerts: alerts.map((alert) => anAlert(alert)), groupLabels: alerts[0]!.labels }));

/** In no output: what a terminal, a header or a reader's eye would obey. */
const OBEYED = /(?![\t\n])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

test('[BR-WH-024] no content of an alert breaks the usual texts, or is interpreted in them', async () => {
  await fc.assert(
    fc.asyncProperty(notification, async (one) => {
      for (const [type, defaults] of Object.entries(USUAL_TEXTS)) {
        const { parts, failures } = await templates.render({
          type,
          channel: 'ops',
          defaults,
          notification: one,
          escape: 'none',
        });
        assert.deepEqual(failures, [], type);
        for (const text of Object.values(parts)) assert.doesNotMatch(text, OBEYED);
      }
    }),
    { numRuns: 40 },
  );
});

test('[BR-WH-024] in HTML no content of an alert is markup, and template syntax in it stays as it is', async () => {
  const html =
    '{% for a in alerts %}<p>{{ a.summary }}|{{ a.labels | labels }}|{{ a.generatorURL | link: a.name }}</p>{% endfor %}';
  await fc.assert(
    fc.asyncProperty(notification, async (one) => {
      const { parts, failures } = await templates.render({
        type: 'email',
        channel: 'ops',
        defaults: { html },
        notification: one,
        escape: 'html',
      });
      assert.deepEqual(failures, []);
      const tags = parts.html!.match(/<[^>]*>/g) ?? [];
      assert.ok(
        tags.every((tag) => /^<(\/?p|\/a|a href="https?:\/\/[^"<>]*")>$/.test(tag)),
        parts.html,
      );
      assert.doesNotMatch(parts.html!, OBEYED);
    }),
    { numRuns: 60 },
  );
});

test('[BR-WH-024] a label that looks like a template is shown as it is written', async () => {
  for (const text of ['{{ 7 | times: 6 }}', '{% if true %}x{% endif %}', '{% raw %}{{ x }}{% endraw %}']) {
    const one = aNotification({ alerts: [anAlert({ annotations: { summary: text } })] });
    const defaults = { body: '{% assign s = summary %}{% capture c %}{{ s }}{% endcapture %}{{ c }}{{ summary }}' };
    const { parts } = await templates.render({
      type: 'chat',
      channel: 'ops',
      defaults,
      notification: one,
      escape: 'none',
    });
    assert.equal(parts.body, text + text);
  }
});
