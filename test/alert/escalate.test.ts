/** Groups that nobody takes on: who is told when, what makes the clock stand, and what begins anew. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GroupRef } from '../../alert/entry.ts';
import { type EscalationPolicy, type EscalationStep, turnsOf } from '../../alert/escalation-policy.ts';
import type { GroupEvent } from '../../alert/event.ts';
import { decideGroup, evolveGroup, type GroupState, groupDueAt } from '../../alert/group.ts';
import type { GroupedAlert } from '../../alert/notification.ts';
import type { Hold } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import { pack, unpack } from '../../bus/pack.ts';
import { aChannel, aPolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const T0 = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;
const INTERVAL = 5 * MINUTE;
const ONCE = null;

const STEPS: readonly EscalationStep[] = [
  { after: 12 * MINUTE, channels: ['lead'], repeat: ONCE },
  { after: 30 * MINUTE, channels: ['boss'], repeat: { every: 10 * MINUTE, times: 2 } },
];

function escalating(change: Partial<EscalationPolicy> = {}, steps = STEPS): EscalationPolicy {
  return { name: 'e', turns: turnsOf(steps), severities: null, priorities: null, stopOn: [], ...change };
}

function ref(change: Partial<GroupRef['timing']> = {}): GroupRef {
  const timing = { groupWait: 0, groupInterval: INTERVAL, repeatInterval: 240 * MINUTE, channels: ['ops'] };
  const group = { id: '00000000000000aa', tenant: 'default', key: '{}:{}', labels: {} };
  return { ...group, timing: { ...timing, escalation: 'e', ...change } };
}

/** One group lived by hand. The test moves the time; the group is ticked whenever it asks for it. */
class Life {
  state: GroupState | null = null;
  now = T0;
  maintenance: Hold | null = null;
  policies: EscalationPolicy[];
  readonly events: GroupEvent[] = [];
  readonly told: string[] = [];
  ticks = 0;
  #quietUntil = 0;
  #inputs = 0;

  constructor(policy = escalating()) {
    this.policies = [policy];
  }

  fires(n: number, change: Partial<GroupedAlert> = {}, group = ref()): this {
    const labels = { n: String(n), severity: 'critical' };
    const alert = anAlert({ fingerprint: `f${n}`, labels, startsAt: T0, ...change });
    this.#decide({ kind: 'insert', entry: { kind: 'group', group, alert } });
    return this.#settle();
  }

  /** A channel gave up for good on telling of it. */
  undelivered(channel: string): this {
    const of = { tenant: 'default', group: ref().id, channel, notificationId: 'n1', detail: 'HTTP 410' };
    this.#decide({ kind: 'undelivered', entry: { kind: 'undelivered', ...of } });
    return this.#settle();
  }

  ends(n: number): this {
    return this.fires(n, { status: 'resolved', endsAt: this.now });
  }

  acknowledged(n: number): this {
    return this.fires(n, { acknowledged: true });
  }

  /** Lets so much time pass. */
  pass(ms: number): this {
    for (const until = this.now + ms; ; ) {
      const due = this.state === null ? until : Math.max(groupDueAt(this.state), this.#quietUntil, this.now);
      if (due > until || this.state === null) {
        this.now = until;
        return this;
      }
      this.now = due;
      this.#settle();
      if (due === until) return this;
    }
  }

  /** Another owner: what the state does not say is forgotten. */
  takeover(): this {
    this.state = unpack(pack(this.state)) as GroupState;
    this.#quietUntil = 0;
    return this.#settle();
  }

  get steps() {
    return this.events.flatMap((event) =>
      event.type === 'group.escalated' ? [`${event.step}.${event.repetition} ${(event.at - T0) / MINUTE}`] : [],
    );
  }

  get clock() {
    return this.events.flatMap((event) =>
      event.type === 'group.escalation' ? [`${event.clock} ${event.reasons[0]!.code}`] : [],
    );
  }

  #settle(): this {
    for (let round = 0; this.state !== null && this.#quietUntil <= this.now && groupDueAt(this.state) <= this.now; ) {
      assert.ok(round++ < 3, 'it asks to be looked at again and again');
      this.ticks++;
      this.#decide({ kind: 'tick' });
    }
    return this;
  }

