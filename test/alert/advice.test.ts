import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Advice, heed, type PluginAnswer, type PluginOpinion } from '../../alert/advice.ts';
import type { LabelSet } from '../../alert/alert.ts';
import { dryRun } from '../../alert/dry-run.ts';
import { type FilterOutcome, isProtected, unfiltered } from '../../alert/filter.ts';
import { decideAlert, evolveAlert, isJudged } from '../../alert/lifecycle.ts';
import { reason } from '../../alert/reason.ts';
import { aPolicy } from '../support/fake-policy.ts';
import { aProfile } from '../support/namespace-profile.ts';
import { anAlert } from '../support/notification.ts';

const LABELS = { alertname: 'X', namespace: 'dev-a' };

function facts(labels: LabelSet = LABELS, environment: 'production' | 'testing' = 'testing') {
  return { alert: anAlert({ labels }), profile: aProfile({ environment }) };
}

function advice(
  opinion: Partial<PluginOpinion> | null,
  change: { key?: string; dropProduction?: boolean } = {},
): Advice {
  const { key = 'default/p', dropProduction = false } = change;
  const nothing = { verdict: null, priority: null, labels: null, because: '' };
  const answer: PluginAnswer = {
    ok: true,
    version: '1.2',
    opinion: opinion === null ? null : { ...nothing, ...opinion },
  };
  return { rule: { key, matchers: [], dropProduction }, answer };
}

const late: Advice = {
  rule: { key: 'default/late', matchers: [], dropProduction: false },
  answer: { ok: false, code: 'plugin.timeout', detail: 'no answer within 200 ms' },
};

const codes = ({ reasons }: FilterOutcome) => reasons.map(({ code }) => code);

test('[BR-AP-010] [BR-AP-020] what a plug-in says is done, and the reason names it and its version', () => {
  const said = { priority: 'P2', labels: { team: 'db', namespace: '' }, because: 'known noise' } as const;
  const heeded = heed(unfiltered(LABELS), facts(), [advice(said)]);
  assert.deepEqual(heeded.labels, { alertname: 'X', team: 'db' });
  assert.equal(heeded.priority, 'P2');
  assert.deepEqual(heeded.reasons, [
    reason('plugin.labels', 'plug-in default/p 1.2: team, namespace: known noise'),
    reason('plugin.priority', 'plug-in default/p 1.2: P2: known noise'),
  ]);
  const dropped = heed(unfiltered(LABELS), facts(), [advice({ verdict: 'drop', because: 'known noise' })]);
  assert.deepEqual(dropped.dropped, reason('plugin.dropped', 'plug-in default/p 1.2: known noise'));
});

test('[BR-AP-010] where none was asked, or none has anything to say, an alert stays as the Filters left it', () => {
  const before = unfiltered(LABELS);
  assert.equal(heed(before, facts(), []), before);
  assert.deepEqual(heed(before, facts(), [advice(null)]), before);
  const dropped = { ...before, dropped: reason('filter.dropped') };
  assert.equal(heed(dropped, facts(), [advice({ verdict: 'keep' })]), dropped);
});

test('[BR-AP-010] what a rule or an earlier plug-in keeps, later ones do not drop', () => {
  const drop = advice({ verdict: 'drop' });
  assert.deepEqual(codes(heed(unfiltered(LABELS), facts(), [advice({ verdict: 'keep' }), drop])), ['plugin.kept']);
  const kept = { ...unfiltered(LABELS), reasons: [reason('filter.kept')] };
  assert.equal(heed(kept, facts(), [drop]).dropped, null);
});

test('[BR-AP-010] [BR-QUAL-002] production and critical alerts are dropped only by a plug-in that may', () => {
  for (const protectedOne of [facts(LABELS, 'production'), facts({ ...LABELS, severity: 'Critical' })]) {
    const refused = heed(unfiltered(protectedOne.alert.labels), protectedOne, [advice({ verdict: 'drop' })]);
    assert.deepEqual([refused.dropped, codes(refused)], [null, ['plugin.drop-refused']]);
    const lowering = advice({ verdict: 'drop', labels: { severity: 'info' } });
    assert.equal(heed(unfiltered(protectedOne.alert.labels), protectedOne, [lowering]).dropped, null);
    const may = advice({ verdict: 'drop' }, { dropProduction: true });
    assert.equal(heed(unfiltered(LABELS), protectedOne, [may]).dropped?.code, 'plugin.dropped');
  }
});

