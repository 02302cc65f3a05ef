import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerSteps, verdicts } from '../../bin/ledger.ts';
import '../support/leaks.ts';

const AT = '2026-11-23T09:00:00.000Z';

function alertWith(held: object | null): Record<string, unknown> {
  const reasons = [{ code: 'group.held', detail: '0 firing, 0 resolved, 1 held back' }];
  const decision = { at: AT, since: AT, times: 3, notificationId: null, held, heldCount: 1, reasons };
  const line = { channel: 'ops', notified: false, nextFlush: AT, decisions: [decision], deliveries: [] };
  return { history: [], ledger: [line] };
}

test('[BR-AP-008] [BR-AP-020] explain says per receiver what holds the alert back, before what the flush said of its group', () => {
  const alert = alertWith({ code: 'hold.silence', detail: 's1 by ann, until noon: upgrade' });
  const [step] = ledgerSteps(alert);
  assert.deepEqual(step?.details, [
    'hold.silence: s1 by ann, until noon: upgrade',
    'group.held: 0 firing, 0 resolved, 1 held back',
  ]);
  assert.match(verdicts(alert)[0]!.why, /^hold\.silence: s1 by ann/);
  assert.equal(verdicts(alertWith(null))[0]!.why, 'group.held: 0 firing, 0 resolved, 1 held back');
});

test('[BR-AP-020] what an alert is part of stands among its steps, with why', () => {
  const [step] = ledgerSteps({
    history: [],
    ledger: [],
    incidents: [
      { id: 'i1', kind: 'incident', rule: 'node-down', joinedAt: '2026-11-23T09:00:00Z', because: ['same node n7'] },
    ],
  });
  assert.deepEqual(step, {
    at: '2026-11-23T09:00:00Z',
    what: 'incident.joined',
    channel: null,
    times: 1,
    details: ['incident i1 by rule node-down', 'same node n7'],
  });
});
