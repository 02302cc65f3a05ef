/** docs/channels.md: a section for each type of channel, with every option that it has and the limits that its sender keeps to. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAX_BYTES } from '../../alert/notification-build.ts';
import { MAX_EVENT_BYTES } from '../../channels/pagerduty/event.ts';
import { CHANNEL_TYPES } from '../../channels/registry.ts';
import { LIMITS } from '../../channels/slack/message.ts';
import { type Channel, channelOf, channelSpec } from '../../resources/channel.ts';
import '../support/leaks.ts';
import { ROOT, read } from '../support/source-tree.ts';

const page = read('docs/channels.md');
const sections = new Map(page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section]));
const schemas = new Map(Object.entries(CHANNEL_TYPES).map(([name, { options }]) => [name, options]));

function fieldsOf(schema: unknown): string[] {
  return Object.keys((schema as { readonly properties?: object }).properties ?? {});
}

function has(section: string | undefined, name: string): boolean {
  return section !== undefined && new RegExp(`\`${name}\\b`).test(section);
}

const COMMON = sections.get('What every channel has') ?? '';

test('[BR-CFG-009] docs/channels.md has a section for each type, which names each of its options', () => {
  for (const [type, schema] of schemas) {
    const section = sections.get(type);
    assert.ok(section !== undefined, type);
    for (const field of fieldsOf(schema)) assert.ok(has(section, field) || has(COMMON, field), `${type}: ${field}`);
  }
});

test('[BR-CFG-009] it names each field that all channels have, with its default', () => {
  const common = fieldsOf(channelSpec(schemas, { type: 'no such type' })).filter((field) => field !== 'type');
  assert.ok(common.length > 10);
  for (const field of common) assert.ok(has(COMMON, field), field);
  const { policy }: Channel = channelOf('default', 'c', { type: 'webhook' });
  const { maxAttempts, maxAttemptsAlone, initial, max } = policy.retry;
  assert.ok(
    COMMON.includes(`${maxAttempts} attempts, ${initial / 1000}s, ${max / 60_000}m; ${maxAttemptsAlone} attempts`),
  );
  const { failures, pause, maxPause } = policy.breaker!;
  assert.ok(COMMON.includes(`${failures} failures, ${pause / 1000}s, ${maxPause / 60_000}m`));
  assert.ok(COMMON.includes(`| \`concurrency\` | ${policy.concurrency} |`));
  assert.ok(COMMON.includes(`${MAX_BYTES / 1024} KB`));
});

test('[BR-CFG-009] the limits that it names are those that senders keep to, and the examples are there', () => {
  const said = (type: string, ...numbers: number[]) => {
    for (const number of numbers)
      assert.ok(sections.get(type)?.includes(number.toLocaleString('en')), `${type}: ${number}`);
  };
  said('slack', LIMITS.blocks, LIMITS.section, LIMITS.fields, LIMITS.value);
  said('pagerduty', MAX_EVENT_BYTES / 1024);
  for (const [, path] of page.matchAll(/`((?:docs|examples)\/[^` ]+)`/g))
    assert.ok(existsSync(join(ROOT, path!)), path);
});
