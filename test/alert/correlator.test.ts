import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CorrelationCondition, CorrelationRule, WindowAlert } from '../../alert/correlation.ts';
import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import type { CorrelatorDecision } from '../../alert/correlation-run.ts';
import { type CorrelatorCommand, correlatorDueAt, decideCorrelation, MOST_ALERTS } from '../../alert/correlator.ts';
import { evolveCorrelator } from '../../alert/correlator-evolve.ts';
import { type CorrelatorState, packCorrelator, unpackCorrelator } from '../../alert/correlator-state.ts';
import type { Policy } from '../../alert/policy.ts';
import { correlate } from '../../rules/correlate.ts';
import { anAlert, aRule, nodeDown, START } from '../rules/window-alert.ts';
import { aPolicy } from '../support/fake-policy.ts';
import '../support/leaks.ts';

const similar = { labels: null, message: false, topology: [], need: 'any' } as const;
const NODE_RULE = aRule({
  similarity: { ...similar, topology: ['node'] },
  threshold: 3,
  needsParent: true,
  action: 'suppressChildren',
});

function conditionOf(rule: CorrelationRule): CorrelationCondition {
  return { rule, judge: () => ({ met: true, problem: null }), mayBeParent: () => false };
}

/** A correlator with a clock, and a pool that answers when it is told to. */
class Rig {
  state: CorrelatorState | null = null;
  now = START;
  policy: Policy;
  readonly events: CorrelationEvent[] = [];
  readonly effects: CorrelatorDecision['effects'][number][] = [];
  task: CorrelatorDecision['task'] = null;

  constructor(rules: readonly CorrelationRule[]) {
    this.policy = aPolicy({ correlations: rules.map(conditionOf) });
  }

  do(command: CorrelatorCommand): CorrelationEvent[] {
    const { events, effects, task } = decideCorrelation(this.state, command, 'shop', this.now, this.policy);
    for (const event of events) this.state = evolveCorrelator(this.state, event);
    this.events.push(...events);
    this.effects.push(...effects);
    this.task = task ?? this.task;
    return [...events];
  }

  enter(...alerts: WindowAlert[]): CorrelationEvent[] {
    return alerts.flatMap((alert) =>
      this.do({ kind: 'entry', entry: { kind: 'correlation', tenant: 'shop', fingerprint: alert.fingerprint, alert } }),
    );
  }

  leave(...alerts: WindowAlert[]): CorrelationEvent[] {
    return alerts.flatMap(({ fingerprint }) =>
      this.do({ kind: 'entry', entry: { kind: 'correlation', tenant: 'shop', fingerprint, alert: null } }),
    );
  }

  /** Moves the time to when something is due and does it. */
  tick(): CorrelationEvent[] {
    assert.ok(this.state !== null);
    this.now = Math.max(this.now, correlatorDueAt(this.state) ?? this.now);
    return this.do({ kind: 'tick' });
  }

  /** A run from its beginning to its end. */
  run(): CorrelationEvent[] {
    this.task = null;
    for (let looks = 0; this.task === null && looks < 5; looks++) this.tick();
    const task = this.task as CorrelatorDecision['task'];
    assert.ok(task !== null, 'a run was due');
    return this.do({ kind: 'found', run: task.run, findings: correlate(task.alerts, task.rules, task.learnt) });
  }

  get holds() {
    return this.effects.filter((effect) => effect.kind === 'incident-hold');
  }

  get told() {
    return this.effects.filter((effect) => effect.kind === 'group');
  }
}

test('[BR-AP-004] alerts that enter are looked at a second later, and what is found is an incident with its evidence', () => {
  const rig = new Rig([NODE_RULE]);
  rig.enter(...nodeDown('n1', 10));
  const due = (correlatorDueAt(rig.state!) ?? 0) - START;
  assert.ok(due >= 1000 && due < 1100, `due after ${due} ms`);
  const [opened] = rig.run();
  assert.ok(opened?.type === 'incident.opened');
  assert.equal(opened.joined.length, 11);
  assert.match(opened.reasons[0]!.detail, /rule rule: 11 alerts, at least 3/);
  const [hold] = rig.holds;
  assert.ok(hold?.hold?.kind === 'children');
  assert.equal(hold.hold.parentName, 'NodeDown');
  assert.equal(hold.hold.children.length, 10);
  assert.ok(!hold.hold.children.includes(hold.hold.parent));
});

