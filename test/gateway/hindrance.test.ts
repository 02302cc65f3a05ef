/** What only a person can mend is said now and then for as long as it lasts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JetStreamApiError } from '@nats-io/jetstream';
import { Hindrance } from '../../gateway/hindrance.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';

const refused = (description: string, code: number) =>
  new JetStreamApiError({ code: 400, err_code: code, description });
const TOO_MANY = refused('maximum number of streams reached', 10027);
const NO_LEADER = refused('JetStream system temporarily unavailable', 10008);

test('[BR-REL-004] what a person has to mend is logged at once and every minute, and told until it is mended', () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const told: (string | null)[] = [];
  const log = { ...silentLog, error: (_: object, message: string) => void lines.push(message) };
  const hindrance = new Hindrance(clock, log, (why) => void told.push(why));
  for (let second = 0; second < 120; second++) {
    assert.equal(hindrance.met(TOO_MANY, 'bus.waiting'), true);
    clock.advance(1000);
  }
  const why =
    'NATS refuses, "maximum number of streams reached" (10027): raise max_streams of the account, or remove streams that nobody uses';
  assert.deepEqual(lines, [`${why}; trying on`, `${why}; trying on`]);
  assert.deepEqual(new Set(told), new Set([why]));
  hindrance.over();
  assert.equal(told.at(-1), null);
});

test('what may pass by itself is for the caller to say, and what was told is told no more', () => {
  const lines: string[] = [];
  const told: (string | null)[] = [];
  const log = { ...silentLog, error: (_: object, message: string) => void lines.push(message) };
  const hindrance = new Hindrance(new FakeClock(), log, (why) => void told.push(why));
  hindrance.met(TOO_MANY, 'bus.waiting');
  assert.equal(hindrance.met(NO_LEADER, 'bus.waiting'), false);
  assert.deepEqual([lines.length, told.length, told.at(-1)], [1, 2, null]);
});
