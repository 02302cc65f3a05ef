import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { gapsOf, roster } from '../../rules/duty-roster.ts';
import { instantOf } from '../../rules/local-time.ts';
import { compileSchedule, dutyIn, type Layer, onCallAt, type ScheduleSpec } from '../../rules/on-call.ts';
import { HOUR, lastHandOver, type Rotation, turnAt } from '../../rules/rotation.ts';
import { compileTimeInterval } from '../../rules/time-interval.ts';
import { zoneOf } from '../../rules/zone.ts';
import { DAY, MINUTE, shownAt, ZONES } from './wall-oracle.ts';

const BERLIN = zoneOf('Europe/Berlin')!;
const wall = (text: string) => Date.parse(`${text}:00Z`);
const utc = (text: string) => Date.parse(text);

function rotation(first: string, length: number, users: readonly string[], zone = BERLIN): Rotation {
  return { zone, first: wall(first), length, users };
}

function layer(name: string, of: Rotation, change: Partial<Layer> = {}): Layer {
  const turns = { kind: 'rotation' as const, rotation: of };
  return {
    name,
    start: instantOf(of.zone, of.first),
    end: Number.POSITIVE_INFINITY,
    turns,
    restriction: null,
    ...change,
  };
}

function schedule(change: Partial<ScheduleSpec>): ScheduleSpec {
  return { name: 's', layers: [], overrides: [], swaps: [], otherwise: [], ...change };
}

