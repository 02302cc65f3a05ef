/** The table of an alert's life, against what alerts really do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertAction } from '../../alert/entry.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { type AlertCommand, type AlertState, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import { phaseAfter, type Standing, standingOf, TRANSITIONS } from '../../alert/transition.ts';
import { aPolicy } from '../support/fake-policy.ts';

const START = 1_000_000;
const MINUTE = 60_000;
const LABELS = { alertname: 'X', namespace: 'prod-a' };
const FINGERPRINT = fingerprint(LABELS);
const PHASES: readonly Standing[] = ['none', 'firing', 'acknowledged', 'resolved', 'closed', 'aged'];
const ACTIONS: readonly AlertAction[] = ['acknowledge', 'snooze', 'close', 'comment'];

const anyReport = fc
  .record({ firing: fc.boolean(), start: fc.nat(60), end: fc.option(fc.nat(90)), text: fc.constantFrom('a', 'b') })
  .map(({ firing, start, end, text }): AlertCommand => {
    const times = { startsAt: START + start * MINUTE, endsAt: end === null ? null : START + end * MINUTE };
    const of = { tenant: 't', fingerprint: FINGERPRINT, labels: LABELS, generatorURL: '', source: 's', ...times };
    const alert = { ...of, status: firing ? ('firing' as const) : ('resolved' as const), annotations: { text } };
    return { kind: 'report', alert, cause: { receipt: 'r', index: 0 } };
  });

const anyCommand = fc.oneof(
  { weight: 4, arbitrary: anyReport },
  fc.tuple(fc.constantFrom(...ACTIONS), fc.nat(1000)).map(
    ([action, id]): AlertCommand => ({
      kind: 'command',
      entry: {
        kind: 'command',
        id: `c${id}`,
        tenant: 't',
        fingerprint: FINGERPRINT,
        action,
        by: 'ann',
        comment: id % 3 === 0 ? '' : 'so it is',
        known: true,
        until: START + 90 * MINUTE,
        replyTo: '',
      },
    }),
  ),
  fc.constant<AlertCommand>({ kind: 'tick' }),
);
const anyHistory = fc.array(fc.tuple(anyCommand, fc.nat(15 * MINUTE)), { maxLength: 40 });

const POLICY = aPolicy({
  lifecycle: { ageAfter: 20 * MINUTE, flapping: { openings: 2, within: 30 * MINUTE, priorities: null } },
});

test('[BR-AP-L21] over any history only the transitions of the table happen, and all of them that need no rule', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyHistory, (history) => {
      let state: AlertState | null = null;
      let now = START;
      for (const [command, wait] of history) {
        now += wait;
        for (const event of decideAlert(state, command, now, POLICY).events) {
          const before = standingOf(state);
          state = evolveAlert(state, event);
          assert.equal(standingOf(state), phaseAfter(before, event.type), `${event.type} in ${before}`);
          seen.add(`${event.type} ${before}`);
        }
      }
    }),
    { numRuns: 3000, seed: 1 },
  );
  const needRule = ['alert.approved', 'alert.rejected', 'alert.suppressed'];
  const all = Object.entries(TRANSITIONS)
    .filter(([type]) => !needRule.includes(type))
    .flatMap(([type, row]) => Object.keys(row).map((phase) => `${type} ${phase}`));
  const never = all.filter((one) => !seen.has(one));
  assert.deepEqual(
    never,
    ['command.refused none'].filter((one) => !seen.has(one)),
  );
});

test('[BR-AP-L21] what the table does not allow changes nothing, whatever a journal says', () => {
  const opened = decideAlert(null, reportNow(), START, POLICY).events;
  const firing = opened.reduce<AlertState | null>(evolveAlert, null);
  const resolved = { type: 'alert.resolved', key: `t/${FINGERPRINT}`, at: START, cause: null, endsAt: START } as const;
  const ended = evolveAlert(firing, { ...resolved, annotations: {}, reasons: [] });
  const of = { key: `t/${FINGERPRINT}`, at: START + 1, reasons: [] };
  const late = { ...of, type: 'alert.acknowledged', command: 'c', by: 'ann', comment: '' } as const;
  assert.equal(evolveAlert(ended, late), ended);
  assert.equal(evolveAlert(firing, { ...of, type: 'alert.forgotten' }), firing);
  assert.equal(evolveAlert(null, late), null);
  assert.equal(evolveAlert(firing, opened[0]!), firing, 'it is open already');
});

function reportNow(): AlertCommand {
  const of = { tenant: 't', fingerprint: FINGERPRINT, labels: LABELS, annotations: {}, generatorURL: '', source: 's' };
  const alert = { ...of, status: 'firing' as const, startsAt: START, endsAt: null };
  return { kind: 'report', alert, cause: { receipt: 'r', index: 0 } };
}

test('[BR-AP-L21] an ended alert opens again or is forgotten; an active one never is', () => {
  for (const phase of PHASES) {
    const isActive = phase === 'firing' || phase === 'acknowledged';
    assert.equal(phaseAfter(phase, 'alert.opened'), isActive ? null : 'firing', phase);
    assert.equal(phaseAfter(phase, 'alert.forgotten'), isActive || phase === 'none' ? null : 'none', phase);
    assert.equal(phaseAfter(phase, 'alert.resolved'), isActive ? 'resolved' : null, phase);
  }
});