  #decide(command: Parameters<typeof decideGroup>[1]): void {
    const policy = aPolicy({
      channels: ['ops', 'lead', 'boss'].map((name) => aChannel(name)),
      escalations: this.policies,
      maintenanceHold: () => this.maintenance,
    });
    const { events, effects, quietUntil } = decideGroup(this.state, command, this.now, policy, `${++this.#inputs}`);
    for (const event of events) this.state = evolveGroup(this.state, event);
    // As actors/turn.ts does.
    if (quietUntil !== undefined) this.#quietUntil = quietUntil;
    else if (events.length > 0) this.#quietUntil = 0;
    this.events.push(...events);
    for (const { notification } of effects) {
      const alerts = notification.alerts.map(({ fingerprint, status }) => `${fingerprint} ${status}`);
      this.told.push(`${(this.now - T0) / MINUTE} ${notification.channel}: ${alerts.join(', ')}`);
    }
  }
}

const maintenance: Hold = { reason: reason('hold.maintenance', 'upgrade'), until: null };

test('[BR-AP-009] [BR-NOT-017] each step tells its channels once nobody took the group on for so long, and repeats', () => {
  const life = new Life()
    .fires(1)
    .fires(2)
    .pass(120 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 12', '2.0 30', '2.1 40', '2.2 50']);
  const both = 'f1 firing, f2 firing';
  assert.deepEqual(life.told, [
    '0 ops: f1 firing',
    `5 ops: ${both}`,
    `12 lead: ${both}`,
    ...[30, 40, 50].map((minute) => `${minute} boss: ${both}`),
  ]);
  const escalated = life.events.find((event) => event.type === 'group.escalated');
  assert.deepEqual(escalated?.unanswered, ['ops']);
  assert.equal(escalated?.reasons[0]?.detail, 'e, step 1: not taken on by ops for 12m; tells lead');
  assert.deepEqual(escalated?.next, { step: 2, repetition: 0, channels: ['boss'], at: T0 + 30 * MINUTE });
});

test('[BR-NOT-017] [BR-ERR-011] whom a step told hears of what joins later, and of the end', () => {
  const life = new Life()
    .fires(1)
    .pass(13 * MINUTE)
    .fires(2)
    .pass(5 * MINUTE);
  assert.deepEqual(life.told.slice(-2), ['15 ops: f1 firing, f2 firing', '15 lead: f1 firing, f2 firing']);
  life
    .ends(1)
    .ends(2)
    .pass(6 * MINUTE);
  assert.deepEqual(life.told.slice(-2), ['20 ops: f1 resolved, f2 resolved', '20 lead: f1 resolved, f2 resolved']);
  assert.equal(life.state, null);
});

test('[BR-AP-009] a step between two flushes tells its channels alone; others hear of what joined when it is their time', () => {
  const life = new Life()
    .fires(1)
    .pass(11 * MINUTE)
    .fires(2)
    .pass(2 * MINUTE);
  assert.deepEqual(life.told.slice(1), ['12 lead: f1 firing, f2 firing']);
  life.pass(5 * MINUTE);
  assert.deepEqual(life.told.slice(2), ['15 ops: f1 firing, f2 firing']);
});

test('[BR-AP-009] an acknowledgement makes the clock stand at once; one more alert makes it run on when it is told', () => {
  const life = new Life()
    .fires(1)
    .pass(10 * MINUTE)
    .acknowledged(1)
    .pass(60 * MINUTE);
  assert.deepEqual([life.steps, life.clock.at(-1)], [[], 'stands escalation.acknowledged']);
  assert.equal(life.state?.escalation?.elapsed, 10 * MINUTE);
  life.fires(2).pass(8 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 72'], 'told at 70, two minutes were left');
});

test('[BR-AP-009] with stopOn an acknowledgement ends it, and what fires anew is escalated from the first step on', () => {
  const life = new Life(escalating({ stopOn: ['acknowledged'] }))
    .fires(1)
    .pass(13 * MINUTE)
    .acknowledged(1);
  assert.deepEqual([life.clock.at(-1), life.state?.escalation], ['over escalation.acknowledged', undefined]);
  life
    .pass(7 * MINUTE)
    .fires(2)
    .pass(40 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 12', '1.0 32', '2.0 50', '2.1 60']);
});

test('[BR-AP-009] maintenance makes the clock stand; a step is not taken while it lasts, and comes by its rest', () => {
  const life = new Life().fires(1).pass(10 * MINUTE);
  life.maintenance = maintenance;
  life.pass(30 * MINUTE);
  assert.deepEqual([life.steps, life.clock.at(-1)], [[], 'held escalation.held']);
  life.maintenance = null;
  life.pass(30 * MINUTE);
  assert.deepEqual(life.clock.slice(-2), ['held escalation.held', 'runs escalation.resumed']);
  // Held from 10 on, seen when the step was due at 12; free from 40 on, seen at the next look at 42, when nothing was left to wait.
  assert.deepEqual(life.steps, ['1.0 42', '2.0 60', '2.1 70']);
});

test('[BR-AP-009] a snooze makes it stand until it ends, to the millisecond', () => {
  const life = new Life().fires(1).pass(10 * MINUTE);
  life.fires(1, { snoozedUntil: T0 + 61 * MINUTE }).pass(60 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 63']);
});

test('[BR-AP-009] all alerts end: it is over, also where another opens before anybody was told', () => {
  const life = new Life()
    .fires(1)
    .pass(13 * MINUTE)
    .ends(1);
  assert.deepEqual([life.clock.at(-1), life.state?.escalation], ['over escalation.ended', undefined]);
  life.fires(1).pass(20 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 12', '1.0 27'], 'counted anew from the flush at 15');
});

test('[BR-AP-009] only alerts of the severities and priorities of the policy count', () => {
  const policy = escalating({ severities: ['critical'], priorities: ['P1', 'P2'] });
  const life = new Life(policy)
    .fires(1, { labels: { n: '1', severity: 'warning' } })
    .fires(2, { priority: 'P3' })
    .pass(60 * MINUTE);
  assert.deepEqual([life.steps, life.clock], [[], []]);
  life.fires(3, { priority: 'P2' }).pass(20 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 72'], 'from the flush at 60 on');
  const escalated = life.events.find((event) => event.type === 'group.escalated');
  assert.deepEqual(escalated?.fingerprints, ['f3']);
});

test('[BR-AP-009] what was never told is not escalated', () => {
  const life = new Life();
  life.maintenance = maintenance;
  life.fires(1).pass(60 * MINUTE);
  assert.deepEqual([life.told, life.events.filter(({ type }) => type !== 'group.joined').length], [[], 1]);
});

test('[BR-AP-009] a takeover changes nothing: steps are due as they stand in the state', () => {
  const life = new Life().fires(1);
  for (let i = 0; i < 40; i++) life.pass(1.7 * MINUTE).takeover();
  assert.deepEqual(life.steps, ['1.0 12', '2.0 30', '2.1 40', '2.2 50']);
  assert.equal(new Set(life.told).size, life.told.length);
});

test('[BR-AP-009] steps that fell due while nobody owned the group are taken at once, each with its reason', () => {
  const life = new Life().fires(1);
  life.now += 35 * MINUTE;
  life.takeover();
  assert.deepEqual(life.steps, ['1.0 35', '2.0 35']);
  assert.deepEqual(life.told.slice(1), ['35 lead: f1 firing', '35 boss: f1 firing']);
});

test('[BR-AP-009] [BR-CFG-001] a policy that is changed counts from now on; another one, or none, begins anew or ends it', () => {
  const life = new Life().fires(1).pass(13 * MINUTE);
  life.policies = [escalating({}, [STEPS[0]!, { ...STEPS[1]!, after: 20 * MINUTE }])];
  life.pass(10 * MINUTE);
  assert.deepEqual(life.steps, ['1.0 12', '2.0 20']);
  life.policies = [escalating({}, [STEPS[0]!])];
  life.pass(60 * MINUTE);
  assert.equal(life.steps.length, 2, 'no step is left');
  life.fires(1, {}, ref({ escalation: 'other' }));
  life.policies = [escalating({ name: 'other' })];
  life.pass(300 * MINUTE);
  assert.ok(life.clock.includes('over escalation.policy-gone'), life.clock.join('\n'));
  assert.equal(life.state?.escalation?.policy, 'other');
});

test('[BR-AP-009] a group that is watched leaves no events while nothing changes, and is not looked at all the time', () => {
  const life = new Life(escalating({}, [{ after: 10_000 * MINUTE, channels: ['lead'], repeat: ONCE }])).fires(1);
  life.pass(200 * MINUTE);
  assert.equal(life.events.length, 3, 'joined, flushed, begun');
  assert.ok(life.ticks <= 42, `${life.ticks} looks`);
});

type Step = {
  readonly act: 'fire' | 'end' | 'ack' | 'hold' | 'free' | 'takeover';
  readonly n: number;
  readonly ms: number;
};

const anyStep: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('fire', 'end', 'ack', 'hold', 'free', 'takeover'),
  n: fc.integer({ min: 1, max: 3 }),
  ms: fc.integer({ min: 0, max: 20 * MINUTE }),
});

/** `each`: after what happens; what it returns, after the time that passes then. */
function live(history: readonly Step[], each: (life: Life) => (life: Life) => void): Life {
  const life = new Life(escalating({}, [{ after: MINUTE, channels: ['lead'], repeat: { every: MINUTE, times: 99 } }]));
  for (const step of history) {
    if (step.act === 'fire') life.fires(step.n);
    else if (step.act === 'end') life.ends(step.n);
    else if (step.act === 'ack' && life.state !== null) life.acknowledged(step.n);
    else if (step.act === 'takeover' && life.state !== null) life.takeover();
    else if (step.act === 'hold' || step.act === 'free') life.maintenance = step.act === 'hold' ? maintenance : null;
    const then = each(life);
    life.pass(step.ms);
    then(life);
  }
  return life;
}

test('[BR-AP-009] an acknowledged group, or one that is held back, never escalates, whatever happened before', () => {
  let steps = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40 }), (history) => {
      const life = live(history, ({ state, maintenance: hold, steps: before }) => {
        const calls = (state?.alerts ?? []).some((alert) => alert.status === 'firing' && alert.acknowledged !== true);
        return ({ steps: after }) => {
          if (!calls || hold !== null) assert.equal(after.length, before.length, 'nobody was told meanwhile');
        };
      });
      steps += life.steps.length;
    }),
    { numRuns: 300 },
  );
  assert.ok(steps > 1000, `${steps} steps`);
});