test('[BR-AP-004] what comes later joins the incident that is open; looked at again, nothing new is told', () => {
  const rig = new Rig([NODE_RULE]);
  const alerts = nodeDown('n1', 12);
  rig.enter(...alerts.slice(0, 8));
  const [opened] = rig.run();
  assert.ok(opened?.type === 'incident.opened');
  rig.enter(...alerts.slice(8));
  const [updated, ended] = rig.run();
  assert.ok(updated?.type === 'incident.updated' && ended?.type === 'correlation.ended');
  assert.equal(updated.incident, opened.incident);
  assert.equal(updated.joined.length, 5);
  rig.enter(anAlert({ alertname: 'Other' }));
  assert.deepEqual(
    rig.run().map(({ type }) => type),
    ['correlation.ended'],
  );
});

test('[BR-AP-004] the parent ends: its children are not held any more; of a rule that only annotates the incident goes on', () => {
  for (const action of ['suppressChildren', 'annotate'] as const) {
    const rig = new Rig([{ ...NODE_RULE, action }]);
    const [node, ...pods] = nodeDown('n1', 5);
    rig.enter(node!, ...pods);
    rig.run();
    const types = rig.leave(node!).map(({ type }) => type);
    if (action === 'annotate') {
      assert.deepEqual(types, ['correlation.left']);
      assert.deepEqual(rig.holds, []);
      assert.equal(rig.leave(...pods).at(-1)?.type, 'incident.closed');
    } else {
      assert.deepEqual(types, ['correlation.left', 'incident.closed']);
      assert.equal(rig.holds.at(-1)?.hold, null);
    }
  }
});

test('[BR-AP-004] a better parent that comes late takes the place of the first', () => {
  const rig = new Rig([{ ...NODE_RULE, needsParent: false }]);
  const [node, ...pods] = nodeDown('n1', 5);
  rig.enter(...pods);
  const [opened] = rig.run();
  assert.ok(opened?.type === 'incident.opened');
  rig.enter(node!);
  const [updated] = rig.run();
  assert.ok(updated?.type === 'incident.updated');
  assert.equal(updated.parent, node!.fingerprint);
  const last = rig.holds.at(-1)?.hold;
  assert.ok(last?.kind === 'children' && last.children.includes(opened.parent));
});

test('[BR-AP-004] two incidents that a late alert connects become one', () => {
  const rig = new Rig([aRule({ similarity: { ...similar, topology: ['node', 'namespace'] } })]);
  const at = (labels: Record<string, string>, n: number) => anAlert({ ...labels, n: String(n) });
  rig.enter(at({ node: 'n1' }, 1), at({ node: 'n1' }, 2));
  for (const alert of [at({ namespace: 'shop' }, 3), at({ namespace: 'shop' }, 4)]) rig.enter(alert);
  const opened = rig.run().filter(({ type }) => type === 'incident.opened');
  // The first two share the namespace `default` as well as their node.
  assert.equal(opened.length, 2);
  rig.enter(at({ node: 'n1', namespace: 'shop' }, 5));
  const types = rig.run().map(({ type, ...event }) => [type, 'reasons' in event ? event.reasons[0]?.code : '']);
  assert.deepEqual(types, [
    ['incident.closed', 'incident.merged'],
    ['incident.updated', 'incident.updated'],
    ['correlation.ended', 'correlation.done'],
  ]);
  assert.equal(rig.state!.incidents.size, 1);
  assert.equal([...rig.state!.incidents.values()][0]!.members.size, 5);
});

