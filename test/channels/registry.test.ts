import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { CHANNEL_TYPES } from '../../channels/registry.ts';
import '../support/leaks.ts';

test('[BR-NOT-007] a type of channel that has texts says their names, so that Templates can be checked', () => {
  const silent = Object.entries(CHANNEL_TYPES)
    .filter(([type]) => existsSync(new URL(`../../channels/${type}/template.ts`, import.meta.url)))
    .filter(([, { parts }]) => parts === undefined || parts.length === 0);
  assert.deepEqual(
    silent.map(([type]) => type),
    [],
  );
});
