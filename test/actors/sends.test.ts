import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Sends } from '../../actors/sends.ts';
import type { Priority } from '../../alert/alert.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { silentLog } from '../../telemetry/log.ts';
import { aNotification } from '../support/notification.ts';
import '../support/leaks.ts';

const DELIVERED: Outcome = { kind: 'delivered', detail: '200' };

/** Sends whose outcomes the test decides. */
function rig() {
  const begun = new Map<string, (outcome: Outcome) => void>();
  const concluded: [id: string, outcome: Outcome['kind']][] = [];
  const owner = { may: true };
  const sends = new Sends(
    {
      log: silentLog,
      maySend: () => owner.may,
      send: ({ notification }) => new Promise((resolve) => begun.set(notification.id, resolve)),
    },
    ({ notification }, { kind }) => concluded.push([notification.id, kind]),
  );
  const start = (id: string, priority: Priority = 'P3', channel = 'ops') =>
    sends.start({ notification: aNotification({ id, priority, channel }), attempt: 1, atOnce: 2 });
  const end = async (id: string) => {
    begun.get(id)?.(DELIVERED);
    await turn();
  };
  return { sends, start, end, begun, concluded, owner };
}

test('[BR-NOT-014] no more of a channel at once than it has places, and the most urgent takes the next one', async () => {
  const { start, end, begun } = rig();
  start('a');
  start('b');
  start('c', 'P4');
  start('d', 'P1');
  start('other', 'P5', 'pager');
  assert.deepEqual([...begun.keys()], ['a', 'b', 'other']);
  await end('b');
  assert.deepEqual([...begun.keys()], ['a', 'b', 'other', 'd']);
  await end('a');
  assert.deepEqual([...begun.keys()].at(-1), 'c');
});

test('[BR-NOT-011] what waits for a place when the channel is given up is told to be unsent, what is under way may end', async () => {
  const { sends, start, end, concluded } = rig();
  for (const id of ['a', 'b', 'c', 'd']) start(id);
  const ended = sends.ended();
  assert.deepEqual(concluded, [
    ['c', 'unsent'],
    ['d', 'unsent'],
  ]);
  await end('a');
  await end('b');
  await ended;
  assert.deepEqual(concluded.slice(2), [
    ['a', 'delivered'],
    ['b', 'delivered'],
  ]);
});

test('[BR-REL-013] an owner that cannot confirm that it is one sends nothing', async () => {
  const { start, begun, concluded, owner } = rig();
  owner.may = false;
  start('a');
  await turn();
  assert.equal(begun.size, 0);
  assert.deepEqual(concluded, [['a', 'unsent']]);
});
