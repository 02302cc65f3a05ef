import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readingOf } from '../../rules/look-alike.ts';
import '../support/leaks.ts';

test('[BR-QUAL-002] a name reads as a person would read it', () => {
  const readings: readonly (readonly [string, string])[] = [
    ['payments-\u0440rod', 'payments-prod'],
    ['\uff30\uff32\uff2f\uff24-x', 'PROD-x'],
    ['pro\u200bd', 'prod'],
    ['pro\u00add', 'prod'],
    ['pr0d-web', 'prod-web'],
    ['l1ve', 'live'],
    ['pr\u00f6d', 'prod'],
    ['payments_prod.eu', 'payments-prod-eu'],
    ['payments\u2011prod', 'payments-prod'],
    ['\u217ci\u03bde', 'live'],
    ['\u0440\u0433\u043e\u0501', 'prod'],
    ['web\tprod', 'web-prod'],
  ];
  for (const [name, reading] of readings) assert.equal(readingOf(name), reading, name);
});

test('what is written plainly reads as it is written, numbers at the ends of words included', () => {
  for (const name of ['payments-prod', 'eu1-prod', 'web01-dev', 'k8s-0', '0x', 'x0', 'PROD', 'e2e', 'a-b-10', '', '1'])
    assert.equal(readingOf(name), null, name);
});

test('a reading reads as itself', () => {
  const unit = fc.constantFrom(
    'a',
    'o',
    '0',
    '1',
    '-',
    '_',
    '\u0440',
    '\u0301',
    '\u200b',
    '\u1100',
    '\ufdfa',
    '\u00bd',
  );
  for (const text of [fc.string({ unit, maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 })]) {
    fc.assert(fc.property(text, (name) => readingOf(readingOf(name) ?? name) === null));
  }
});

test('no name takes long to read', () => {
  const started = performance.now();
  for (const part of ['a1', '10', '\u0301', '_-', 'a0a0']) readingOf(part.repeat(2000));
  assert.ok(performance.now() - started < 1000);
});
