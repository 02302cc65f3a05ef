/** Alerts that wait for a person: who decides, what silence means, and what nobody may wait for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { ApprovalDemand } from '../../alert/approval-demand.ts';
import { dryRun } from '../../alert/dry-run.ts';
import type { CommandEntry, GroupEntry } from '../../alert/entry.ts';
import type { AlertEvent } from '../../alert/event.ts';
import { decideGroup, evolveGroup, type GroupState } from '../../alert/group.ts';
import { type AlertCommand, type AlertState, alertDueAt, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import { packAlert, unpackAlert } from '../../alert/packed-alert.ts';
import type { Policy } from '../../alert/policy.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;
const RULE = 'rule ask of Filter t/f';
const FINGERPRINT = '00000000000000f1';

const asking = (demand: Partial<ApprovalDemand> = {}, change: Parameters<typeof aPolicy>[0] = {}): Policy =>
  aPolicy({
    root: aRoute({ groupBy: ['alertname'], channels: ['ops'], groupWait: 0, groupInterval: 5 * MINUTE }),
    filter: ({ alert: { labels } }) => {
      const approval = { rule: RULE, deadline: 10 * MINUTE, default: 'reject' as const, approvers: [], ...demand };
      return { dropped: null, labels, priority: null, reasons: [], approval };
    },
    ...change,
  });

function report(change: Partial<Alert> = {}): AlertCommand {
  const labels = { alertname: 'X', namespace: 'dev-a' };
  const of = { tenant: 't', fingerprint: FINGERPRINT, labels, generatorURL: '', source: 'am' };
  const alert: Alert = { ...of, status: 'firing', annotations: {}, startsAt: START, endsAt: null, ...change };
  return { kind: 'report', alert, cause: { receipt: 'r', index: 0 } };
}

function person(action: CommandEntry['action'], id = action as string, by = 'ann'): AlertCommand {
  const entry = { kind: 'command' as const, id, tenant: 't', fingerprint: FINGERPRINT, action };
  return { kind: 'command', entry: { ...entry, by, comment: 'seen', replyTo: '' } };
}

const resolved = (at: number) => report({ status: 'resolved', endsAt: at });
const tick: AlertCommand = { kind: 'tick' };

/** One alert and its one group: what is told of it, and when. */
class World {
  state: AlertState | null = null;
  group: GroupState | null = null;
  readonly policy: Policy;
  readonly told: string[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
  }

  take(command: AlertCommand, now: number) {
    const decision = decideAlert(this.state, command, now, this.policy);
    for (const event of decision.events) this.state = evolveAlert(this.state, event);
    for (const entry of decision.effects) this.#inform(entry, now);
    this.look(now);
    return decision;
  }

  look(now: number): void {
    this.#decide(decideGroup(this.group, { kind: 'tick' }, now, this.policy, 'p'));
  }

  #inform(entry: GroupEntry, now: number): void {
    this.#decide(decideGroup(this.group, { kind: 'insert', entry }, now, this.policy, 'p'));
  }

  #decide({ events, effects }: ReturnType<typeof decideGroup>): void {
    for (const event of events) this.group = evolveGroup(this.group, event);
    for (const { notification } of effects) this.told.push(...notification.alerts.map(({ status }) => status));
  }
}

test('[BR-AP-019] an alert that a rule has approved first waits: its state, its group and a trial say so', () => {
  const world = new World(asking());
  const { events } = world.take(report(), START);
  const [opened] = events;
  assert.ok(opened?.type === 'alert.opened');
  assert.ok(opened.reasons.some(({ code, detail }) => code === 'approval.required' && detail === RULE));
  const approval = { rule: RULE, default: 'reject', approvers: [], until: START + 10 * MINUTE };
  assert.deepEqual(world.state?.approval, approval);
  assert.deepEqual(world.told, []);
  assert.equal(world.group?.held?.[0]?.reason.code, 'hold.approval');
  assert.match(world.group?.held?.[0]?.reason.detail ?? '', /until 2026-11-23T09:10:00.000Z, then reject/);
  const trial = dryRun(world.policy, (report() as { alert: Alert }).alert, START);
  assert.equal(trial.groups[0]?.held?.code, 'hold.approval');
  assert.deepEqual(unpackAlert(packAlert(world.state!)), world.state);
});