test('[BR-PERF-010] a run that fails or never answers leaves its reason and nothing else; what waits is looked at again', () => {
  const rig = new Rig([NODE_RULE]);
  rig.enter(...nodeDown('n1', 5));
  rig.tick();
  rig.enter(anAlert({ alertname: 'Meanwhile' }));
  const [failed] = rig.do({ kind: 'failed', run: 1, problem: 'took too long' });
  assert.ok(failed?.type === 'correlation.ended');
  assert.deepEqual(failed.reasons, [{ code: 'correlation.failed', detail: 'took too long' }]);
  assert.deepEqual(rig.do({ kind: 'found', run: 1, findings: [] }), []);
  assert.equal(rig.run()[0]?.type, 'incident.opened');
  rig.enter(anAlert({ alertname: 'Again' }));
  rig.tick();
  const [lost] = rig.tick();
  assert.ok(lost?.type === 'correlation.ended');
  assert.deepEqual(lost.reasons, [{ code: 'correlation.failed', detail: 'no answer came' }]);
});

test('[BR-PERF-010] a failed run is made good although nothing new comes', () => {
  const rig = new Rig([NODE_RULE]);
  rig.enter(...nodeDown('n1', 5));
  rig.tick();
  rig.do({ kind: 'failed', run: 1, problem: 'took too long' });
  assert.equal(rig.run()[0]?.type, 'incident.opened');
});

test('[BR-PERF-010] after a takeover the run of the former owner counts as failed', () => {
  const rig = new Rig([NODE_RULE]);
  rig.enter(...nodeDown('n1', 5));
  rig.tick();
  rig.state = unpackCorrelator(structuredClone(packCorrelator(rig.state!)));
  const [failed] = rig.do({ kind: 'recovered' });
  assert.ok(failed?.type === 'correlation.ended' && failed.reasons[0]?.code === 'correlation.failed');
  assert.equal(rig.run()[0]?.type, 'incident.opened');
});

test('[BR-AP-004] a rule that is taken away ends its incidents and what they hold', () => {
  const rig = new Rig([NODE_RULE]);
  rig.enter(...nodeDown('n1', 5));
  rig.run();
  rig.policy = aPolicy({ hash: 'p2' });
  const [closed] = rig.tick();
  assert.ok(closed?.type === 'incident.closed' && closed.reasons[0]?.code === 'incident.rule-gone');
  assert.equal(rig.holds.at(-1)?.hold, null);
});

test('[BR-AP-004] what nothing can come near any more leaves the window; what is in an incident stays', () => {
  const rig = new Rig([NODE_RULE]);
  const alone = anAlert({ alertname: 'Alone' });
  rig.enter(alone, ...nodeDown('n1', 5));
  rig.run();
  rig.now += 10 * 60_000;
  rig.tick();
  assert.ok(!rig.state!.window.has(alone.fingerprint));
  assert.equal(rig.state!.window.size, 6);
  rig.leave(...nodeDown('n1', 5));
  // Only what was learnt of them is left, and nothing is due.
  assert.equal(rig.state!.window.size, 0);
  assert.equal(correlatorDueAt(rig.state!), null);
});

test('[BR-AP-004] the window is bounded: what does not fit is not lost without a word', () => {
  const rig = new Rig([aRule({ groupBy: ['nothing'] })]);
  rig.enter(anAlert({ alertname: 'A' }));
  for (let i = 1; i < MOST_ALERTS; i++) {
    const alert = { ...anAlert({ alertname: 'A' }), fingerprint: `f${i}` };
    rig.state!.window.set(alert.fingerprint, { alert, enteredAt: START });
  }
  const [entered] = rig.enter(anAlert({ alertname: 'OneTooMany' }));
  assert.ok(entered?.type === 'correlation.entered' && !entered.kept);
  assert.equal(entered.reasons[0]?.code, 'correlation.window-full');
});

