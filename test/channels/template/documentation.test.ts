/** docs/templates.md: each example says what it becomes, and what it lists is there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSchemas, channelTexts } from '../../../channels/registry.ts';
import { LIBRARY_FILTERS, OWN_FILTERS } from '../../../channels/template/filters.ts';
import { createTemplates } from '../../../channels/template/templates.ts';
import { linksBelow, viewOf } from '../../../channels/template/view.ts';
import { loadResources } from '../../../resources/load.ts';
import { resource, tempConfig } from '../../resources/temp-config.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import '../../support/leaks.ts';
import { aNotification } from '../../support/notification.ts';
import { read } from '../../support/source-tree.ts';

const page = read('docs/templates.md');
const NOW = Date.parse('2026-11-23T10:57:22.338Z');
const externalURL = 'https://herald.example';

const examples = [...page.matchAll(/```liquid\n([\s\S]*?)\n```\n```text\n([\s\S]*?)\n```/g)];

test('[BR-NOT-007] the examples of docs/templates.md become what it says', async () => {
  assert.ok(examples.length >= 6, `it has ${examples.length}`);
  assert.equal(examples.length, page.match(/```liquid/g)?.length);
  const templates = createTemplates({ clock: new FakeClock(NOW), externalURL });
  for (const [, source, becomes] of examples) {
    const request = {
      type: 'chat',
      channel: 'ops',
      defaults: { body: source! },
      notification: aNotification(),
      escape: 'none',
    } as const;
    const { parts, failures } = await templates.render(request);
    assert.deepEqual(failures, []);
    assert.equal(parts.body, becomes);
  }
});

test('[BR-NOT-007] its Template can be declared', async () => {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(page)!;
  const mail = 'type: email\nhost: mail.example\nfrom: h@example.org\nto: [o@example.org]';
  const dir = tempConfig({ 'a.yaml': `${resource('Channel', 'shop-mail', mail)}${yaml}` });
  const loaded = await loadResources(dir, { channelTypes: channelSchemas, texts: channelTexts, env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
});

test('[BR-NOT-007] it names every field and every filter', () => {
  const locale = { language: 'en', tag: 'en-GB', timeZone: 'UTC' } as const;
  const view = viewOf(aNotification(), { locale, linksOf: linksBelow(externalURL), externalURL, now: NOW });
  const named = new Set([...page.matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name!));
  for (const field of [...Object.keys(view), ...Object.keys(view.alerts[0]!)]) assert.ok(named.has(field), field);
  const used = new Set([...page.matchAll(/\| ([a-z_]+)/g)].map(([, name]) => name!));
  for (const filter of [...LIBRARY_FILTERS, ...Object.keys(OWN_FILTERS)])
    assert.ok(named.has(filter) || used.has(filter), filter);
});