test('[BR-AP-009] unacknowledged time adds up over every acknowledgement, hold and takeover of an episode', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40 }), (history) => {
      const { events, state, now } = live(history, () => () => {});
      let sum = 0;
      let since: number | null = null;
      for (const event of events) {
        if (event.type !== 'group.escalation' && event.type !== 'group.escalated') continue;
        if (since !== null) sum += event.at - since;
        assert.equal(event.unacknowledged, sum);
        since = event.type === 'group.escalated' || event.clock === 'runs' ? event.at : null;
        if (event.type === 'group.escalation' && event.clock === 'over') sum = 0;
      }
      const escalation = state?.escalation;
      if (escalation !== undefined) assert.equal(escalation.elapsed, sum);
      assert.ok((since ?? now) <= now);
    }),
    { numRuns: 300 },
  );
});

test('[BR-ERR-011] [BR-NOT-017] whoever was told by a step that an alert fires is told that it ended', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40 }), (history) => {
      const life = live(history, () => () => {});
      for (const n of [1, 2, 3]) life.ends(n);
      life.pass(2 * INTERVAL);
      const beliefs = new Map<string, string>();
      for (const line of life.told) {
        const [, channel = '', alerts = ''] = /^\S+ (\w+): (.*)$/.exec(line) ?? [];
        for (const alert of alerts.split(', ')) {
          const [fingerprint = '', status = ''] = alert.split(' ');
          beliefs.set(`${channel} ${fingerprint}`, status);
        }
      }
      for (const [who, status] of beliefs) assert.equal(status, 'resolved', who);
      told += [...beliefs.keys()].filter((who) => who.startsWith('lead')).length;
      assert.equal(life.state, null);
    }),
    { numRuns: 300 },
  );
  assert.ok(told > 100, `${told} were told by a step`);
});

