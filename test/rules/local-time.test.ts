import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { instantOf, parseTime } from '../../rules/local-time.ts';
import { zoneOf } from '../../rules/zone.ts';
import { HOUR, moments } from './wall-oracle.ts';

const utc = (text: string) => Date.parse(text);

test('a written time has an offset, or is local', () => {
  assert.deepEqual(parseTime('2026-12-01T22:00:00+01:00'), { at: utc('2026-12-01T21:00:00Z'), local: false });
  assert.deepEqual(parseTime('2026-12-01T22:00Z'), { at: utc('2026-12-01T22:00:00Z'), local: false });
  assert.deepEqual(parseTime('2026-12-01T22:00'), { at: utc('2026-12-01T22:00:00Z'), local: true });
  assert.deepEqual(parseTime('2028-02-29T00:00:30'), { at: utc('2028-02-29T00:00:30Z'), local: true });
});

test('what is no time is null, days that no month has included', () => {
  for (const text of [
    '',
    'now',
    '2026-12-01',
    '2026-12-01 22:00',
    '2026-02-29T00:00',
    '2026-13-01T00:00',
    '2026-12-01T24:00',
    '2026-12-01T22:60',
    '2026-12-01T22:00+25:00',
    '2026-12-01T22:00:00.5',
    '22:00',
  ]) {
    assert.equal(parseTime(text), null, text);
  }
});

test('an instant shown on the wall leads back to itself, or to the first instant that shows the same', () => {
  fc.assert(
    fc.property(moments, ({ zone: name, at }) => {
      const zone = zoneOf(name)!;
      const wall = at + zone.spanAt(at).offset;
      const found = instantOf(zone, wall);
      assert.ok(found <= at);
      assert.equal(found + zone.spanAt(found).offset, wall);
    }),
    { numRuns: 1000 },
  );
});

test('a time that the clock shows twice is the first, one that it skips is moved on by as much as was skipped', () => {
  const berlin = zoneOf('Europe/Berlin')!;
  assert.equal(instantOf(berlin, utc('2026-10-25T02:30:00Z')), utc('2026-10-25T00:30:00Z'));
  assert.equal(instantOf(berlin, utc('2026-03-29T02:30:00Z')), utc('2026-03-29T01:30:00Z'));
  const newYork = zoneOf('America/New_York')!;
  assert.equal(instantOf(newYork, utc('2026-11-01T01:30:00Z')), utc('2026-11-01T05:30:00Z'));
  assert.equal(instantOf(newYork, utc('2026-03-08T02:30:00Z')), utc('2026-03-08T07:30:00Z'));
  const lordHowe = zoneOf('Australia/Lord_Howe')!;
  assert.equal(instantOf(lordHowe, utc('2026-04-05T01:45:00Z')), utc('2026-04-05T01:45:00Z') - 11 * HOUR);
  assert.equal(instantOf(lordHowe, utc('2026-10-04T02:15:00Z')), utc('2026-10-04T02:15:00Z') - 10.5 * HOUR);
});
