import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../../alert/alert.ts';
import { dryRun } from '../../alert/dry-run.ts';
import type { FilterOutcome } from '../../alert/filter.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { type AlertCommand, type AlertState, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import { decideMeaning } from '../../alert/meaning.ts';
import type { Policy } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { labelsOf } from '../../alert/stored-alert.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const LABELS = { alertname: 'X', namespace: 'dev-a', team: 'db' };
const DROPPED = reason('filter.dropped', 'rule noise of Filter t/f');
const alert = anAlert({ labels: LABELS, fingerprint: fingerprint(LABELS), status: 'firing' });

function filtering(
  change: Partial<FilterOutcome>,
  hash = 'p1',
  root = aRoute({ groupBy: ['team'], channels: ['ops'] }),
): Policy {
  const filter: Policy['filter'] = ({ alert: { labels } }) => {
    return { dropped: null, labels, priority: null, reasons: [], ...change };
  };
  return aPolicy({ hash, root, filter });
}

const dropping = (hash?: string) => filtering({ dropped: DROPPED, reasons: [DROPPED] }, hash);

function report(change: Partial<Alert> = {}): AlertCommand {
  return { kind: 'report', alert: { ...alert, ...change }, cause: { receipt: 'r', index: 0 } };
}

function live(commands: readonly (readonly [AlertCommand, Policy])[]) {
  let state: AlertState | null = null;
  let last = decideAlert(null, { kind: 'tick' }, 0, aPolicy());
  commands.forEach(([command, policy], i) => {
    last = decideAlert(state, command, i, policy);
    for (const event of last.events) state = evolveAlert(state, event);
  });
  return { state: state as AlertState | null, events: last.events, effects: last.effects };
}

test('[BR-AP-001] an alert that a Filter drops becomes an event with its reason, and neither state nor a group', () => {
  const { state, events, effects } = live([[report(), dropping()]]);
  const [event] = events;
  assert.ok(event?.type === 'alert.suppressed');
  assert.deepEqual(event.cause, { receipt: 'r', index: 0 });
  assert.deepEqual(event.alert.labels, LABELS);
  assert.deepEqual(event.routing.groups, []);
  assert.deepEqual(event.reasons[0], DROPPED, 'events are counted by their first reason');
  assert.equal(state, null, 'reported a thousand times, it takes no memory');
  assert.deepEqual(effects, []);
});

test('[BR-ERR-011] what fires goes on until it ends, whatever a new policy drops; the next episode is dropped', () => {
  const firing: [AlertCommand, Policy] = [report(), aPolicy({ hash: 'old' })];
  const again: [AlertCommand, Policy] = [report(), dropping('new')];
  const told = live([firing, again]);
  assert.equal(told.state?.phase, 'firing');
  assert.equal(told.state?.policy, 'new');
  const [event] = told.events;
  assert.ok(event?.type === 'alert.repeated' && event.reasons.some(({ code }) => code === 'filter.drop-deferred'));
  assert.ok(!event.reasons.some(({ code }) => code === 'filter.dropped'));

  const end: [AlertCommand, Policy] = [report({ status: 'resolved', endsAt: alert.startsAt + 5 }), dropping('new')];
  const ended = live([firing, again, end]);
  assert.ok(ended.effects.length > 0 && ended.effects.every((effect) => effect.alert.status === 'resolved'));
  const next = live([firing, again, end, again]);
  assert.equal(next.events[0]?.type, 'alert.suppressed');
  assert.equal(next.state?.phase, 'resolved');
});

test('[BR-AP-005] relabelling changes what is routed and shown, never the identity', () => {
  const shown = { alertname: 'X', namespace: 'prod-forged', team: 'storage' };
  const { state, effects } = live([[report(), filtering({ labels: shown })]]);
  assert.deepEqual(labelsOf(state?.labelsText ?? ''), LABELS);
  assert.equal(state?.fingerprint, fingerprint(LABELS));
  assert.equal(state?.environment, 'testing', 'the environment is that of the labels it came with');
  const [effect] = effects;
  assert.deepEqual(effect?.alert.labels, shown);
  assert.equal(effect?.alert.fingerprint, fingerprint(LABELS));
  assert.equal(effect?.group.key, '{}:{team="storage"}');
});

test('a policy that shows an alert otherwise tells its groups, and one that does not tells nobody', () => {
  const shown = { ...LABELS, team: 'storage' };
  const root = aRoute({ groupBy: ['alertname'], channels: ['ops'] });
  const first: [AlertCommand, Policy] = [report(), filtering({ labels: shown }, 'one', root)];
  assert.equal(live([first, [report(), filtering({ labels: { ...shown } }, 'two', root)]]).effects.length, 0);
  const otherwise = live([first, [report(), filtering({}, 'two', root)]]);
  assert.deepEqual(otherwise.effects[0]?.alert.labels, LABELS);
  assert.equal(otherwise.state?.shown, undefined);
});

test('[BR-AP-026] a priority that a Filter set is the priority, and routes see it', () => {
  const policy = filtering(
    { priority: 'P5' },
    'p',
    aRoute({ groupBy: ['priority', 'environment'], channels: ['ops'] }),
  );
  const { routing, reasons } = decideMeaning({ ...alert, labels: { ...LABELS, priority: 'P1' } }, policy, 0);
  assert.equal(routing.priority, 'P5');
  assert.equal(routing.groups[0]?.key, '{}:{environment="testing", priority="P5"}');
  assert.ok(!reasons.some(({ code }) => code.startsWith('priority.')));
});

test('[BR-WH-019] a trial shows what Filters make of an alert and counts nothing', () => {
  const counting = { ...dropping(), filter: () => assert.fail('counted') } satisfies Policy;
  const trial = dryRun(counting, alert, 0);
  assert.deepEqual([trial.dropped, trial.groups], [true, []]);
  const relabelled = dryRun(filtering({ labels: { alertname: 'Y' } }), alert, 0);
  assert.deepEqual(relabelled.labels, { alertname: 'Y' });
});
