/** What Herald and Alertmanager take for a time interval is the same: each drawn one is shown to amtool as well. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { timeIntervalSpec } from '../../resources/time-interval.ts';
import { validate } from '../../resources/validate.ts';
import { findAlertmanager } from '../end-to-end/alertmanager.ts';
import { tempConfig } from './temp-config.ts';

/** It comes with Alertmanager. */
const amtool = join(dirname(findAlertmanager() ?? ''), 'amtool');
const hasAmtool = existsSync(amtool);

const days = ['monday', 'Friday', 'saturday', 'sunday', 'mon', '1', ''];
const months = ['january', 'May', 'december', '2', '11', 'jan', ''];
const years = ['2026', '2030', '2026a', ''];

function words(of: readonly string[]): fc.Arbitrary<string> {
  const word = fc.constantFrom(...of);
  return fc.oneof(
    word,
    fc.tuple(word, word).map((pair) => pair.join(':')),
  );
}

const clock = fc.constantFrom('00:00', '06:30', '6:30', '12:60', '22:00', '24:00', '24:01');
const dayOfMonth = fc.oneof(fc.constantFrom(-32, -31, -28, -1, 0, 1, 28, 31, 32), fc.integer({ min: -31, max: 31 }));

const drawnEntries: fc.Arbitrary<Drawn> = fc.oneof(
  fc.record({ times: fc.record({ startTime: clock, endTime: clock }).map((one) => [one]) }),
  fc.record({ weekdays: words(days).map((one) => [one]) }),
  fc.record({ months: words(months).map((one) => [one]) }),
  fc.record({ years: words(years).map((one) => [one]) }),
  fc.record({ daysOfMonth: fc.record({ start: dayOfMonth, end: dayOfMonth }).map((one) => [one]) }),
  fc.record({ location: fc.constantFrom('Europe/Berlin', 'UTC', 'Mars/Olympus', 'Europe', '+01:00') }),
);

interface Drawn {
  readonly times?: readonly { readonly startTime: string; readonly endTime: string }[];
  readonly weekdays?: readonly string[];
  readonly months?: readonly string[];
  readonly years?: readonly string[];
  readonly daysOfMonth?: readonly { readonly start: number; readonly end: number }[];
  readonly location?: string;
}

const readByHerald = (entry: Drawn) => validate(timeIntervalSpec, { timeIntervals: [entry] }).length === 0;

/** JSON is YAML. */
function readByAlertmanager(entries: readonly Drawn[]): string | null {
  const intervals = entries.map(({ times, daysOfMonth, ...same }) => ({
    ...same,
    ...(times && { times: times.map(({ startTime, endTime }) => ({ start_time: startTime, end_time: endTime })) }),
    ...(daysOfMonth && { days_of_month: daysOfMonth.map(({ start, end }) => `${start}:${end}`) }),
  }));
  const config = {
    route: { receiver: 'none' },
    receivers: [{ name: 'none' }],
    time_intervals: [{ name: 'drawn', time_intervals: intervals }],
  };
  const dir = tempConfig({ 'alertmanager.yml': JSON.stringify(config) });
  const { status, stderr } = spawnSync(amtool, ['check-config', `${dir}/alertmanager.yml`], { encoding: 'utf8' });
  return status === 0 ? null : stderr;
}

test('what Alertmanager takes for a time interval, Herald takes, and what it refuses, Herald refuses', {
  skip: !hasAmtool && 'no amtool is installed here: apt-get install prometheus-alertmanager',
}, () => {
  // A run of amtool takes a tenth of a second: all that is taken at once, of what is refused a few, each alone.
  const drawn = fc.sample(drawnEntries, 400);
  const taken = drawn.filter(readByHerald);
  const refused = drawn.filter((entry) => !readByHerald(entry)).slice(0, 25);
  assert.ok(taken.length > 20 && refused.length > 20);
  assert.equal(readByAlertmanager(taken), null);
  for (const entry of refused) assert.notEqual(readByAlertmanager([entry]), null, JSON.stringify(entry));
});