test('[BR-AP-019] [BR-AP-009] what waits for a person to approve of it escalates nothing; its clock runs once it is told', () => {
  const life = new Life().fires(1, { awaiting: 'rule ask of Filter default/f' }).pass(60 * MINUTE);
  assert.deepEqual(life.told, []);
  life.fires(1).pass(13 * MINUTE);
  assert.deepEqual(life.told, ['60 ops: f1 firing', '72 lead: f1 firing']);
});

test('[BR-ERR-011] [BR-NOT-017] when no channel could tell of it, the next step is taken at once, and says why', () => {
  const life = new Life().fires(1).pass(MINUTE);
  assert.deepEqual(
    life.told.filter((told) => told.includes('lead')),
    [],
  );
  life.undelivered('ops');
  assert.equal(life.events.filter(({ type }) => type === 'group.escalated').length, 1);
  const clock = life.events.findLast(({ type }) => type === 'group.escalation');
  assert.ok(clock?.type === 'group.escalation' && clock.reasons[0]?.code === 'escalation.undelivered');
  assert.match(clock.reasons[0].detail, /channel\/ops: HTTP 410/);
  const escalated = life.events.find(({ type }) => type === 'group.escalated');
  assert.ok(escalated?.type === 'group.escalated');
  assert.deepEqual(escalated.channels, ['lead']);
});

test('[BR-ERR-011] a channel that could not tell of what somebody has in hand calls nobody else', () => {
  const life = new Life().fires(1).pass(MINUTE).acknowledged(1).undelivered('ops');
  assert.equal(life.events.filter(({ type }) => type === 'group.escalated').length, 0);
});
