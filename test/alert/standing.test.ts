import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../alert/dry-run.ts';
import type { Placement } from '../../alert/promotion-state.ts';
import { reason } from '../../alert/reason.ts';
import { standingHolds } from '../../alert/standing.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { aPolicy } from '../support/fake-policy.ts';
import { aProfile } from '../support/namespace-profile.ts';
import { anAlert } from '../support/notification.ts';

const NOW = Date.parse('2026-11-23T09:00:00Z');
const rule = inhibitionRule('node-down', {
  sourceMatch: ['alertname="NodeDown"', 'environment="production"'],
  targetMatch: ['alertname="PodDown"'],
  equal: ['node'],
});
const policy = aPolicy({ inhibitions: [rule] });
const labelled = (alertname: string, node: string, namespace = 'prod-a', fingerprint = alertname) =>
  anAlert({ fingerprint, labels: { alertname, node, namespace } });
const pod = labelled('PodDown', 'n7');
const heldBy = (...firing: ReturnType<typeof anAlert>[]) => {
  const outcome = dryRun(policy, pod, NOW, standingHolds(policy, pod.tenant, firing, [], NOW));
  return { code: outcome.groups[0]?.held?.code, told: outcome.told };
};

test('[BR-WH-019] [BR-AP-008] a dry run knows what would be inhibited by what fires now', () => {
  assert.deepEqual(heldBy(labelled('NodeDown', 'n7')), { code: 'hold.inhibited', told: [] });
  assert.deepEqual(heldBy(labelled('NodeDown', 'n8')), { code: undefined, told: ['ops'] });
  // By the policy that is tried, this one is not production.
  assert.equal(heldBy(labelled('NodeDown', 'n7', 'test-a')).code, undefined);
  assert.equal(heldBy({ ...labelled('NodeDown', 'n7'), tenant: 'other' }).code, undefined);
});

test('what the tried policy drops inhibits nothing', () => {
  const dropping = aPolicy({
    inhibitions: [rule],
    filter: ({ alert: { labels } }) => {
      const dropped = labels.alertname === 'NodeDown' ? reason('filter.dropped', 'rule r') : null;
      return { dropped, labels, priority: null, reasons: dropped === null ? [] : [dropped] };
    },
  });
  assert.equal(standingHolds(dropping, pod.tenant, [labelled('NodeDown', 'n7')], [], NOW).holds, null);
});

test('[BR-WH-019] [BR-AP-008] a dry run knows the silences that people set', () => {
  const times = { startsAt: NOW - 1, endsAt: NOW + 60_000 };
  const silence = { id: 's1', tenant: pod.tenant, createdBy: 'ann', comment: '', broad: false, ...times };
  const held = (matcher: string, now: number) => {
    const standing = standingHolds(policy, pod.tenant, [], [{ ...silence, matchers: [matcher] }], now);
    return dryRun(policy, pod, now, standing).groups[0]?.held?.code;
  };
  assert.equal(held('alertname="PodDown"', NOW), 'hold.silence');
  assert.equal(held('alertname="PodDown"', NOW + 60_000), undefined);
  assert.equal(held('alertname="Other"', NOW), undefined);
});

test('[BR-WH-019] [BR-AP-028] [BR-QUAL-002] a dry run knows where people put a namespace, of what fires as well', () => {
  const placing = {
    ...policy,
    profile: (tenant: string, namespace: string, _labels: unknown, placed?: Placement) =>
      aProfile({ tenant, namespace, environment: placed?.environment ?? 'staging' }),
  };
  const placements = new Map([['shop', { id: 'p1', environment: 'production', because: 'people' } as const]]);
  const down = labelled('NodeDown', 'n7', 'shop');
  const standing = standingHolds(placing, pod.tenant, [down], [], NOW, placements);
  assert.equal(dryRun(placing, down, NOW, standing).environment, 'production');
  assert.equal(dryRun(placing, pod, NOW, standing).environment, 'staging', 'another namespace');
  assert.equal(dryRun(placing, pod, NOW, standing).groups[0]?.held?.code, 'hold.inhibited', 'by production alone');
  assert.equal(dryRun(placing, down, NOW).environment, 'staging', 'where nobody was asked');
});
