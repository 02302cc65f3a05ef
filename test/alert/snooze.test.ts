/** What a person puts off, and which alerts tell every partition that they may inhibit others. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, LabelSet } from '../../alert/alert.ts';
import type { CommandEntry } from '../../alert/entry.ts';
import { type AlertCommand, type AlertState, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { Policy } from '../../alert/policy.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const HOUR = 3_600_000;

function report(change: Partial<Alert> = {}): AlertCommand {
  const labels = { alertname: 'X', namespace: 'prod-a' };
  const of = { tenant: 't', fingerprint: '00000000000000f1', labels, generatorURL: '', source: 'am' };
  const alert: Alert = { ...of, status: 'firing', annotations: {}, startsAt: START, endsAt: null, ...change };
  return { kind: 'report', alert, cause: { receipt: 'r', index: 0 } };
}

function person(action: CommandEntry['action'], id: string, until?: number): AlertCommand {
  const entry = { kind: 'command' as const, id, tenant: 't', fingerprint: '00000000000000f1', action };
  const when = until === undefined ? {} : { until };
  return { kind: 'command', entry: { ...entry, ...when, by: 'ann', comment: 'at lunch', replyTo: '' } };
}

/** One alert, and what its last command led to. */
class Life {
  state: AlertState | null = null;
  policy: Policy = aPolicy();

  take(command: AlertCommand, now = START) {
    const decision = decideAlert(this.state, command, now, this.policy);
    for (const event of decision.events) this.state = evolveAlert(this.state, event);
    return decision;
  }
}

test('[BR-AP-L23] snoozing an alert tells its groups until when, and says who put it off', () => {
  const life = new Life();
  life.take(report());
  const { reply, effects, events } = life.take(person('snooze', 'c1', START + HOUR));
  assert.deepEqual(
    [reply?.ok, reply?.reasons[0]],
    [true, { code: 'alert.snoozed', detail: 'by ann until 2026-11-23T10:00:00.000Z' }],
  );
  assert.deepEqual(
    effects.map(({ alert }) => [alert.status, alert.snoozedUntil]),
    [['firing', START + HOUR]],
  );
  assert.equal(events[0]?.type, 'alert.snoozed');
  assert.equal(life.state?.snoozedUntil, START + HOUR);
});

test('[BR-AP-L23] a snooze after a change of routes reaches a group of before, too, which goes on escalating it, and so does its end', () => {
  const life = new Life();
  life.policy = aPolicy({ root: aRoute({ groupBy: ['alertname'], channels: ['ops'], escalation: 'critical' }) });
  life.take(report());
  const [before] = life.state!.groups;
  life.policy = aPolicy({ hash: 'p2', root: aRoute({ groupBy: ['namespace'], channels: ['ops'] }) });
  life.take(report(), START + 1000);
  const [after] = life.state!.groups;
  assert.notEqual(before?.id, after?.id);
  const snoozed = life.take(person('snooze', 'c1', START + HOUR), START + 2000);
  assert.deepEqual(
    snoozed.effects.map(({ group, alert }) => [group.id, alert.snoozedUntil]),
    [
      [after?.id, START + HOUR],
      [before?.id, START + HOUR],
    ],
  );
  const taken = life.take(person('acknowledge', 'c2'), START + 3000);
  assert.deepEqual(
    taken.effects.map(({ group, alert }) => [group.id, alert.snoozedUntil]),
    [
      [after?.id, undefined],
      [before?.id, undefined],
    ],
  );
});

test('[BR-AP-L23] a snoozed alert counts as unacknowledged, and whoever takes it on ends the snooze', () => {
  const life = new Life();
  life.take(report());
  life.take(person('acknowledge', 'c1'));
  life.take(person('snooze', 'c2', START + HOUR));
  assert.equal(life.state?.phase, 'firing');
  const { reply, effects } = life.take(person('acknowledge', 'c3'));
  assert.equal(reply?.ok, true);
  assert.deepEqual(
    effects.map(({ alert }) => 'snoozedUntil' in alert),
    [false],
  );
  assert.deepEqual([life.state?.phase, life.state?.snoozedUntil], ['acknowledged', undefined]);
});

