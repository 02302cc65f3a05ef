/** Who hears that a promotion waits for approval, and what became of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupEntry, PromotionEntry } from '../../alert/entry.ts';
import type { Policy } from '../../alert/policy.ts';
import { decidePromotion, type PromotionCommand } from '../../alert/promotion.ts';
import { promotionNotices } from '../../alert/promotion-notice.ts';
import { evolvePromotions, type PromotionRule, type PromotionsState } from '../../alert/promotion-state.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';
import { aProfile } from '../support/namespace-profile.ts';

const NOW = Date.parse('2026-11-23T09:00:00Z');
const HOUR = 3_600_000;

function policyWith(rule: Partial<PromotionRule> = {}, channels = ['ops', 'leads']): Policy {
  const root = aRoute({ matchers: [], groupBy: [], channels });
  return {
    ...aPolicy({ root }),
    profile: (tenant, namespace) => aProfile({ tenant, namespace, environment: 'staging', priority: 'P3' }),
    promotion: () => ({ approvals: 1, approvers: [], deadline: HOUR, ...rule }),
  };
}

function entry(action: PromotionEntry['action'], by: string): PromotionCommand {
  const of = { kind: 'promotion' as const, id: `${action}-${by}`, tenant: 't', namespace: 'shop', promotion: 'p1' };
  const request = action === 'request' ? { to: 'production' as const, override: false } : {};
  return { ...of, action, by, comment: '', replyTo: '', ...request };
}

class Desk {
  state: PromotionsState | null = null;
  readonly told: GroupEntry[] = [];
  readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  take(command: PromotionCommand, now = NOW): void {
    const { events } = decidePromotion(this.state, command, now, this.policy);
    this.told.push(...promotionNotices(this.state, events, this.policy));
    for (const event of events) this.state = evolvePromotions(this.state, event);
  }
}

test('[BR-AP-028] the channels of the routes hear that a promotion waits: of what, whom it needs, and until when', () => {
  const desk = new Desk(policyWith({ approvals: 2, approvers: ['bob', 'cleo'] }));
  desk.take(entry('request', 'ann'));
  const [{ alert, group }] = desk.told as [GroupEntry];
  assert.deepEqual(group.timing.channels, ['ops', 'leads']);
  const { alertname, namespace, from, to } = alert.labels;
  assert.deepEqual([alertname, namespace, from, to], ['PromotionRequested', 'shop', 'staging', 'production']);
  assert.match(alert.annotations.summary ?? '', /shop .*waits for 2 approvals until 2026-11-23T10:00:00\.000Z/);
  assert.match(alert.annotations.approve ?? '', /\/v1\/namespaces\/t\/shop\/promotions\/p1\/approve/);
  assert.equal(alert.annotations.approvers, 'bob, cleo');
});

const ENDINGS: Readonly<Record<string, readonly [PromotionCommand[], number, RegExp]>> = {
  approved: [[entry('approve', 'bob'), entry('approve', 'cleo')], NOW + 1, /approved by bob and cleo/],
  rejected: [[entry('approve', 'bob'), entry('reject', 'cleo')], NOW + 1, /by cleo/],
  'left alone until it was void': [[{ kind: 'tick' }], NOW + HOUR, /0 of 2 approvals/],
};

for (const [how, [commands, at, outcome]] of Object.entries(ENDINGS)) {
  test(`[BR-AP-028] whoever heard that a promotion waits hears that it was ${how}`, () => {
    const desk = new Desk(policyWith({ approvals: 2 }));
    desk.take(entry('request', 'ann'));
    for (const command of commands) desk.take(command, at);
    assert.deepEqual(
      desk.told.map(({ alert, group }) => [alert.status, group.id, alert.fingerprint]),
      [
        ['firing', desk.told[0]?.group.id, desk.told[0]?.alert.fingerprint],
        ['resolved', desk.told[0]?.group.id, desk.told[0]?.alert.fingerprint],
      ],
    );
    assert.match(desk.told[1]?.alert.annotations.outcome ?? '', outcome);
  });
}

test('where no route leads anywhere nobody is told, and what is refused is told to nobody', () => {
  const quiet = new Desk(policyWith({}, []));
  quiet.take(entry('request', 'ann'));
  assert.deepEqual(quiet.told, []);
  const desk = new Desk(policyWith());
  desk.take(entry('approve', 'bob'));
  desk.take(entry('reject', 'bob'));
  assert.deepEqual(desk.told, []);
});
