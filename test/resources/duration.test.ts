import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDuration, printDuration } from '../../resources/duration.ts';

test('durations read as Prometheus writes them', () => {
  const known: Record<string, number> = {
    '0': 0,
    '0s': 0,
    '30s': 30_000,
    '5m': 300_000,
    '4h': 14_400_000,
    '1h30m': 5_400_000,
    '1d': 86_400_000,
    '1w2d': 9 * 86_400_000,
    '1y': 365 * 86_400_000,
    '1m500ms': 60_500,
  };
  for (const [text, milliseconds] of Object.entries(known)) assert.equal(parseDuration(text), milliseconds, text);
});

test('what Prometheus would refuse is refused', () => {
  for (const text of [
    '',
    '30',
    '-5m',
    '1.5h',
    '5 m',
    '30m1h',
    '5m5m',
    'm',
    '5M',
    ' 5m',
    '5m\n',
    '101y',
    `${'9'.repeat(400)}s`,
  ]) {
    assert.equal(parseDuration(text), null, JSON.stringify(text));
  }
});

test('a printed duration reads back as the same', () => {
  assert.equal(printDuration(5_400_000), '1h30m');
  assert.equal(printDuration(8 * 86_400_000), '8d');
  assert.equal(printDuration(0), '0s');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * 365 * 86_400_000 }), (milliseconds) => {
      assert.equal(parseDuration(printDuration(milliseconds)), milliseconds);
    }),
  );
});
