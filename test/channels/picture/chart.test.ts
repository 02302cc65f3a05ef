import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chartSvg, timeTicks, valueTicks } from '../../../channels/picture/chart.ts';
import { historyOf, peakAndLast } from '../../../channels/picture/history.ts';
import '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;
const LOOK = { theme: 'light', colour: '#c4211e', shape: 'steps', whole: true } as const;

const firing = (minutesAgo: number) => anAlert({ startsAt: NOW - minutesAgo * MINUTE });
const ended = (from: number, until: number) =>
  anAlert({ status: 'resolved', startsAt: NOW - from * MINUTE, endsAt: NOW - until * MINUTE });

test('[BR-NOT-009] the history counts what fired at each time', () => {
  const series = historyOf(aNotification({ alerts: [firing(60), firing(30), ended(50, 20)] }), NOW);
  assert.ok(series);
  assert.equal(series.until, NOW);
  assert.deepEqual(
    series.points.map(({ at, value }) => [Math.round((NOW - at) / MINUTE), value]),
    [
      [64, 0],
      [60, 1],
      [50, 2],
      [30, 3],
      [20, 2],
    ],
  );
  assert.deepEqual(peakAndLast(series), { peak: 3, last: 2 });
});

test('[BR-NOT-009] one alert is no history; clocks ahead and ends before their start do no harm', () => {
  assert.equal(historyOf(aNotification(), NOW), null);
  const odd = [firing(-10), ended(5, 9), anAlert({ status: 'resolved', startsAt: NOW - MINUTE, endsAt: null })];
  const series = historyOf(aNotification({ alerts: odd }), NOW);
  assert.ok(series);
  assert.ok(series.points.every(({ at, value }) => at <= NOW && value >= 0));
});

test("[BR-NOT-009] the axes have round values, and times of the reader's zone", () => {
  assert.deepEqual(valueTicks(1, true), [0, 1]);
  assert.deepEqual(valueTicks(6, true), [0, 2, 4, 6]);
  assert.deepEqual(valueTicks(779, true), [0, 200, 400, 600, 800]);
  assert.deepEqual(valueTicks(0, true), [0, 1]);
  assert.deepEqual(valueTicks(0.3, false), [0, 0.1, 0.2, 0.3]);
  const labels = (hours: number, zone: string) =>
    timeTicks(NOW - hours * 60 * MINUTE, NOW, zone).map(({ label }) => label);
  assert.deepEqual(labels(3, 'Europe/Berlin'), ['10:30', '11:00', '11:30', '12:00', '12:30']);
  assert.deepEqual(labels(1, 'Asia/Kolkata'), ['16:40', '16:50', '17:00', '17:10', '17:20']);
  assert.deepEqual(labels(100, 'UTC'), ['20.11', '21.11', '22.11', '23.11']);
});

const anyAlert = fc
  .record({
    text: fc.string({ unit: 'binary' }),
    startsAt: fc.integer({ min: 0, max: NOW + 1e9 }),
    endsAt: fc.option(fc.integer({ min: 0, max: NOW + 1e9 })),
    status: fc.constantFrom('firing' as const, 'resolved' as const),
  })
  .map(({ text, ...rest }) => anAlert({ labels: { alertname: text }, annotations: { [text]: text }, ...rest }));

test('[BR-NOT-009] whatever alerts there are, the picture is made of known elements and finite numbers, and holds none of their text', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Apia');
  fc.assert(
    fc.property(fc.array(anyAlert, { minLength: 2, maxLength: 30 }), zones, (alerts, timeZone) => {
      const series = historyOf(aNotification({ alerts }), NOW);
      assert.ok(series);
      const values = series.points.map(({ value }) => value);
      assert.ok(values.every((value) => value >= 0 && value <= alerts.length));
      assert.equal(values.at(-1), alerts.filter(({ status }) => status === 'firing').length);
      const svg = chartSvg(series, { timeZone }, LOOK);
      assert.match(svg, /^<svg [^<>]*>(<(rect|path|circle|g) [^<>]*>|<\/g>)*<\/svg>$/);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
      assert.ok(
        [...svg.matchAll(/="([^"]*)"/g)].every(([, value]) => /^[\w #.,()/:-]*$/.test(value!)),
        svg,
      );
    }),
    { numRuns: 60 },
  );
});
