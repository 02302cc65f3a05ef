/** Moving namespaces: which way, who approves, what ends a request, and what deciding makes of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENVIRONMENTS, type Environment } from '../../alert/alert.ts';
import type { PromotionEntry } from '../../alert/entry.ts';
import { decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Policy } from '../../alert/policy.ts';
import { decidePromotion, type PromotionCommand } from '../../alert/promotion.ts';
import {
  evolvePromotions,
  type Placement,
  type PromotionRule,
  type PromotionsState,
  packPromotions,
  promotionsDueAt,
  unpackPromotions,
} from '../../alert/promotion-state.ts';
import { aPolicy } from '../support/fake-policy.ts';
import { aProfile } from '../support/namespace-profile.ts';
import { anAlert } from '../support/notification.ts';

const NOW = Date.parse('2026-11-23T09:00:00Z');
const HOUR = 3_600_000;

/** Where the cluster and the patterns see the namespace; what people decided comes first. */
function policyAt(environment: Environment, rule: Partial<PromotionRule> = {}): Policy {
  return {
    ...aPolicy(),
    profile: (tenant, namespace, _labels, placed) =>
      aProfile({ tenant, namespace, environment: placed?.environment ?? environment }),
    promotion: () => ({ approvals: 1, approvers: [], deadline: HOUR, ...rule }),
  };
}

class Desk {
  state: PromotionsState | null = null;
  policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  take(command: PromotionCommand, now = NOW) {
    const decision = decidePromotion(this.state, command, now, this.policy);
    for (const event of decision.events) this.state = evolvePromotions(this.state, event);
    return decision;
  }

  ask(to: Environment, by = 'ann', change: Partial<PromotionEntry> = {}) {
    return this.take({ ...entry(by, 'request'), to, ...change });
  }

  approve(by: string, change: Partial<PromotionEntry> = {}, now = NOW) {
    return this.take({ ...entry(by, 'approve'), ...change }, now);
  }

  get placed(): Placement | undefined {
    return this.state?.placements.get('shop');
  }
}

function entry(by: string, action: PromotionEntry['action']): PromotionEntry {
  const about = { kind: 'promotion', tenant: 't', namespace: 'shop', promotion: 'p1' } as const;
  return { ...about, id: `${action}-${by}`, action, by, comment: 'why', replyTo: '' };
}

const refusal = ({ reply }: ReturnType<Desk['take']>) => [reply?.status, reply?.reasons[0]?.detail];

test('[BR-AP-028] somebody asks, others approve, and with the last approval the namespace has moved, everywhere', () => {
  const desk = new Desk(policyAt('staging', { approvals: 2 }));
  const asked = desk.ask('production');
  assert.deepEqual(asked.reply?.reasons, [
    {
      code: 'promotion.requested',
      detail: 'promotion p1 of shop from staging to production, by ann; approvals needed: 2',
    },
  ]);
  const first = desk.approve('bob');
  assert.equal(first.reply?.reasons[0]?.code, 'promotion.approved');
  assert.match(first.reply?.reasons[0]?.detail ?? '', /by bob; 1 of 2$/);
  assert.deepEqual([first.effects, desk.placed], [[], undefined]);
  const last = desk.approve('cleo');
  const because = 'promotion p1 of shop from staging to production, asked for by ann, approved by bob and cleo';
  assert.deepEqual(last.reply, { ok: true, status: 200, reasons: [{ code: 'promotion.done', detail: because }] });
  const placement = { id: 'p1', environment: 'production', because };
  assert.deepEqual(desk.placed, placement);
  assert.deepEqual(last.effects, [{ kind: 'placement', tenant: 't', namespace: 'shop', placement }]);
  assert.equal(desk.state?.pending.size, 0);
  assert.deepEqual(unpackPromotions(packPromotions(desk.state!)), desk.state);
});

