/** Alerts that open and end all the time: marked, told once as such, held back until it is calm. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertStatus } from '../../alert/alert.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { decideFlapping, type FlappingMemory } from '../../alert/flapping.ts';
import { decideGroup, evolveGroup, type GroupState, groupDueAt } from '../../alert/group.ts';
import { type AlertState, alertDueAt, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import type { FlappingRule } from '../../alert/lifecycle-policy.ts';
import { type PackedAlert, packAlert, unpackAlert } from '../../alert/packed-alert.ts';
import { pack, unpack } from '../../bus/pack.ts';
import { aPolicy, aRoute } from '../support/fake-policy.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;
const RULE: FlappingRule = { openings: 3, within: 10 * MINUTE, priorities: null };
const LABELS = { alertname: 'X', namespace: 'prod-a' };
const FINGERPRINT = fingerprint(LABELS);

/** One alert and its group, ticked whenever they ask for it. */
class Life {
  alert: AlertState | null = null;
  group: GroupState | null = null;
  now = START;
  readonly told: string[] = [];
  readonly reasons: string[] = [];
  readonly held: string[] = [];
  #quietUntil = 0;
  readonly #policy;

  constructor(rule: FlappingRule | null = RULE) {
    const root = aRoute({ channels: ['ops'], groupWait: 0, groupInterval: 30_000, repeatInterval: 240 * MINUTE });
    this.#policy = aPolicy({ root, lifecycle: { flapping: rule } });
  }

  report(status: AlertStatus): this {
    const times = { startsAt: this.now, endsAt: status === 'resolved' ? this.now : null };
    const of = {
      tenant: 't',
      fingerprint: FINGERPRINT,
      labels: LABELS,
      annotations: {},
      generatorURL: '',
      source: 's',
    };
    return this.#alert({ kind: 'report', alert: { ...of, status, ...times }, cause: { receipt: 'r', index: 0 } });
  }

  /** Opens, fires for a minute, and is over for one. */
  flap(): this {
    return this.report('firing').pass(MINUTE).report('resolved').pass(MINUTE);
  }

