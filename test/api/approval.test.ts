import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertEvent } from '../../alert/event.ts';
import { reason } from '../../alert/reason.ts';
import { fingerprintOf, keyOf, opened, resolved, T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const PATH = `/v1/alerts/acme/${fingerprintOf(1)}`;
const RULE = 'rule ask of Filter acme/f';
const UNTIL = T0 + 600_000;

function waiting(n: number): AlertEvent {
  const approval = { rule: RULE, until: UNTIL, default: 'approve', approvers: ['ann'] } as const;
  return { ...opened(n, `r${n}`), approval } as AlertEvent;
}

function decided(n: number, type: 'alert.approved' | 'alert.rejected', by: string | null): AlertEvent {
  const reasons = [reason(by === null ? 'approval.default-rejected' : type)];
  return { type, key: keyOf(n), at: T0 + 1000, command: by === null ? null : 'c', by, comment: 'seen', reasons };
}

test('[BR-AP-019] approving and rejecting are commands; who may not decide is told who may', async () => {
  const api = await new ServedApi().start([waiting(1)]);
  for (const action of ['approve', 'reject']) {
    assert.equal((await api.post(`${PATH}/${action}`, { by: 'ann', comment: 'seen' })).status, 200);
  }
  assert.deepEqual(
    api.commands.map(({ action, by, comment }) => [action, by, comment]),
    [
      ['approve', 'ann', 'seen'],
      ['reject', 'ann', 'seen'],
    ],
  );
  const why = reason('command.refused', 'approve: eve may not decide about it; allowed: ann');
  api.reply = async () => ({ ok: false, status: 403, reasons: [why] });
  const { status, body } = await api.post(`${PATH}/approve`, { by: 'eve' });
  assert.deepEqual([status, body.detail, body.reasons], [403, why.detail, [why]]);
});

test('[BR-AP-019] [BR-ERR-010] [BR-AP-020] what waits can be listed; the alert and its history say who decided, or that nobody did', async () => {
  const api = await new ServedApi().start(
    [waiting(1), waiting(2), waiting(3), waiting(4), opened(5, 'r5')],
    [decided(2, 'alert.approved', 'ann'), decided(3, 'alert.rejected', null), resolved(4, 'r6')],
  );
  const listed = async (state: string) =>
    (await api.get(`/v1/alerts?approval=${state}`)).body.alerts.map(
      (alert: { fingerprint: string }) => alert.fingerprint,
    );
  for (const [state, n] of [
    ['waiting', 1],
    ['approved', 2],
    ['rejected', 3],
    ['lapsed', 4],
  ] as const) {
    assert.deepEqual(await listed(state), [fingerprintOf(n)], state);
  }
  const asked = { rule: RULE, until: new Date(UNTIL).toISOString(), default: 'approve', approvers: ['ann'] };
  const { body } = await api.get(PATH);
  assert.deepEqual(body.approval, { state: 'waiting', ...asked, decided: null });
  const approved = (await api.get(`/v1/alerts/acme/${fingerprintOf(2)}`)).body;
  const at = new Date(T0 + 1000).toISOString();
  assert.deepEqual(approved.approval, { state: 'approved', ...asked, decided: { at, by: 'ann', comment: 'seen' } });
  assert.deepEqual([approved.status, approved.history[0].detail], ['firing', 'by ann: seen']);
  const rejected = (await api.get(`/v1/alerts/acme/${fingerprintOf(3)}`)).body;
  assert.deepEqual([rejected.status, rejected.approval.decided.by], ['closed', null]);
  assert.equal(rejected.history[0].reasons[0].code, 'approval.default-rejected');
  assert.equal((await api.get(`/v1/alerts/acme/${fingerprintOf(5)}`)).body.approval, null);
});