test('[BR-AP-028] nobody approves of what they asked for, nor twice, nor unless they are named', () => {
  const desk = new Desk(policyAt('staging', { approvals: 2, approvers: ['ann', 'bob', 'cleo'] }));
  desk.ask('production');
  assert.deepEqual(refusal(desk.approve('ann')), [403, 'ann asked for it; somebody else must approve']);
  assert.deepEqual(refusal(desk.approve('eve')), [403, 'eve may not decide about it; allowed: ann, bob, cleo']);
  desk.approve('bob');
  assert.deepEqual(refusal(desk.approve('bob', { id: 'again' })), [409, 'bob has approved already']);
  assert.equal(desk.approve('bob').reply?.status, 200, 'the same command gets the same answer');
  assert.equal(desk.placed, undefined);
  assert.equal(desk.approve('cleo').reply?.status, 200);
  assert.deepEqual(refusal(desk.approve('cleo')), [404, 'no promotion p1 of shop waits']);
});

test('[BR-AP-028] up it goes one environment at a time, and one request at a time', () => {
  const desk = new Desk(policyAt('development'));
  assert.deepEqual(refusal(desk.ask('production')), [409, 'from development the next is testing, not production']);
  assert.deepEqual(refusal(desk.ask('development')), [409, 'it is in development already']);
  assert.equal(desk.ask('testing').reply?.ok, true);
  assert.equal(desk.ask('testing').reply?.ok, true, 'the same command gets the same answer');
  assert.deepEqual(refusal(desk.ask('testing', 'bob', { promotion: 'p2' })), [
    409,
    'promotion p1 to testing waits already',
  ]);
  desk.approve('bob');
  assert.equal(desk.ask('staging', 'ann', { promotion: 'p2' }).reply?.ok, true, 'from where people put it');
});

test('[BR-AP-028] an environment that the tenant does not have is passed by, and no other', () => {
  const policy = policyAt('development');
  const passing = (...missing: Environment[]): Policy => ({
    ...policy,
    promotion: (tenant, to) => ({
      ...policy.promotion(tenant, to),
      ...(missing.includes(to) ? { passable: true } : {}),
    }),
  });
  assert.equal(new Desk(passing('testing')).ask('staging').reply?.ok, true);
  const skipping = new Desk(passing('testing')).ask('production');
  assert.deepEqual(refusal(skipping), [409, 'from development the next is staging, not production']);
  assert.equal(new Desk(passing('testing', 'staging')).ask('production').reply?.ok, true);
  assert.equal(new Desk(passing('testing')).ask('testing').reply?.ok, true, 'a label may put one there, too');
});

test('[BR-AP-028] [BR-QUAL-002] out of production it goes only by an explicit override, with one more approval', () => {
  const desk = new Desk(policyAt('production', { approvals: 2 }));
  const without = refusal(desk.ask('staging'));
  assert.deepEqual(without, [422, 'its alerts would not count as production any more; say override: true for that']);
  assert.equal(desk.ask('testing', 'ann', { override: true }).reply?.ok, true);
  desk.approve('bob');
  desk.approve('cleo');
  assert.equal(desk.state?.placements.size, 0);
  desk.approve('dan');
  assert.equal(desk.placed?.environment, 'testing');
});

test('[BR-AP-028] a request is rejected by an approver, taken back by who asked, or expires', () => {
  const rejecting = (by: string, approvers: readonly string[]) => {
    const desk = new Desk(policyAt('staging', { approvers }));
    desk.ask('production');
    return { desk, decision: desk.take(entry(by, 'reject')) };
  };
  assert.deepEqual(refusal(rejecting('eve', ['bob']).decision), [403, 'eve may not decide about it; allowed: bob']);
  for (const by of ['ann', 'bob']) {
    const { desk, decision } = rejecting(by, ['bob']);
    assert.equal(decision.reply?.reasons[0]?.code, 'promotion.rejected');
    assert.ok(decision.events[0]?.type === 'promotion.ended' && decision.events[0].comment === 'why');
    assert.equal(desk.state, null);
  }
  const desk = new Desk(policyAt('staging', { approvals: 2 }));
  desk.ask('production');
  desk.approve('bob');
  assert.equal(promotionsDueAt(desk.state!), NOW + HOUR);
  assert.deepEqual(desk.take({ kind: 'tick' }, NOW + HOUR - 1).events, []);
  const [expired] = desk.take({ kind: 'tick' }, NOW + HOUR).events;
  assert.ok(expired?.type === 'promotion.ended' && expired.outcome === 'expired' && expired.by === null);
  assert.match(expired.reasons[0]?.detail ?? '', /1 of 2 approvals$/);
  assert.equal(desk.approve('cleo', {}, NOW + HOUR).reply?.status, 404);
});