  pass(ms: number): this {
    for (const until = this.now + ms; this.now < until; ) {
      this.now = Math.min(until, this.now + 10_000);
      if (this.alert !== null && alertDueAt(this.alert, this.#policy) <= this.now) this.#alert({ kind: 'tick' });
      this.#settle();
    }
    return this;
  }

  #alert(command: Parameters<typeof decideAlert>[1]): this {
    const { events, effects } = decideAlert(this.alert, command, this.now, this.#policy);
    for (const event of events) {
      this.alert = evolveAlert(this.alert, event);
      if ('reasons' in event) this.reasons.push(...event.reasons.map(({ code }) => code));
    }
    for (const entry of effects) this.#decide({ kind: 'insert', entry });
    return this.#settle();
  }

  #settle(): this {
    if (this.group !== null && Math.max(groupDueAt(this.group), this.#quietUntil) <= this.now) {
      this.#decide({ kind: 'tick' });
    }
    return this;
  }

  #decide(command: Parameters<typeof decideGroup>[1]): void {
    const { events, effects, quietUntil } = decideGroup(this.group, command, this.now, this.#policy, `p${this.now}`);
    for (const event of events) {
      this.group = evolveGroup(this.group, event);
      if (event.type === 'group.flushed')
        this.held.push(...(event.holds?.began ?? []).map(({ reason }) => reason.code));
    }
    this.#quietUntil = quietUntil ?? (events.length > 0 ? 0 : this.#quietUntil);
    for (const { notification } of effects) {
      const flapping = notification.reasons.some(({ code }) => code === 'alert.flapping') ? ' as flapping' : '';
      this.told.push(`${(this.now - START) / MINUTE} ${notification.status}${flapping}`);
    }
  }
}

test('[BR-AP-L25] more openings within the time than the rule allows are told once as flapping, and then held back', () => {
  const life = new Life();
  for (let i = 0; i < 3; i++) life.flap();
  assert.equal(life.reasons.includes('alert.flapping'), false);
  const before = life.told.length;
  life.flap();
  assert.deepEqual(life.told.slice(before), ['6 firing as flapping', '7 resolved']);
  for (let i = 0; i < 6; i++) life.flap();
  assert.equal(life.told.length, before + 2, 'nobody is told of the next ones');
  assert.deepEqual(new Set(life.held), new Set(['hold.flapping']));
  assert.equal(life.alert?.flapping?.since, START + 6 * MINUTE);
});

test('[BR-AP-L25] once it is calm for the time of the rule, what fires still is told, and what opens later is no flapping', () => {
  const life = new Life();
  for (let i = 0; i < 5; i++) life.flap();
  const before = life.told.length;
  life.report('firing').pass(9 * MINUTE);
  assert.equal(life.told.length, before);
  life.pass(2 * MINUTE);
  assert.deepEqual(life.told.slice(before), ['20 firing as flapping'], 'ten minutes after it opened');
  life
    .report('resolved')
    .pass(12 * MINUTE)
    .report('firing');
  assert.equal(life.alert?.flapping, undefined);
  life.pass(MINUTE);
  assert.match(life.told.at(-1)!, /firing$/);
});

test('[BR-AP-L25] [BR-ERR-011] whoever was told that it fires is told that it ended, although it is held back by then', () => {
  const life = new Life();
  for (let i = 0; i < 3; i++) life.flap();
  // Between two flushes: the group never saw it end.
  life
    .report('firing')
    .pass(MINUTE + 10_000)
    .report('resolved')
    .report('firing')
    .pass(MINUTE);
  assert.equal(life.alert?.flapping?.heldUntil, life.now - MINUTE + RULE.within);
  assert.match(life.told.at(-1)!, /firing as flapping$/);
  life.report('resolved').pass(2 * MINUTE);
  assert.match(life.told.at(-1)!, /resolved$/);
  assert.equal(life.group, null);
});

test('[BR-AP-L25] it is remembered for as long as the rule needs, and not longer', () => {
  const rule = { ...RULE, within: 60 * MINUTE };
  const life = new Life(rule).flap().pass(40 * MINUTE);
  assert.equal(life.alert?.openings?.length, 1, 'ended for longer than others are remembered');
  life.pass(20 * MINUTE);
  assert.equal(life.alert, null);
});

test('[BR-AP-L25] it survives a snapshot and a takeover', () => {
  const life = new Life();
  for (let i = 0; i < 5; i++) life.flap();
  const before = life.alert!;
  assert.deepEqual(unpackAlert(unpack(pack(packAlert(before))) as PackedAlert), before);
  life.alert = unpackAlert(packAlert(before));
  const told = life.told.length;
  life.flap();
  assert.equal(life.told.length, told, 'still held back');
});

test('[BR-AP-L25] without a rule, or for other priorities, nothing is counted and nothing is held', () => {
  for (const rule of [null, { ...RULE, priorities: ['P5' as const] }]) {
    const life = new Life(rule);
    for (let i = 0; i < 10; i++) life.flap();
    assert.deepEqual([life.held, life.alert?.openings, life.told.length], [[], undefined, 20]);
  }
});

test('[BR-AP-L25] over any times an alert is flapping exactly while more openings than allowed came, or no calm since', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 15 * MINUTE }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 2, max: 6 }), (waits, limit) => {
      const rule = { ...RULE, openings: limit };
      const times: number[] = [];
      let memory: FlappingMemory = {};
      let isFlapping: boolean = false;
      let now = START;
      for (const wait of waits) {
        now += wait;
        const isCalm = wait >= rule.within || times.length === 0;
        times.push(now);
        const count = times.filter((at) => at > now - rule.within).length;
        const isFirst: boolean = !(isFlapping && !isCalm);
        isFlapping = (isFlapping && !isCalm) || count > limit;
        memory = decideFlapping(memory, rule, 'P1', now).memory;
        assert.equal(memory.flapping !== undefined, isFlapping);
        if (isFlapping) assert.equal(memory.flapping?.heldUntil, isFirst ? null : now + rule.within);
        assert.ok(memory.openings!.length <= limit + 1);
      }
    }),
  );
});