const STORM_RULE = aRule({
  threshold: 100,
  within: 60_000,
  groupBy: ['cluster'],
  action: 'storm',
  storm: { channels: ['ops'], groupWait: 10_000, repeatInterval: 1_800_000, hold: ['P2', 'P3'] },
});

function stormAlert(i: number): WindowAlert {
  const labels = {
    alertname: i % 3 === 0 ? 'DiskFull' : 'PodDown',
    cluster: 'eu-1',
    namespace: i % 5 === 0 ? 'billing' : 'shop',
    severity: i % 10 === 0 ? 'critical' : 'warning',
    n: String(i),
  };
  return anAlert(labels, { priority: 'P3' });
}

test('[BR-AP-004] [BR-AP-027] more than the threshold in the time frame is a storm, told of once with its breakdown', () => {
  const rig = new Rig([STORM_RULE]);
  for (let i = 0; i < 100; i++) assert.equal(rig.enter(stormAlert(i)).length, 1);
  const [, opened] = rig.enter(stormAlert(100));
  assert.ok(opened?.type === 'storm.opened');
  assert.match(opened.reasons[0]!.detail, /more than 100 alerts with cluster="eu-1" within 60 s; 101 so far/);
  for (let i = 101; i < 5000; i++) rig.enter(stormAlert(i));
  assert.equal(rig.told.length, 1);
  rig.tick();
  const summary = rig.told.at(-1)!;
  assert.equal(rig.told.length, 2);
  assert.equal(new Set(rig.told.map(({ alert }) => alert.fingerprint)).size, 1);
  assert.equal(summary.group.key, 'storm/rule:{cluster="eu-1"}');
  assert.deepEqual(summary.group.timing.channels, ['ops']);
  assert.deepEqual(summary.alert.annotations, {
    summary: '5000 alerts in a storm with cluster="eu-1" (rule rule)',
    namespaces: 'shop 4000, billing 1000',
    alertnames: 'PodDown 3333, DiskFull 1667',
    severities: 'warning 4500, critical 500',
    priorities: 'P3 5000',
  });
  const [hold] = rig.holds;
  assert.ok(hold?.hold?.kind === 'storm');
  assert.deepEqual(hold.hold.hold, ['P2', 'P3']);
});

/** Ticks until `done`, or fails. */
function ticksUntil(rig: Rig, done: () => boolean): CorrelationEvent[] {
  const events: CorrelationEvent[] = [];
  for (let ticks = 0; !done(); ticks++) {
    assert.ok(ticks < 100, 'it comes to an end');
    events.push(...rig.tick());
  }
  return events;
}

const phaseOf = (rig: Rig) => [...(rig.state?.storms.values() ?? [])][0]?.phase ?? 'over';

test('[BR-AP-004] a storm is calm when few come, holds what came in it, and is over when few of these still fire', () => {
  const rig = new Rig([STORM_RULE]);
  const alerts = Array.from({ length: 150 }, (_, i) => stormAlert(i));
  rig.enter(...alerts);
  ticksUntil(rig, () => phaseOf(rig) === 'calm');
  assert.ok(rig.now - START <= 120_000, `calm after ${rig.now - START} ms`);
  const calm = rig.holds.at(-1)?.hold;
  assert.ok(calm?.kind === 'storm');
  // Those that came before it was a storm as well: they would be told one by one.
  assert.deepEqual([...(calm.members ?? [])].sort(), alerts.map(({ fingerprint }) => fingerprint).sort());
  rig.leave(...alerts.slice(0, 99));
  rig.tick();
  assert.equal(phaseOf(rig), 'calm');
  rig.leave(alerts[99]!);
  const types = ticksUntil(rig, () => phaseOf(rig) === 'over').map(({ type }) => type);
  assert.deepEqual(types, ['storm.closed']);
  assert.equal(rig.told.at(-1)!.alert.status, 'resolved');
  assert.equal(rig.holds.at(-1)?.hold, null);
});

