import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTimestamp } from '../../../ingress/formats/timestamp.ts';

const date = fc.date({
  min: new Date('0002-01-01T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});

test('every time that JavaScript writes is read back to the millisecond', () => {
  fc.assert(fc.property(date, (at) => assert.equal(readTimestamp(at.toISOString()), at.getTime())));
});

test('fractions are cut to milliseconds, whatever their length', () => {
  fc.assert(
    fc.property(date, fc.stringMatching(/^\d{0,12}$/), (at, more) => {
      assert.equal(readTimestamp(at.toISOString().replace('Z', `${more}Z`)), at.getTime());
    }),
  );
  assert.equal(readTimestamp('2026-11-23T08:57:22.3Z'), Date.parse('2026-11-23T08:57:22.300Z'));
});

test('offsets are subtracted, with a colon or without', () => {
  const offset = fc.record({
    hours: fc.nat(23),
    minutes: fc.nat(59),
    sign: fc.constantFrom('+', '-'),
    colon: fc.boolean(),
  });
  fc.assert(
    fc.property(date, offset, (at, { hours, minutes, sign, colon }) => {
      const two = (n: number) => String(n).padStart(2, '0');
      const text = at.toISOString().replace('Z', `${sign}${two(hours)}${colon ? ':' : ''}${two(minutes)}`);
      const expected = at.getTime() - (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
      // An offset may lead to Go's zero time, which means none.
      assert.equal(readTimestamp(text), expected === -62_135_596_800_000 ? 'none' : expected);
    }),
  );
});

test("Go's zero time means none, however it is written", () => {
  for (const text of ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z', '0001-01-01T01:00:00+01:00']) {
    assert.equal(readTimestamp(text), 'none', text);
  }
});

test('what is no RFC 3339 time is refused, also where Date.parse would take it', () => {
  const wrong = [
    '',
    '2026-11-23',
    '2026-11-23T08:57:22',
    '2026-11-23T08:57Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T08:60:22Z',
    '2026-11-23T08:57:22.Z',
    '2026-11-23T08:57:22Zulu',
    '2026-11-23T08:57:22+1',
    '2026-11-23T08:57:22+24:00',
    'Mon, 23 Nov 2026 08:57:22 GMT',
    '1763888242',
    'yesterday at noon or so',
  ];
  for (const text of wrong) assert.equal(readTimestamp(text), null, text);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(readTimestamp(text), null)));
});

test('a leap day and a leap second are times', () => {
  assert.equal(readTimestamp('2024-02-29T00:00:00z'), Date.parse('2024-02-29T00:00:00Z'));
  assert.equal(readTimestamp('2016-12-31 23:59:60Z'), Date.parse('2017-01-01T00:00:00Z'));
});
