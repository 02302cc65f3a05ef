import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { localDay, MINUTE } from '../../rules/wall-clock.ts';
import { UTC, zoneNames, zoneOf } from '../../rules/zone.ts';
import { DAY, HOUR, moments, shownAt } from './wall-oracle.ts';

const utc = (text: string) => Date.parse(text);

test('[BR-AP-033] the offset of a span is what the clocks show at each of its instants', () => {
  fc.assert(
    fc.property(moments, ({ zone: name, at }) => {
      const span = zoneOf(name)!.spanAt(at);
      assert.ok(span.from <= at && at < span.until);
      const local = at + span.offset;
      const { number, ...day } = localDay(Math.floor(local / DAY));
      assert.deepEqual({ ...day, minute: Math.floor((local - number * DAY) / MINUTE) }, shownAt(name, at));
    }),
    { numRuns: 1000 },
  );
});

test('a span ends where the offset changes, and the next one begins there', () => {
  fc.assert(
    fc.property(moments, ({ zone: name, at }) => {
      const zone = zoneOf(name)!;
      const span = zone.spanAt(at);
      if (span.until === Number.POSITIVE_INFINITY) return;
      assert.deepEqual(zone.spanAt(span.until - 1), span);
      const next = zone.spanAt(span.until);
      assert.equal(next.from, span.until);
      assert.notEqual(next.offset, span.offset);
    }),
    { numRuns: 300 },
  );
});

test('known changes stand where they stand', () => {
  const berlin = zoneOf('Europe/Berlin')!.spanAt(utc('2026-07-01T00:00:00Z'));
  assert.deepEqual(berlin, {
    from: utc('2026-03-29T01:00:00Z'),
    until: utc('2026-10-25T01:00:00Z'),
    offset: 2 * HOUR,
  });
  const lordHowe = zoneOf('Australia/Lord_Howe')!.spanAt(utc('2026-07-01T00:00:00Z'));
  assert.deepEqual(lordHowe, {
    from: utc('2026-04-04T15:00:00Z'),
    until: utc('2026-10-03T15:30:00Z'),
    offset: 10.5 * HOUR,
  });
  assert.equal(zoneOf('Europe/Berlin')!.spanAt(utc('2026-03-29T01:00:00Z')).offset, 2 * HOUR);
  assert.equal(zoneOf('Europe/Berlin')!.spanAt(utc('2026-03-29T01:00:00Z') - 1).offset, HOUR);
  assert.deepEqual(UTC.spanAt(0), { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, offset: 0 });
});

test('a zone is known by its name in any case and by its aliases; what is no zone is null', () => {
  assert.equal(zoneOf('europe/berlin')?.name, 'Europe/Berlin');
  assert.equal(zoneOf('europe/berlin'), zoneOf('Europe/Berlin'));
  assert.notEqual(zoneOf('US/Eastern'), null);
  for (const name of ['Mars/Olympus', '', '+01:00', '-05', 'Local', 'Europe', 'Europe/Berlin ', '2026-01-01']) {
    assert.equal(zoneOf(name), null, name);
  }
  for (const name of zoneNames()) assert.notEqual(zoneOf(name), null, name);
});