test('[BR-AP-004] a calm storm rises again when too many come: it is the same storm', () => {
  const rig = new Rig([STORM_RULE]);
  for (let i = 0; i < 150; i++) rig.enter(stormAlert(i));
  ticksUntil(rig, () => phaseOf(rig) === 'calm');
  for (let i = 150; i < 250; i++) rig.enter(stormAlert(i));
  assert.equal(phaseOf(rig), 'calm');
  rig.enter(stormAlert(250));
  assert.equal(phaseOf(rig), 'rising');
  const [storm] = rig.state!.storms.values();
  assert.equal(storm!.breakdown.alerts, 251);
  assert.equal(storm!.members.size, 251);
  assert.equal(new Set(rig.holds.map(({ incident }) => incident)).size, 1);
});

test('[BR-AP-027] of a limit those within it are told, and only what comes beyond is the storm', () => {
  const limit: CorrelationRule = { ...STORM_RULE, threshold: 3, storm: { ...STORM_RULE.storm!, isLimit: true } };
  const rig = new Rig([limit]);
  for (let i = 0; i < 8; i++) rig.enter(stormAlert(i));
  const within = [0, 1, 2].map((i) => stormAlert(i).fingerprint);
  const [storm] = rig.state!.storms.values();
  assert.deepEqual(
    [...storm!.members],
    [3, 4, 5, 6, 7].map((i) => stormAlert(i).fingerprint),
  );
  assert.equal(storm!.breakdown.alerts, 5);
  const [rising] = rig.holds;
  assert.ok(rising?.hold?.kind === 'storm');
  assert.deepEqual(rising.hold.spared, within);
  const opened = rig.events.find((event) => event.type === 'storm.opened');
  assert.ok(opened?.type === 'storm.opened');
  assert.match(opened.reasons[0]!.detail, /more than 3 alerts with cluster="eu-1" within 60 s; 1 beyond that so far/);
});

test('[BR-AP-027] each key is counted for itself, and alerts that lack a label of the key are not', () => {
  const rig = new Rig([STORM_RULE]);
  for (let i = 0; i < 99; i++) rig.enter({ ...stormAlert(i), labels: { ...stormAlert(i).labels, cluster: 'us-1' } });
  for (let i = 0; i < 99; i++) rig.enter(stormAlert(i));
  const without = anAlert({ alertname: 'NoCluster' });
  for (let i = 0; i < 300; i++) rig.enter({ ...without, fingerprint: `x${i}` });
  assert.equal(rig.state!.storms.size, 0);
});

test('[BR-AP-027] no more than the rule allows is ever a storm, however the alerts fall', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 5, maxLength: 120 }),
      fc.integer({ min: 1, max: 30 }),
      (gaps, threshold) => {
        const rig = new Rig([{ ...STORM_RULE, threshold, within: 10_000 }]);
        const times: number[] = [];
        for (const [i, gap] of gaps.entries()) {
          rig.now += gap;
          times.push(rig.now);
          const stormed = rig.enter(stormAlert(i)).some(({ type }) => type === 'storm.opened');
          const inFrame = times.filter((time) => time > rig.now - 10_000).length;
          if (stormed) assert.ok(inFrame > threshold, `${inFrame} in the frame, ${threshold} allowed`);
          if (rig.state!.storms.size > 0) break;
        }
      },
    ),
  );
});

