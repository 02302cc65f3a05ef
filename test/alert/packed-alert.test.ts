import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertState } from '../../alert/alert-state.ts';
import { decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import { type PackedAlert, packAlert, unpackAlert } from '../../alert/packed-alert.ts';
import { pack, unpack } from '../../bus/pack.ts';
import { aPolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

function opened(): AlertState {
  const command = { kind: 'report' as const, alert: anAlert(), cause: { receipt: 'r', index: 0 } };
  const { events } = decideAlert(null, command, 1000, aPolicy());
  return events.reduce<AlertState | null>((state, event) => evolveAlert(state, event), null)!;
}

test('[BR-PERF-032] an alert that slept, in memory or in a snapshot, is the same when it wakes', () => {
  const state = opened();
  const odd: AlertState = { ...state, shown: { a: '1' }, inhibits: true, snoozedUntil: 7, businessUnit: 'shop' };
  for (const one of [state, odd]) {
    assert.deepEqual(unpackAlert(packAlert(one)), one);
    assert.deepEqual(unpackAlert(unpack(pack(packAlert(one))) as PackedAlert), one);
  }
  assert.equal('snoozedUntil' in unpackAlert(packAlert(state)), false, 'what was not there is not there');
});