test('[BR-AP-028] a request is void once the namespace is not where it was to leave', () => {
  const desk = new Desk(policyAt('staging'));
  desk.ask('production');
  desk.policy = policyAt('development');
  const { reply, events } = desk.approve('bob');
  assert.deepEqual([reply?.status, reply?.reasons[0]?.code], [409, 'promotion.void']);
  assert.ok(events[0]?.type === 'promotion.ended' && events[0].outcome === 'void');
  assert.equal(desk.placed, undefined);
});

test('[BR-AP-028] what another partition decided is taken in once', () => {
  const placement: Placement = { id: 'p9', environment: 'production', because: 'b' };
  const desk = new Desk(policyAt('staging'));
  const copy = { kind: 'placement', tenant: 't', namespace: 'shop', placement } as const;
  assert.equal(desk.take(copy).events.length, 1);
  assert.deepEqual(desk.placed, placement);
  assert.deepEqual(desk.take(copy).events, []);
});

test('[BR-AP-028] [BR-AP-020] an alert is decided by where people put its namespace; one that fires already with its next report', () => {
  const policy = policyAt('testing');
  const alert = { ...anAlert({ labels: { alertname: 'X', namespace: 'shop' } }), status: 'firing' as const };
  const report = { kind: 'report' as const, alert, cause: { receipt: 'r', index: 0 } };
  const placed: Placement = { id: 'p1', environment: 'production', because: 'b' };
  const [before] = decideAlert(null, report, NOW, policy).events;
  const state = evolveAlert(null, before!)!;
  assert.equal(state.environment, 'testing');
  const [moved] = decideAlert(state, { ...report, placed }, NOW + 1, policy).events;
  const after = evolveAlert(state, moved!)!;
  assert.deepEqual([after.environment, after.placed], ['production', 'p1']);
  const [again] = decideAlert(after, { ...report, placed }, NOW + 2, policy).events;
  assert.ok(again?.type === 'alert.repeated' && again.routing === null, 'and it is decided once');
});

const people = fc.constantFrom('ann', 'bob', 'cleo', 'dan');
const steps = fc.array(
  fc.record({
    action: fc.constantFrom('request', 'approve', 'reject', 'tick'),
    by: people,
    to: fc.constantFrom(...ENVIRONMENTS),
    override: fc.boolean(),
    after: fc.integer({ min: 0, max: HOUR }),
  }),
  { maxLength: 30 },
);

test('[BR-AP-028] [BR-QUAL-010] [BR-QUAL-002] whatever people do, each move has its approvals, by others than who asked, and none out of production without an override', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 3 }), (taken, approvals) => {
      const desk = new Desk(policyAt('development', { approvals }));
      let now = NOW;
      let overridden = false;
      for (const [i, { action, by, to, override, after }] of taken.entries()) {
        now += after;
        const before = desk.placed?.environment ?? 'development';
        const pending = desk.state?.pending.get('shop');
        const promotion = pending?.id ?? `p${i}`;
        const command: PromotionCommand =
          action === 'tick'
            ? { kind: 'tick' }
            : { ...entry(by, action as 'request'), id: `c${i}`, promotion, to, override };
        const { events } = desk.take(command, now);
        for (const event of events) {
          if (event.type === 'promotion.requested') overridden = override;
          if (event.type !== 'promotion.approved' || event.placement === null || pending === undefined) continue;
          const voters = new Set([...pending.approvals.map((one) => one.by), by]);
          assert.ok(!voters.has(pending.by) && voters.size >= approvals + (before === 'production' ? 1 : 0));
          const up = ENVIRONMENTS.indexOf(before) - ENVIRONMENTS.indexOf(event.placement.environment);
          assert.ok(up === 1 || (up < 0 && (before !== 'production' || overridden)));
        }
      }
    }),
  );
});
