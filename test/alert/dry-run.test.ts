import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../alert/dry-run.ts';
import { turnsOf } from '../../alert/escalation-policy.ts';
import { decideAlert } from '../../alert/lifecycle.ts';
import { silenceRule } from '../../resources/silence.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const policy = aPolicy();
const alert = anAlert({ labels: { alertname: 'X', namespace: 'prod-a' } });

test('[BR-WH-019] a dry run says what an alert would mean and who would hear of it', () => {
  const { reasons, ...result } = dryRun(policy, alert, 0);
  assert.deepEqual(result, {
    environment: 'production',
    priority: 'P1',
    namespace: 'prod-a',
    dropped: false,
    labels: alert.labels,
    groups: [{ key: '{}:{alertname="X"}', labels: { alertname: 'X' }, groupWait: 30_000, channels: ['ops'] }],
    told: ['ops'],
  });
  assert.ok(reasons.some((one) => one.code === 'route.matched'));
});

test('[BR-WH-019] it is what the real decision does', () => {
  const report = { kind: 'report' as const, alert, cause: { receipt: 'r', index: 0 } };
  const { effects } = decideAlert(null, report, 0, policy);
  assert.deepEqual(
    dryRun(policy, alert, 0).groups.map((group) => group.key),
    effects.map((effect) => effect.group.key),
  );
});

test('[BR-WH-019] [BR-AP-008] it says what is declared to hold the alert back now', () => {
  const silence = silenceRule('default', 's1', { matchers: ['alertname="X"'], endsAt: '2026-12-01T00:00:00Z' });
  const held = (now: string) => dryRun(aPolicy({ silences: [silence] }), alert, Date.parse(now)).groups[0]?.held?.code;
  assert.equal(held('2026-11-30T23:59:59Z'), 'hold.silence');
  assert.equal(held('2026-12-01T00:00:00Z'), undefined);
});

test('[BR-WH-019] [BR-AP-009] it says who would be told next, where its route escalates alerts like this one', () => {
  const turns = turnsOf([{ after: 60_000, channels: ['lead'], repeat: { every: 30_000, times: 1 } }]);
  const root = aRoute({ channels: ['ops'], escalation: 'e' });
  const escalation = (severities: string[] | null) => {
    const declared = { name: 'e', turns, severities, priorities: null, stopOn: [] };
    return dryRun(aPolicy({ root, escalations: [declared] }), alert, 0).groups[0]?.escalation;
  };
  assert.deepEqual(escalation(null), [{ after: 60_000, channels: ['lead'] }]);
  assert.equal(escalation(['critical']), undefined);
});
