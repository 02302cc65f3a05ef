import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Sends } from '../../actors/sends.ts';
import { silentLog } from '../../telemetry/log.ts';
import { aNotification } from '../support/notification.ts';
import '../support/leaks.ts';

test('[BR-REL-013] [BR-NOT-011] an owner that cannot confirm that it is one sends nothing, and no attempt is used up', async () => {
  const sent: string[] = [];
  const concluded: string[] = [];
  const owner = { may: false };
  const deps = {
    log: silentLog,
    maySend: () => owner.may,
    send: async ({ notification }: { notification: { id: string } }) => {
      sent.push(notification.id);
      return { kind: 'delivered' as const, detail: '200' };
    },
  };
  const sends = new Sends(deps, ({ notification }, { kind }) => concluded.push(`${notification.id} ${kind}`));
  sends.start({ notification: aNotification({ id: 'a' }), attempt: 1, earlier: null, progress: null });
  await turn();
  owner.may = true;
  sends.start({ notification: aNotification({ id: 'b' }), attempt: 1, earlier: null, progress: null });
  await sends.ended();
  assert.deepEqual(sent, ['b']);
  assert.deepEqual(concluded, ['a unsent', 'b delivered']);
});
