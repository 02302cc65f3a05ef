import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPictures } from '../../../channels/picture/pictures.ts';
import { PoolTimeout } from '../../../rules/pool.ts';
import { createTaskPool } from '../../../rules/task-pool.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';

const GERMAN = { language: 'de', tag: 'de', timeZone: 'Europe/Berlin' } as const;
const two = aNotification({ alerts: [anAlert(), anAlert({ startsAt: Date.parse('2026-11-23T08:50:00Z') })] });

test('[BR-NOT-009] the history of a group is a PNG of twice the pixels, with words for who cannot see it', async () => {
  const pictures = createPictures();
  atEnd(() => pictures.close());
  const result = await pictures.history(two, GERMAN);
  assert.ok(result.kind === 'drawn', JSON.stringify(result));
  const { content, ...rest } = result.picture;
  assert.deepEqual(rest, {
    contentType: 'image/png',
    alt: 'Aktive Alarme im Zeitverlauf: höchstens 2, jetzt 2',
    width: 600,
    height: 180,
    caption: '',
  });
  assert.equal(content.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n');
  assert.deepEqual([content.readUInt32BE(16), content.readUInt32BE(20)], [1200, 360]);
  assert.deepEqual(await pictures.history(aNotification(), GERMAN), { kind: 'none' });
});

test('[BR-NOT-009] where it cannot be drawn, the message is told why it goes without', async () => {
  const pictures = createPictures();
  await pictures.close();
  const result = await pictures.history(two, GERMAN);
  assert.equal(result.kind, 'failed');
  assert.match(result.kind === 'failed' ? result.detail : '', /^no picture of the history: the pool is closed$/);
});

test('[BR-NOT-009] a task that never ends is broken off, and the next one is done', async () => {
  const pool = createTaskPool<string, string>(new URL('../../fixtures/tasks/echo-or-hang.ts', import.meta.url), {
    waiting: 10,
  });
  atEnd(() => pool.close());
  await assert.rejects(pool.run('hang', 300), PoolTimeout);
  assert.equal(await pool.run('hello', 60_000), 'hello');
});
