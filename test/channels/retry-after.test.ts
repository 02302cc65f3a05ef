import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryAfter } from '../../channels/retry-after.ts';

const NOW = Date.parse('1994-11-06T08:49:00Z');
const DAY = 24 * 60 * 60 * 1000;

test('[BR-NOT-011] Retry-After in seconds', () => {
  assert.equal(retryAfter('120', NOW), NOW + 120_000);
  assert.equal(retryAfter(' 0 ', NOW), NOW);
});

test('[BR-NOT-011] Retry-After as a date, in the three forms of RFC 9110', () => {
  const forms = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
  for (const form of forms) assert.equal(retryAfter(form, NOW), NOW + 37_000, form);
});

test('a date that has passed means now', () => {
  assert.equal(retryAfter('Sun, 06 Nov 1994 08:48:00 GMT', NOW), NOW);
});

test('at most a day, whatever is asked for', () => {
  assert.equal(retryAfter('99999999999999999999', NOW), NOW + DAY);
  assert.equal(retryAfter('Fri, 01 Jan 2100 00:00:00 GMT', NOW), NOW + DAY);
});

test('what is neither seconds nor a date is no wish', () => {
  for (const header of [null, '', '-1', '1.5', '1e3', 'soon', '2026-11-23', 'Sun, nonsense GMT']) {
    assert.equal(retryAfter(header, NOW), null, String(header));
  }
});

test('any header leads to null or to a time between now and a day from now', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const at = retryAfter(header, NOW);
      assert.ok(at === null || (at >= NOW && at <= NOW + DAY));
    }),
  );
});