test('[BR-AP-018] what people took on in earlier incidents is the parent of later ones, and the evidence says so', () => {
  const rig = new Rig([aRule({ groupBy: ['cluster'] })]);
  const of = (alertname: string, round: number, second: number) =>
    anAlert({ alertname, cluster: 'eu', round: String(round) }, { startsAt: START + second * 1000 });
  let parent = '';
  for (let round = 0; round < 4; round++) {
    const [symptom, cause] = [of('HighLatency', round, 0), of('DatabaseDown', round, 5)];
    rig.enter(symptom, cause);
    const opened = rig.run().find(({ type }) => type === 'incident.opened');
    assert.ok(opened?.type === 'incident.opened');
    parent = opened.parent === cause.fingerprint ? 'DatabaseDown' : 'HighLatency';
    assert.equal(parent, round < 3 ? 'HighLatency' : 'DatabaseDown', `round ${round}`);
    const history = opened.evidence.find(({ kind }) => kind === 'history')?.text;
    assert.equal(
      history,
      round < 3
        ? undefined
        : 'in 3 of 3 earlier incidents of rule rule with alerts DatabaseDown people took one of these on',
    );
    const { fingerprint } = cause;
    rig.do({ kind: 'entry', entry: { kind: 'correlation', tenant: 'shop', fingerprint, alert: null, taken: true } });
    rig.leave(symptom, cause);
  }
  assert.deepEqual(
    [...rig.state!.learnt.values()].map(({ alertname, incidents, taken }) => [alertname, incidents, taken]),
    [
      ['HighLatency', 4, 0],
      ['DatabaseDown', 4, 4],
    ],
  );
});

const command = fc.oneof(
  fc.record({ do: fc.constant('enter' as const), n: fc.integer({ min: 0, max: 15 }) }),
  fc.record({ do: fc.constant('leave' as const), n: fc.integer({ min: 0, max: 15 }) }),
  fc.record({ do: fc.constant('run' as const), n: fc.integer({ min: 0, max: 100_000 }) }),
);

function movedAlert(n: number): WindowAlert {
  const labels = { alertname: `A${n % 3}`, node: `n${n % 4}`, namespace: `ns-${n % 2}`, n: String(n) };
  return anAlert(labels, { startsAt: START + n * 1000, parentOf: n % 5 === 0 ? ['rule'] : [] });
}

test('[BR-AP-004] whatever comes and goes: an alert is in at most one open incident, and what is held is in one that is open', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), fc.boolean(), (commands, needsParent) => {
      const rig = new Rig([{ ...NODE_RULE, needsParent, threshold: 2, within: 5000 }]);
      for (const { do: what, n } of commands) {
        if (what === 'enter') rig.enter(movedAlert(n));
        else if (what === 'leave') rig.leave(movedAlert(n));
        else if (rig.state !== null) {
          rig.now += n;
          rig.task = null;
          rig.tick();
          const task = rig.task as CorrelatorDecision['task'];
          if (task !== null)
            rig.do({ kind: 'found', run: task.run, findings: correlate(task.alerts, task.rules, task.learnt) });
        }
        check(rig);
      }
    }),
  );
});

function check(rig: Rig): void {
  const seen = new Set<string>();
  const open = new Map((rig.state?.incidents ?? new Map<string, never>()).entries());
  for (const { members } of open.values()) {
    for (const member of members) {
      assert.ok(!seen.has(member), 'in one incident');
      assert.ok(rig.state!.window.has(member), 'it fires');
      seen.add(member);
    }
  }
  const last = new Map(rig.holds.map(({ incident, hold }) => [incident, hold]));
  for (const [incident, hold] of last) assert.equal(hold !== null, open.has(incident));
}

test('[BR-REL-004] a correlator comes back from its snapshot as it was', () => {
  const rig = new Rig([NODE_RULE, { ...STORM_RULE, name: 'storm', threshold: 5, groupBy: [] }]);
  for (const alert of nodeDown('n1', 12)) rig.enter({ ...alert, rules: ['rule', 'storm'] });
  rig.run();
  assert.ok(rig.state!.storms.size === 1 && rig.state!.incidents.size === 1);
  assert.deepEqual(unpackCorrelator(structuredClone(packCorrelator(rig.state!))), rig.state);
});

test('[BR-AP-004] a clock that goes back by an hour holds up no run', () => {
  const rig = new Rig([NODE_RULE]);
  rig.enter(...nodeDown('n1', 5));
  rig.run();
  rig.enter(anAlert({ alertname: 'Before', node: 'n2' }));
  rig.now -= 3_600_000;
  rig.enter(anAlert({ alertname: 'After', node: 'n2' }));
  assert.ok(correlatorDueAt(rig.state!)! <= rig.now + 60_000);
});
