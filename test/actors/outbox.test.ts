import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox, type OutboxDeps, type Unpublishable } from '../../actors/outbox.ts';
import type { NotificationEntry } from '../../alert/entry.ts';
import { decodeFrame } from '../../bus/frame.ts';
import { IngestFull } from '../../bus/publish.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aNotification } from '../support/notification.ts';
import { until } from '../support/until.ts';

const effect = (id: string, groupKey = '{}') => {
  const entry: NotificationEntry = { kind: 'notification', notification: aNotification({ id, groupKey }) };
  return { to: 'c0', entry } as const;
};

function publisher(maxFrameBytes = 4096) {
  const stored: string[][] = [];
  const port = {
    maxFrameBytes,
    maxMessageBytes: maxFrameBytes,
    full: false,
    stored,
    async publish(_partition: string, data: Uint8Array) {
      if (port.full) throw new IngestFull('full');
      const { entries } = decodeFrame(data);
      return stored.push(entries.map((entry) => (entry.kind === 'notification' ? entry.notification.id : '')));
    },
  };
  return port;
}

function outboxOf(port: ReturnType<typeof publisher>, deps: Partial<OutboxDeps>): Outbox {
  const others = { clock: new FakeClock(), receiver: () => null, unpublishable: none, stalled() {} };
  return new Outbox('a0', 0, { publisher: port, ...others, ...deps });
}

const none = () => assert.fail('everything fits');

test('[BR-REL-013] what counts as published ends where a commit ends: a commit of several messages is published again whole', () => {
  const port = publisher();
  port.full = true;
  const outbox = outboxOf(port, { unpublishable: none });
  outbox.add(4, []);
  assert.equal(outbox.published, 4);
  // Its messages stand at 5, 6 and 7: whoever began to read at 7 would not find it.
  outbox.add(7, [effect('one')]);
  assert.equal(outbox.published, 4);
  outbox.add(8, []);
  assert.equal(outbox.published, 4);
  outbox.close();
});

test('[BR-ERR-009] an effect that fits no message is handed back, and those behind it go out', async () => {
  const port = publisher();
  const returned: Unpublishable[] = [];
  const outbox = outboxOf(port, { unpublishable: (one) => returned.push(one) });
  outbox.add(3, [effect('one'), effect('huge', 'x'.repeat(5000)), effect('three')]);
  await until('the others to go out', () => outbox.pending === 0);
  assert.deepEqual(port.stored.flat(), ['one', 'three']);
  assert.equal(outbox.published, 3);
  assert.equal(returned.length, 1);
  assert.equal(returned[0]?.id, 'fx.a0.3.c0.1');
  assert.ok(returned[0].entry.kind === 'notification' && returned[0].entry.notification.id === 'huge');
  outbox.close();
});

test('[BR-ERR-004] a frame that cannot go out is told of once, however often it is tried, and goes out later', async () => {
  const port = publisher();
  port.full = true;
  const clock = new FakeClock();
  const stalls: unknown[] = [];
  const outbox = outboxOf(port, {
    clock,
    unpublishable: none,
    stalled: (to, error) => stalls.push([to, error instanceof IngestFull]),
  });
  outbox.add(3, [effect('one')]);
  await clock.advanceAndSettle(1000);
  assert.deepEqual(stalls, [['c0', true]]);
  port.full = false;
  await clock.advanceAndSettle(1000);
  assert.deepEqual(port.stored, [['one']]);
  assert.equal(outbox.pending, 0);
});