test('[BR-AP-L23] a later snooze replaces the one before, and new content keeps it', () => {
  const life = new Life();
  life.take(report());
  life.take(person('snooze', 'c1', START + HOUR));
  life.take(person('snooze', 'c2', START + 2 * HOUR));
  const { effects } = life.take(report({ annotations: { value: '7' } }));
  assert.deepEqual(
    effects.map(({ alert }) => alert.snoozedUntil),
    [START + 2 * HOUR],
  );
});

test('[BR-AP-L23] what has ended cannot be snoozed, nor until a time that is past or no time; but as far away as one wants', () => {
  const life = new Life();
  assert.equal(life.take(person('snooze', 'c0', START + HOUR)).reply?.status, 404);
  life.take(report());
  const status = (id: string, until: number) => life.take(person('snooze', id, until)).reply?.status;
  assert.deepEqual([status('c1', START), status('c2', Date.UTC(10_000, 0)), status('c3', 9e15)], [422, 422, 422]);
  assert.equal(status('c1', START + HOUR), 422, 'the same command gets the same answer');
  assert.equal(life.state?.snoozedUntil, undefined);
  assert.equal(status('c4', Date.UTC(9999, 11, 31)), 200);
  life.take(report({ status: 'resolved', endsAt: START + 1 }));
  assert.deepEqual([status('c5', START + HOUR), life.state?.snoozedUntil], [409, undefined]);
});

test('[BR-AP-L23] an episode that opens again is not snoozed', () => {
  const life = new Life();
  life.take(report());
  life.take(person('snooze', 'c1', START + HOUR));
  life.take(report({ status: 'resolved', endsAt: START + 1 }), START + 1);
  const { effects } = life.take(report({ startsAt: START + 2 }), START + 2);
  assert.deepEqual(
    effects.map(({ alert }) => 'snoozedUntil' in alert),
    [false],
  );
});

const RULE = inhibitionRule('r', { sourceMatch: ['environment="production"'], targetMatch: ['a="1"'] });
const SEEN = { alertname: 'X', namespace: 'prod-a', environment: 'production', priority: 'P1', tenant: 't' };
/** What matchers see of what Herald adds depends on the namespace; here only that it is there. */
const seenBy = (labels: LabelSet | null | undefined) =>
  labels && Object.fromEntries(Object.keys(SEEN).map((name) => [name, labels[name]]));

test('[BR-AP-008] an alert that a rule asks for tells everybody with the labels that matchers see, and that it ended, however it ends', () => {
  for (const end of [
    report({ status: 'resolved', endsAt: START + 1 }),
    person('close', 'c1'),
    { kind: 'tick' } satisfies AlertCommand,
  ]) {
    const life = new Life();
    life.policy = aPolicy({ inhibitions: [RULE] });
    assert.deepEqual(seenBy(life.take(report({ endsAt: START + 5 })).inhibitor?.labels), SEEN);
    assert.equal(life.take(report({ endsAt: START + 5 })).inhibitor, undefined, 'a repeat says nothing new');
    assert.equal(life.take(end, START + 10).inhibitor?.labels, null);
  }
});

test('[BR-AP-008] one that no rule asks for says nothing; a new policy changes that at its next report', () => {
  const life = new Life();
  assert.equal(life.take(report()).inhibitor, undefined);
  life.policy = aPolicy({ hash: 'p2', inhibitions: [RULE] });
  assert.deepEqual(seenBy(life.take(report()).inhibitor?.labels), SEEN);
  life.policy = aPolicy({ hash: 'p3' });
  assert.equal(life.take(report()).inhibitor?.labels, null);
  assert.equal(life.take(report({ status: 'resolved', endsAt: START + 1 })).inhibitor, undefined);
});