test('[BR-AP-019] approved by a person, it is told at once, and its end as well', () => {
  const world = new World(asking());
  world.take(report(), START);
  const { reply, events } = world.take(person('approve'), START + 1000);
  assert.deepEqual(reply, { ok: true, status: 200, reasons: [{ code: 'alert.approved', detail: 'by ann' }] });
  const [event] = events;
  assert.ok(event?.type === 'alert.approved' && event.by === 'ann' && event.comment === 'seen');
  assert.deepEqual(world.told, ['firing']);
  assert.equal(world.state?.approval, undefined);
  assert.deepEqual(world.take(person('approve'), START + 2000).reply, reply, 'the same command gets the same answer');
  assert.equal(world.take(person('reject'), START + 2000).reply?.status, 409);
  world.take(resolved(START + 3000), START + 3000);
  world.look(START + 20 * MINUTE);
  assert.deepEqual(world.told, ['firing', 'resolved']);
});

test('[BR-AP-019] rejected by a person, it is closed, and nobody hears of it until it begins anew', () => {
  const world = new World(asking());
  world.take(report(), START);
  const { reply } = world.take(person('reject'), START + 1000);
  assert.deepEqual(reply?.reasons, [{ code: 'alert.rejected', detail: 'by ann' }]);
  assert.equal(world.state?.phase, 'closed');
  world.take(report(), START + MINUTE);
  world.look(START + 20 * MINUTE);
  assert.deepEqual(world.told, []);
  const [again] = world.take(report({ startsAt: START + 30 * MINUTE }), START + 30 * MINUTE).events;
  assert.ok(again?.type === 'alert.opened' && again.approval?.until === START + 40 * MINUTE, 'and then it waits again');
});

test('[BR-ERR-010] at the deadline the default decides, under a reason of its own', () => {
  for (const [fallback, code, told] of [
    ['approve', 'approval.default-approved', ['firing']],
    ['reject', 'approval.default-rejected', []],
  ] as const) {
    const world = new World(asking({ default: fallback }));
    world.take(report(), START);
    assert.equal(alertDueAt(world.state!, world.policy), START + 10 * MINUTE);
    assert.deepEqual(world.take(tick, START + 10 * MINUTE - 1).events, []);
    const [event]: readonly AlertEvent[] = world.take(tick, START + 10 * MINUTE).events;
    assert.ok(event?.type === 'alert.approved' || event?.type === 'alert.rejected');
    assert.deepEqual([event.by, event.command, event.reasons[0]?.code], [null, null, code]);
    assert.deepEqual(world.told, told);
    assert.equal(world.state?.phase, fallback === 'approve' ? 'firing' : 'closed');
    assert.equal(world.take(person('approve'), START + 11 * MINUTE).reply?.status, 409, 'too late');
  }
});

test('[BR-AP-019] only those whom the rule names decide', () => {
  const world = new World(asking({ approvers: ['ann', 'bob'] }));
  world.take(report(), START);
  const { reply, events } = world.take(person('approve', 'c1', 'eve'), START);
  assert.deepEqual(
    [reply?.status, reply?.reasons[0]?.detail],
    [403, 'approve: eve may not decide about it; allowed: ann, bob'],
  );
  assert.ok(events[0]?.type === 'command.refused' && events[0].status === 403);
  assert.equal(world.take(person('approve', 'c1', 'eve'), START).reply?.status, 403, 'nor when asked again');
  assert.equal(world.take(person('approve', 'c2', 'bob'), START).reply?.status, 200);
});

