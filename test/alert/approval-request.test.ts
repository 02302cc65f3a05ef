/** Who hears that an alert waits for a person, and that it does not any more. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { ApprovalDemand } from '../../alert/approval-demand.ts';
import { approvalRequest } from '../../alert/approval-request.ts';
import type { CommandEntry, GroupEntry } from '../../alert/entry.ts';
import { type AlertCommand, type AlertState, alertDueAt, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Policy } from '../../alert/policy.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;

function asking(demand: Partial<ApprovalDemand>, asks: () => boolean = () => true): Policy {
  return aPolicy({
    root: aRoute({ groupBy: ['alertname'], channels: ['ops', 'web'] }),
    filter: ({ alert: { labels } }) => {
      const rule = 'rule ask of Filter t/f';
      const approval = { rule, deadline: 10 * MINUTE, default: 'reject' as const, approvers: [], ...demand };
      return { dropped: null, labels, priority: null, reasons: [], ...(asks() ? { approval } : {}) };
    },
  });
}

function report(change: Partial<Alert> = {}): AlertCommand {
  const of = { tenant: 't', fingerprint: '00000000000000f1', generatorURL: '', source: 'am', annotations: {} };
  const labels = { alertname: 'X', namespace: 'dev-a', team: 'web' };
  const alert: Alert = { ...of, labels, status: 'firing', startsAt: START, endsAt: null, ...change };
  return { kind: 'report', alert, cause: { receipt: 'r', index: 0 } };
}

function person(action: CommandEntry['action'], id: string): AlertCommand {
  const entry = { kind: 'command' as const, id, tenant: 't', fingerprint: '00000000000000f1', action };
  return { kind: 'command', entry: { ...entry, by: 'ann', comment: '', replyTo: '' } };
}

class Life {
  state: AlertState | null = null;
  readonly policy: Policy;
  readonly requests: GroupEntry[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
  }

  take(command: AlertCommand, now: number): void {
    const { events } = decideAlert(this.state, command, now, this.policy);
    const request = approvalRequest(this.state, events);
    if (request !== null) this.requests.push(request);
    for (const event of events) this.state = evolveAlert(this.state, event);
  }
}

const told = ({ requests }: Life) => requests.map(({ alert }) => alert.status);

test('[BR-AP-019] the channels of its routes hear that an alert waits, unless the rule names others or nobody', () => {
  const channels = (demand: Partial<ApprovalDemand>) => {
    const life = new Life(asking(demand));
    life.take(report(), START);
    return life.requests.map(({ group }) => group.timing.channels);
  };
  assert.deepEqual(channels({}), [['ops', 'web']]);
  assert.deepEqual(channels({ receivers: ['leads'] }), [['leads']]);
  assert.deepEqual(channels({ receivers: [] }), []);
});

test('[BR-AP-019] the request carries the labels of the alert, so that a silence of it silences the request', () => {
  const life = new Life(asking({ approvers: ['ann', 'bob'] }));
  life.take(report(), START);
  const [{ alert }] = life.requests as [GroupEntry];
  const { labels, annotations, environment, priority } = alert;
  assert.deepEqual(
    [labels.alertname, labels.alert, labels.team, environment, priority],
    ['ApprovalRequired', 'X', 'web', 'testing', 'P3'],
  );
  assert.equal(annotations.approvers, 'ann, bob');
  assert.match(annotations.summary ?? '', /until 2026-11-23T09:10:00\.000Z, then reject/);
  assert.notEqual(alert.fingerprint, life.state?.fingerprint);
});

const ENDINGS: Readonly<Record<string, readonly [AlertCommand, number, RegExp]>> = {
  approved: [person('approve', 'c'), START + 1000, /by ann/],
  rejected: [person('reject', 'c'), START + 1000, /by ann/],
  'decided by its default': [{ kind: 'tick' }, START + 10 * MINUTE, /then reject/],
  'ended by its sender': [report({ status: 'resolved', endsAt: START + 1000 }), START + 1000, /./],
  closed: [person('close', 'c'), START + 1000, /by ann/],
};

for (const [how, [command, at, outcome]] of Object.entries(ENDINGS)) {
  test(`[BR-AP-019] whoever heard that an alert waits hears that it was ${how}`, () => {
    const life = new Life(asking({}));
    life.take(report(), START);
    life.take(report(), START + 500);
    life.take(command, at);
    assert.deepEqual(told(life), ['firing', 'resolved']);
    const [first, last] = life.requests as [GroupEntry, GroupEntry];
    assert.deepEqual([last.group.id, last.alert.fingerprint], [first.group.id, first.alert.fingerprint]);
    assert.match(last.alert.annotations.outcome ?? '', outcome);
  });
}

const anything = fc.oneof(
  fc.constant<AlertCommand>(report()),
  fc.constant<AlertCommand>(report({ annotations: { summary: 'changed' } })),
  fc.constantFrom<CommandEntry['action']>('approve', 'reject', 'acknowledge', 'close'),
  fc.constant('resolve' as const),
  fc.constant('tick' as const),
);

test('[BR-AP-019] [BR-ERR-011] over any history requests begin and end in turns, and one stands open exactly while the alert waits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anything, fc.integer({ min: 1, max: 15 * MINUTE }), fc.boolean()), { maxLength: 25 }),
      (steps) => {
        let asks = true;
        const life = new Life(asking({}, () => asks));
        let now = START;
        for (const [i, [step, pause, asked]] of steps.entries()) {
          now += pause;
          asks = asked;
          const due = life.state === null ? null : alertDueAt(life.state, life.policy);
          if (step === 'tick' && (due === null || due > now)) continue;
          const command: AlertCommand =
            step === 'resolve'
              ? report({ status: 'resolved', endsAt: now })
              : step === 'tick'
                ? { kind: 'tick' }
                : typeof step === 'string'
                  ? person(step, `c${i}`)
                  : ({
                      ...step,
                      ...(step.kind === 'report' ? { alert: { ...step.alert, startsAt: now } } : {}),
                    } as AlertCommand);
          life.take(command, now);
          const waits = life.state?.approval !== undefined && ['firing', 'acknowledged'].includes(life.state.phase);
          assert.equal(told(life).at(-1) === 'firing', waits);
        }
        assert.ok(told(life).every((status, i) => status === (i % 2 === 0 ? 'firing' : 'resolved')));
      },
    ),
    { numRuns: 300 },
  );
});
