import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PROGRESS } from '../../channels/outcome.ts';
import { LivedChannel } from './lived-channel.ts';

/** What the next attempt of a1 is told. */
function nextKnows(channel: LivedChannel): string | null | undefined {
  channel.now += 3_600_000;
  return channel.run({ kind: 'pump' }).sends[0]?.progress;
}

const retry = (progress?: string) =>
  ({ kind: 'retry', detail: '451', notBefore: null, ...(progress === undefined ? {} : { progress }) }) as const;

test('[BR-NOT-011] [BR-REL-004] what an attempt left for the next is in the journal: it outlives owners, and attempts that left nothing', () => {
  const channel = new LivedChannel({ retry: { maxAttempts: 10, initial: 1, max: 1 } }).queue('a1');
  assert.equal(nextKnows(channel), null);
  channel.answer('a1', retry('who is open'), 1);
  channel.state = structuredClone(channel.state);
  assert.equal(nextKnows(channel), 'who is open');
  channel.answer('a1', retry(), 2);
  assert.equal(nextKnows(channel), 'who is open');
  channel.state = structuredClone(channel.state);
  channel.run({ kind: 'recovered' });
  assert.equal(nextKnows(channel), 'who is open', 'after an owner that was lost, too');
  channel.answer('a1', retry('x'.repeat(MAX_PROGRESS + 1)), 4);
  assert.equal(nextKnows(channel), 'who is open', 'what is too long is not kept');
});
