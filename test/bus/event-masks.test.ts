import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeoutError } from '@nats-io/nats-core';
import type { Bus } from '../../bus/connection.ts';
import { eventMaskReader } from '../../bus/event-masks.ts';

/** A bucket whose answers the test gives. */
function bucket() {
  const asked: { answer(revision: number): void; fail(error: Error): void }[] = [];
  const entryOf = (revision: number) => ({
    operation: 'PUT',
    revision,
    string: () => JSON.stringify({ version: 1, rules: {} }),
  });
  const get = () =>
    new Promise((resolve, reject) => {
      asked.push({ answer: (revision) => resolve(entryOf(revision)), fail: reject });
    });
  const bus = { kvm: { open: async () => ({ get }) } } as unknown as Bus;
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { read: eventMaskReader(bus), asked, settled };
}

test('[BR-SEC-012] whoever asks is answered by what was read after that, and those who ask meanwhile share one read', async () => {
  const { read, asked, settled } = bucket();
  const first = read();
  await settled();
  const others = [read(), read(), read()];
  await settled();
  assert.equal(asked.length, 1);
  asked[0]?.answer(1);
  assert.equal((await first).revision, 1);
  await settled();
  assert.equal(asked.length, 2);
  asked[1]?.answer(2);
  assert.deepEqual(
    (await Promise.all(others)).map(({ revision }) => revision),
    [2, 2, 2],
  );
});

test('an answer that stays away is asked for again; what else fails is said, and does not keep the next from asking', async () => {
  const { read, asked, settled } = bucket();
  const late = read();
  await settled();
  asked[0]?.fail(new TimeoutError());
  await settled();
  asked[1]?.answer(3);
  assert.equal((await late).revision, 3);
  const failing = read();
  await settled();
  const behind = read();
  asked[2]?.fail(new Error('no such bucket'));
  await assert.rejects(failing, /no such bucket/);
  await settled();
  asked[3]?.answer(4);
  assert.equal((await behind).revision, 4);
});