test('[BR-AP-010] [BR-ERR-011] nothing is dropped once a plug-in or a rule before could not be asked', () => {
  const drop = advice({ verdict: 'drop' });
  assert.deepEqual(codes(heed(unfiltered(LABELS), facts(), [late, drop])), ['plugin.timeout', 'plugin.drop-unsafe']);
  const unsure = { ...unfiltered(LABELS), reasons: [reason('filter.error')] };
  assert.deepEqual(codes(heed(unsure, facts(), [drop])), ['filter.error', 'plugin.drop-unsafe']);
});

const opinions = fc.record({
  verdict: fc.constantFrom('drop' as const, 'keep' as const, null),
  priority: fc.constantFrom('P1' as const, 'P5' as const, null),
  labels: fc.option(fc.dictionary(fc.constantFrom('severity', 'team'), fc.constantFrom('', 'info', 'critical'))),
  because: fc.string(),
});

test('[BR-AP-010] [BR-QUAL-002] whatever plug-ins say, no production or critical alert is dropped without dropProduction', () => {
  const said = fc.oneof(
    opinions.map((opinion) => advice(opinion)),
    fc.constant(late),
    fc.constant(advice(null)),
  );
  const asked = fc.record({ severity: fc.constantFrom('critical', 'info'), isProduction: fc.boolean() });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 5 }), asked, (all, { severity, isProduction }) => {
      const alert = facts({ ...LABELS, severity }, isProduction ? 'production' : 'testing');
      const { dropped, reasons } = heed(unfiltered(alert.alert.labels), alert, all);
      if (isProtected(alert, alert.alert.labels)) assert.equal(dropped, null);
      if (dropped !== null) assert.ok(reasons.includes(dropped) && !all.slice(0, 1).includes(late));
    }),
  );
});

test('[BR-AP-010] an alert that a plug-in drops opens nothing; one that fires already goes on', () => {
  const alert = { ...anAlert({ labels: LABELS }), status: 'firing' as const };
  const report = { kind: 'report' as const, alert, cause: { receipt: 'r', index: 0 } };
  const drop = [advice({ verdict: 'drop' })];
  const [suppressed] = decideAlert(null, { ...report, advice: drop }, 0, aPolicy()).events;
  assert.ok(suppressed?.type === 'alert.suppressed' && suppressed.reasons[0]?.code === 'plugin.dropped');
  const [opened] = decideAlert(null, report, 0, aPolicy()).events;
  const state = evolveAlert(null, opened!);
  const [again] = decideAlert(state, { ...report, advice: drop }, 1, aPolicy({ hash: 'new' })).events;
  assert.ok(again?.type === 'alert.repeated' && again.reasons.some(({ code }) => code === 'filter.drop-deferred'));
});

test('[BR-AP-010] only a report whose meaning will be decided is one to ask about', () => {
  const alert = { ...anAlert({ labels: LABELS, startsAt: 5 }), status: 'firing' as const };
  const report = { kind: 'report' as const, alert, cause: { receipt: 'r', index: 0 } };
  const state = evolveAlert(null, decideAlert(null, report, 0, aPolicy()).events[0]!)!;
  assert.equal(isJudged(null, alert, aPolicy()), true);
  assert.equal(isJudged(state, alert, aPolicy()), false);
  assert.equal(isJudged(state, alert, aPolicy({ hash: 'new' })), true);
  assert.equal(isJudged({ ...state, phase: 'resolved' }, alert, aPolicy()), true);
  assert.equal(isJudged({ ...state, phase: 'closed' }, alert, aPolicy()), false);
  assert.equal(isJudged({ ...state, phase: 'closed' }, { ...alert, startsAt: 6 }, aPolicy()), true);
});

test('[BR-AP-010] [BR-WH-019] a trial asks no plug-in, and says which would be asked', () => {
  const { rule } = advice(null);
  const policy = aPolicy({ plugins: [rule] });
  const { reasons } = dryRun(policy, anAlert({ labels: LABELS }), 0);
  assert.ok(reasons.some(({ code, detail }) => code === 'plugin.not-asked' && detail.includes('default/p')));
});
