import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReceiverTiming } from '../../alert/policy.ts';
import { sameTiming } from '../../alert/timing.ts';

const TIMING: ReceiverTiming = {
  groupWait: 1,
  groupInterval: 2,
  repeatInterval: 3,
  channels: ['a', 'b'],
  muteTimeIntervals: ['nights'],
  activeTimeIntervals: ['weekends'],
  escalation: 'critical',
};

test('timings are the same when all of them is, whether lists are empty or left out', () => {
  assert.ok(sameTiming(TIMING, TIMING));
  assert.ok(sameTiming(TIMING, structuredClone(TIMING)));
  const { muteTimeIntervals, activeTimeIntervals, ...bare } = TIMING;
  assert.ok(sameTiming(bare, { ...bare, muteTimeIntervals: [], activeTimeIntervals: [] }));
});

test('a change of any field makes another timing, so the group hears of it', () => {
  const changes: readonly Partial<ReceiverTiming>[] = [
    { groupWait: 9 },
    { groupInterval: 9 },
    { repeatInterval: 9 },
    { channels: ['b', 'a'] },
    { channels: ['a'] },
    { muteTimeIntervals: [] },
    { muteTimeIntervals: ['days'] },
    { activeTimeIntervals: ['weekends', 'nights'] },
    { escalation: 'other' },
  ];
  for (const change of changes) {
    assert.equal(sameTiming(TIMING, { ...TIMING, ...change }), false, JSON.stringify(change));
    assert.equal(sameTiming({ ...TIMING, ...change }, TIMING), false, JSON.stringify(change));
  }
});