test('[BR-AP-019] what does not wait cannot be approved, and what is not known neither', () => {
  const world = new World(aPolicy());
  assert.equal(world.take(person('approve'), START).reply?.status, 404);
  world.take(report(), START);
  const { reply } = world.take(person('approve'), START);
  assert.deepEqual([reply?.status, reply?.reasons[0]?.detail], [409, 'approve: it does not wait for anybody']);
});

test('[BR-AP-019] [BR-QUAL-002] production and critical alerts wait only where silence means yes', () => {
  const production = report({ labels: { alertname: 'X', namespace: 'prod-a' } });
  const critical = report({ labels: { alertname: 'X', namespace: 'dev-a', severity: 'critical' } });
  for (const command of [production, critical]) {
    const told = new World(asking({ default: 'reject' }));
    const [event] = told.take(command, START).events;
    assert.ok(event?.type === 'alert.opened' && event.reasons.some(({ code }) => code === 'approval.waived'));
    assert.deepEqual(told.told, ['firing']);
    const waiting = new World(asking({ default: 'approve' }));
    waiting.take(command, START);
    assert.deepEqual(waiting.told, []);
  }
});

test('[BR-AP-019] what waits inhibits nothing until it is approved', () => {
  const rules = [inhibitionRule('r', { sourceMatch: ['alertname="X"'], targetMatch: ['alertname="Y"'] })];
  const world = new World(asking({}, { inhibitions: rules }));
  assert.equal(world.take(report(), START).inhibitor, undefined);
  assert.equal(world.take(person('approve'), START).inhibitor?.labels?.alertname, 'X');
  assert.equal(world.take(resolved(START + 1), START + 1).inhibitor?.labels, null);
});

test('[BR-AP-019] a new policy neither ends the waiting nor begins it', () => {
  const world = new World(asking());
  world.take(report(), START);
  const before = world.state?.approval;
  const newer = decideAlert(world.state, report(), START + 1, aPolicy({ hash: 'p2' })).events[0]!;
  assert.deepEqual(evolveAlert(world.state, newer)?.approval, before);
  const free = new World(aPolicy());
  free.take(report(), START);
  const again = decideAlert(free.state, report(), START + 1, asking({}, { hash: 'p2' })).events[0]!;
  assert.equal(evolveAlert(free.state, again)?.approval, undefined);
});

type Step = readonly [
  what: 'report' | 'resolve' | 'approve' | 'reject' | 'acknowledge' | 'close' | 'wait',
  after: number,
];

test('[BR-AP-019] [BR-ERR-010] whatever happens, nobody is told of an alert that nobody approved of, and an end only after a beginning', () => {
  const what = fc.constantFrom('report', 'resolve', 'approve', 'reject', 'acknowledge', 'close', 'wait' as const);
  const steps = fc.array(fc.tuple(what, fc.integer({ min: 1, max: 6 * MINUTE })), { maxLength: 12 });
  fc.assert(
    fc.property(steps, fc.constantFrom('approve' as const, 'reject' as const), (taken, fallback) => {
      const world = new World(asking({ default: fallback }));
      let now = START;
      let mayBeTold = false;
      world.take(report(), now);
      for (const [i, [step, after]] of (taken as Step[]).entries()) {
        now += after;
        for (const { type } of world.take(tick, now).events) {
          if (type === 'alert.approved') mayBeTold = true;
        }
        for (const { type } of world.take(commandOf(step, i, now), now).events) {
          if (type === 'alert.approved') mayBeTold = true;
        }
        if (!mayBeTold) assert.deepEqual(world.told, []);
      }
      assert.notEqual(world.told[0], 'resolved');
    }),
  );
});

function commandOf(step: Step[0], i: number, now: number): AlertCommand {
  switch (step) {
    case 'report':
      return report({ startsAt: now });
    case 'resolve':
      return resolved(now);
    case 'wait':
      return tick;
    default:
      return person(step, `c${i}`);
  }
}