describe('rotations', () => {
  test('[BR-NOT-018] a daily turn goes from nine to nine on the clock, over both changes of it', () => {
    const daily = rotation('2026-03-27T09:00', DAY, ['a', 'b', 'c']);
    const turn = turnAt(daily, utc('2026-03-29T00:00:00Z'));
    assert.deepEqual([turn.user, turn.index], ['b', 1]);
    // The clock goes forward on the 29th: that turn has 23 hours.
    assert.deepEqual(
      [new Date(turn.from).toISOString(), new Date(turn.until).toISOString()],
      ['2026-03-28T08:00:00.000Z', '2026-03-29T07:00:00.000Z'],
    );
    const autumn = turnAt(rotation('2026-10-24T09:00', DAY, ['a', 'b']), utc('2026-10-25T00:00:00Z'));
    assert.equal(autumn.until - autumn.from, 25 * HOUR);
  });

  test('[BR-NOT-018] a week begins on its weekday at its time, whatever day it is in force from', () => {
    // 2026-11-25 is a Wednesday; 1 is Monday.
    assert.equal(lastHandOver(wall('2026-11-25T15:00'), 9 * 60, 1), wall('2026-11-23T09:00'));
    assert.equal(lastHandOver(wall('2026-11-23T08:00'), 9 * 60, 1), wall('2026-11-16T09:00'));
    assert.equal(lastHandOver(wall('2026-11-25T08:00'), 9 * 60, null), wall('2026-11-24T09:00'));
  });

  const anyZone = fc.constantFrom(...ZONES.map((name) => zoneOf(name)!));
  const anyRotation = fc.record({
    zone: anyZone,
    first: fc
      .integer({ min: 0, max: 40_000 })
      .map((hours) => wall('2024-01-01T00:00') + hours * HOUR + (hours % 2) * 30 * MINUTE),
    length: fc.constantFrom(HOUR, 8 * HOUR, 12 * HOUR, DAY, 7 * DAY),
    users: fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', 'c']),
  });

  test('[BR-NOT-018] at every instant there is exactly one turn, and each begins where the one before ends', () => {
    fc.assert(
      fc.property(anyRotation, fc.integer({ min: 0, max: 3 * 366 * 24 * 60 }), (of, minutes) => {
        const start = instantOf(of.zone, of.first);
        const at = start + minutes * MINUTE;
        const turn = turnAt(of, at);
        assert.ok(turn.from <= at && at < turn.until, 'it holds the instant');
        assert.equal(turn.user, of.users[turn.index % of.users.length]);
        const next = turnAt(of, turn.until);
        assert.ok(next.from === turn.until, 'no hole and no overlap');
        assert.ok(next.index > turn.index);
        if (turn.index > 0) assert.equal(turnAt(of, turn.from - 1).until, turn.from);
      }),
      { numRuns: 500 },
    );
  });

  test('[BR-NOT-018] hand-overs of days and weeks stand at the same time on the clock, by another way of asking it', () => {
    fc.assert(
      fc.property(anyRotation, fc.nat(1000), (of, index) => {
        if (of.length < DAY) return;
        const shown = shownAt(of.zone.name, turnAt(of, instantOf(of.zone, of.first + index * of.length)).from);
        const wanted = Math.floor((((of.first % DAY) + DAY) % DAY) / MINUTE);
        // A clock that skips the time shows a later one: by an hour, or the whole of a day that Apia left out.
        const late = (shown.minute - wanted + 1440) % 1440;
        assert.ok(late <= 60, `${of.zone.name} shows minute ${shown.minute}, wanted ${wanted}`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('who is on call', () => {
  const office = compileTimeInterval([
    {
      zone: BERLIN,
      times: [{ from: 540, to: 1020 }],
      weekdays: [{ from: 1, to: 5 }],
      daysOfMonth: null,
      months: null,
      years: null,
    },
  ]);
  const day = layer('day', rotation('2026-11-23T00:00', DAY, ['a', 'b']), { restriction: office });
  const night = layer('night', rotation('2026-11-23T00:00', 7 * DAY, ['n', 'm']));
  const at = (spec: ScheduleSpec, text: string) => onCallAt(spec, utc(text));

  test('[BR-NOT-018] the first layer that has somebody decides, in the hours it is restricted to', () => {
    const spec = schedule({ layers: [day, night] });
    const noon = at(spec, '2026-11-23T11:00:00Z');
    assert.deepEqual([noon.user, noon.layer, noon.because], ['a', 'day', 'layer']);
    assert.equal(noon.until, utc('2026-11-23T16:00:00Z'));
    const evening = at(spec, '2026-11-23T18:00:00Z');
    assert.deepEqual([evening.user, evening.layer, evening.until], ['n', 'night', utc('2026-11-24T08:00:00Z')]);
    assert.match(noon.detail, /^a by layer day, turn until 2026-11-23T23:00:00/);
  });

  test('[BR-NOT-018] without another layer the hours between are gaps, which are listed', () => {
    const spec = schedule({ layers: [day] });
    const { user, because, until } = at(spec, '2026-11-27T20:00:00Z');
    assert.deepEqual([user, because, until], [null, 'gap', utc('2026-11-30T08:00:00Z')]);
    const shifts = roster(compileSchedule(spec), utc('2026-11-26T23:00:00Z'), utc('2026-11-30T23:00:00Z'));
    assert.deepEqual(
      gapsOf(shifts).map(({ start, end }) => `${new Date(start).toISOString().slice(5, 16)} ${(end - start) / HOUR}`),
      ['11-26T23:00 9', '11-27T16:00 64', '11-30T16:00 7'],
    );
  });

  test('[BR-NOT-018] an override wins, the last one declared of several; two who swap stand for each other', () => {
    const span = (start: string, end: string) => ({ start: utc(start), end: utc(end) });
    const spec = schedule({
      layers: [night],
      overrides: [
        { ...span('2026-11-24T10:00:00Z', '2026-11-24T14:00:00Z'), user: 'x', comment: 'dentist' },
        { ...span('2026-11-24T12:00:00Z', '2026-11-24T13:00:00Z'), user: 'y', comment: '' },
      ],
      swaps: [{ ...span('2026-11-24T13:30:00Z', '2026-12-01T00:00:00Z'), users: ['n', 'm'] }],
    });
    const who = ['09:00', '10:00', '12:30', '13:30', '15:00'].map((time) => at(spec, `2026-11-24T${time}:00Z`));
    assert.deepEqual(
      who.map(({ user, because }) => `${user} ${because}`),
      ['n layer', 'x override', 'y override', 'x override', 'm swap'],
    );
    assert.equal(who[0]!.until, utc('2026-11-24T10:00:00Z'));
    // The week ends on Sunday night, and the swap goes on for another hour, in which m's week is taken by n.
    assert.equal(at(spec, '2026-11-30T00:00:00Z').user, 'n');
  });

  const anySpan = fc
    .tuple(fc.integer({ min: 0, max: 60 * 24 }), fc.integer({ min: 1, max: 200 }))
    .map(([from, hours]) => ({
      start: utc('2026-10-01T00:00:00Z') + from * HOUR,
      end: utc('2026-10-01T00:00:00Z') + (from + hours) * HOUR,
    }));
  const anySchedule = fc.record({
    layers: fc.array(
      fc
        .tuple(fc.constantFrom(...ZONES), fc.constantFrom(HOUR, 12 * HOUR, DAY, 7 * DAY), anySpan, fc.boolean())
        .map(([zone, length, span, limited]) => {
          const of = rotation('2026-10-01T09:00', length, ['a', 'b', 'c'], zoneOf(zone)!);
          return layer(`${zone} ${length}`, of, { ...span, restriction: limited ? office : null });
        }),
      { maxLength: 3 },
    ),
    overrides: fc.array(
      anySpan.map((span) => ({ ...span, user: `o${span.end}`, comment: '' })),
      { maxLength: 3 },
    ),
    swaps: fc.array(
      anySpan.map((span) => ({ ...span, users: ['a', 'b'] as [string, string] })),
      { maxLength: 2 },
    ),
  });

  test('[BR-NOT-018] whatever is declared: one person or a reported gap at every instant, overrides win, and the answer holds until it says', () => {
    fc.assert(
      fc.property(anySchedule, fc.integer({ min: 0, max: 100 * 24 * 4 }), (parts, quarter) => {
        const spec = schedule(parts);
        const now = utc('2026-09-28T00:00:00Z') + quarter * 15 * MINUTE;
        const found = onCallAt(spec, now);
        const override = parts.overrides.findLast(({ start, end }) => start <= now && now < end);
        if (override !== undefined) assert.deepEqual([found.user, found.because], [override.user, 'override']);
        const onDuty = parts.layers.flatMap((one) => dutyIn(one, now).user ?? []);
        if (override === undefined) assert.equal(found.user === null, onDuty.length === 0);
        assert.equal(found.user === null, found.because === 'gap');
        // A gap is reported exactly where nobody is on call.
        const gaps = gapsOf(roster({ at: (at) => onCallAt(spec, at) }, now, now + 2 * DAY));
        for (let at = now; at < now + 2 * DAY; at += 3 * HOUR) {
          const { user } = onCallAt(spec, at);
          assert.equal(
            user === null,
            gaps.some(({ start, end }) => start <= at && at < end),
          );
          if (found.until === null || at < found.until) assert.equal(user, found.user);
        }
        if (found.until !== null) {
          const next = onCallAt(spec, found.until);
          assert.notDeepEqual([next.user, next.layer, next.because], [found.user, found.layer, found.because]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
