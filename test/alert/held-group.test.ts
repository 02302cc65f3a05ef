/** Groups of which something is held back: who hears of what, when, and what is remembered of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupEntry, GroupRef } from '../../alert/entry.ts';
import { decideGroup, evolveGroup, type GroupState } from '../../alert/group.ts';
import type { HoldsState } from '../../alert/holds-state.ts';
import type { GroupedAlert } from '../../alert/notification.ts';
import type { Hold } from '../../alert/policy.ts';
import { reason } from '../../alert/reason.ts';
import type { Silence } from '../../alert/silence.ts';
import { inhibitionRule } from '../../resources/inhibition.ts';
import { aChannel, aPolicy } from '../support/fake-policy.ts';
import { anAlert } from '../support/notification.ts';

const T0 = Date.parse('2026-11-23T09:00:00Z');
const INTERVAL = 300_000;
const REPEAT = 14_400_000;
const RULES = [inhibitionRule('down', { sourceMatch: ['alertname="Down"'], targetMatch: ['n=~".+"'] })];

function ref(channels: readonly string[] = ['ops']): GroupRef {
  const timing = { groupWait: 0, groupInterval: INTERVAL, repeatInterval: REPEAT, channels };
  return { id: '00000000000000aa', tenant: 'default', key: '{}:{}', labels: {}, timing };
}

function silence(n: string, endsAt: number, change: Partial<Silence> = {}): Silence {
  const times = { startsAt: 0, endsAt };
  return {
    id: `s-${n}`,
    tenant: 'default',
    matchers: [`n="${n}"`],
    ...times,
    createdBy: 'ann',
    comment: 'db upgrade',
    broad: false,
    ...change,
  };
}

/** One group lived by hand, with holds that the test sets. */
class Life {
  state: GroupState | null = null;
  now = T0;
  /** As the shell keeps it: no look before then. */
  quietUntil = 0;
  readonly holds: HoldsState = { sources: new Map(), silences: new Map(), incidents: new Map() };
  time: Hold | null = null;
  maintenance: Hold | null = null;
  #inputs = 0;
  readonly #policy;

  constructor(channels = [aChannel('ops')]) {
    this.#policy = aPolicy({
      channels,
      inhibitions: RULES,
      timeHold: () => this.time,
      maintenanceHold: () => this.maintenance,
    });
  }

  fires(n: string, change: Partial<GroupedAlert> = {}, group = ref()): this {
    const alert = anAlert({ fingerprint: `f${n}`, labels: { n }, startsAt: T0 + Number(n), ...change });
    return this.#insert({ kind: 'group', group, alert });
  }

  ends(n: string, change: Partial<GroupedAlert> = {}, group = ref()): this {
    return this.fires(n, { status: 'resolved', endsAt: this.now, ...change }, group);
  }

  silence(n: string, endsAt: number, change: Partial<Silence> = {}): this {
    this.holds.silences.set(`s-${n}`, silence(n, endsAt, change));
    return this;
  }

  /** Moves on to the next flush. */
  flush() {
    assert.ok(this.state !== null, 'the group has ended');
    return this.at(Math.max(this.now, this.state.dueAt, this.quietUntil));
  }

  /** The next look, which finds nothing to say. */
  look(): this {
    assert.ok(this.state !== null, 'the group has ended');
    this.now = Math.max(this.now, this.state.dueAt, this.quietUntil);
    const { events, effects } = this.#decide({ kind: 'tick' });
    assert.deepEqual([events, effects], [[], []]);
    return this;
  }

  at(now: number) {
    this.now = now;
    const { events, effects } = this.#decide({ kind: 'tick' });
    const [event] = events;
    assert.ok(event?.type === 'group.flushed', 'it was due');
    const told = effects.map(({ notification: { channel, alerts, reasons } }) => ({
      channel,
      alerts: alerts.map(({ fingerprint, status }) => `${fingerprint} ${status}`),
      reasons,
    }));
    return { event, told, decisions: event.decisions };
  }

  #insert(entry: GroupEntry): this {
    this.#decide({ kind: 'insert', entry });
    return this;
  }

  #decide(command: Parameters<typeof decideGroup>[1]) {
    const position = `a0:${++this.#inputs}`;
    const { quietUntil } = this;
    const decision = decideGroup(this.state, command, this.now, this.#policy, position, this.holds, quietUntil);
    for (const event of decision.events) this.state = evolveGroup(this.state, event);
    if (command.kind === 'tick' || decision.events.length > 0) this.quietUntil = decision.quietUntil ?? 0;
    return decision;
  }
}

const alertsOf = (told: readonly { alerts: readonly string[] }[]) => told.flatMap(({ alerts }) => alerts);

test('[BR-AP-008] a silenced alert is not told, and the ledger names it with its reason', () => {
  const life = new Life()
    .silence('1', T0 + 3_600_000)
    .fires('1')
    .fires('2');
  const { told, decisions } = life.flush();
  assert.deepEqual(alertsOf(told), ['f2 firing']);
  const held = [{ fingerprint: 'f1', reason: reason('hold.silence', decisions[0]!.held![0]!.reason.detail) }];
  assert.deepEqual([decisions[0]!.held, decisions[0]!.heldCount], [held, 1]);
  assert.match(decisions[0]!.held![0]!.reason.detail, /^s-1 by ann, until 2026-11-23T10:00:00.000Z: db upgrade$/);
  assert.deepEqual(decisions[0]!.firing, ['f2']);
});

test('[BR-AP-008] where all is held nobody is told, the group stays, and it is looked at again at each group_interval', () => {
  const life = new Life().silence('1', T0 + 3_600_000).fires('1');
  const { told, decisions, event } = life.flush();
  assert.deepEqual([told, decisions[0]!.reasons[0]!.code, event.left], [[], 'group.held', []]);
  assert.equal(event.dueAt, T0 + INTERVAL);
  for (let look = 1; look < 4; look++) assert.equal(life.look().now, T0 + look * INTERVAL, 'and leaves no event');
  life.holds.silences.clear();
  assert.deepEqual(alertsOf(life.flush().told), ['f1 firing']);
  assert.equal(life.now, T0 + 4 * INTERVAL);
});

test('[BR-AP-008] one that joins while the others are held is told at the next group_interval, as in any group', () => {
  const life = new Life().silence('1', T0 + 3_600_000).fires('1');
  life.flush();
  life.look().look();
  life.now += 1000;
  life.fires('2', { labels: { n: '2' } });
  assert.deepEqual(alertsOf(life.flush().told), ['f2 firing']);
  assert.equal(life.now, T0 + 3 * INTERVAL);
});

test('[BR-AP-008] the end of a hold that is known is a time to flush, and the notification says what was held, by what, for how long', () => {
  const life = new Life()
    .silence('1', T0 + 100_000)
    .silence('2', T0 + 100_000)
    .fires('1')
    .fires('2');
  assert.equal(life.flush().event.dueAt, T0 + 100_000);
  const { told } = life.flush();
  assert.equal(life.now, T0 + 100_000);
  assert.deepEqual(alertsOf(told), ['f1 firing', 'f2 firing']);
  assert.deepEqual(
    told[0]!.reasons.map(({ code }) => code),
    ['group.first', 'hold.ended', 'hold.ended'],
  );
  assert.match(told[0]!.reasons[1]!.detail, /^1 alert was held back for up to 1m40s: hold.silence s-1 by ann/);
  life.now += REPEAT + INTERVAL;
  assert.deepEqual(
    life.flush().told[0]!.reasons.map(({ code }) => code),
    ['group.repeat'],
    'it is said once',
  );
});

test('[BR-AP-008] what ended while it was held is counted in the summary and told to nobody', () => {
  const life = new Life()
    .silence('1', T0 + 1_000_000)
    .fires('1')
    .fires('2', { labels: { n: '2', x: 'y' } });
  life.flush();
  life.now += 1000;
  life.ends('1').fires('3');
  const { told, decisions } = life.flush();
  assert.deepEqual(alertsOf(told), ['f2 firing', 'f3 firing']);
  assert.match(
    told[0]!.reasons[1]!.detail,
    /^1 alert was held back for up to 5m0s, 1 of them ended meanwhile: hold.silence/,
  );
  assert.equal(decisions[0]!.heldCount, 1, 'its end was held back, too');
});

test('[BR-AP-008] the beginning of a hold is said once, and its end; not at every flush', () => {
  const life = new Life().silence('1', T0 + 3_600_000).fires('1');
  const first = life.flush().event.holds;
  assert.deepEqual(
    first?.began.map(({ fingerprints }) => fingerprints),
    [['f1']],
  );
  life.look();
  life.holds.silences.clear();
  const second = life.flush().event.holds;
  assert.deepEqual([second?.began, second?.ended, second?.untold], [[], ['f1'], []]);
  life.now += INTERVAL;
  life.fires('2');
  assert.equal(life.flush().event.holds, undefined);
});

test('[BR-AP-008] [BR-ERR-011] whoever was told that an alert fires is told that it ended, although it is silenced by then', () => {
  const life = new Life().fires('1');
  life.flush();
  life.silence('1', T0 + 9_000_000).now += 1000;
  life.ends('1');
  const { told, event } = life.flush();
  assert.deepEqual(alertsOf(told), ['f1 resolved']);
  assert.equal(event.dueAt, null);
});

test('[BR-AP-008] [BR-ERR-011] the end is owed through notifications that left the alert out, and when all others have ended before', () => {
  const life = new Life().fires('1').fires('2');
  life.flush();
  life.silence('1', T0 + 90_000_000).now += 1000;
  life.fires('3');
  const { told, decisions } = life.flush();
  assert.deepEqual(alertsOf(told), ['f2 firing', 'f3 firing']);
  assert.deepEqual([decisions[0]!.firing, decisions[0]!.owed], [['f2', 'f3'], ['f1']]);
  life.ends('2').ends('3');
  assert.deepEqual(alertsOf(life.flush().told), ['f2 resolved', 'f3 resolved']);
  life.ends('1');
  assert.deepEqual(alertsOf(life.flush().told), ['f1 resolved']);
  assert.equal(life.state, null);
});

test('[BR-AP-008] the hold of one that a notification left out ends: it is news, as in Alertmanager', () => {
  const life = new Life().fires('1').fires('2');
  life.flush();
  life.silence('1', T0 + 90_000_000).now += 1000;
  life.fires('3');
  life.flush();
  life.holds.silences.clear();
  assert.deepEqual(alertsOf(life.flush().told), ['f1 firing', 'f2 firing', 'f3 firing']);
});

test('[BR-AP-008] one that was held through no notification is no news when its hold ends', () => {
  const life = new Life().fires('1');
  life.flush();
  life.silence('1', T0 + 90_000_000).now += 1000;
  life.fires('1');
  assert.deepEqual(life.flush().told, []);
  life.holds.silences.clear();
  const { told, decisions } = life.flush();
  assert.deepEqual([told, decisions[0]!.reasons[0]!.code], [[], 'group.unchanged']);
});

test('[BR-AP-008] holds are asked for in the order of Alertmanager: inhibition, time, silence, then maintenance and snooze', () => {
  const life = new Life().fires('1', { snoozedUntil: T0 + 1e9 });
  const code = () => life.flush().decisions[0]!.held?.[0]?.reason.code;
  assert.equal(code(), 'hold.snoozed');
  life.maintenance = { reason: reason('hold.maintenance'), until: null };
  assert.equal(code(), 'hold.maintenance');
  life.silence('1', T0 + 1e9);
  assert.equal(code(), 'hold.silence');
  life.time = { reason: reason('hold.mute-interval'), until: null };
  assert.equal(code(), 'hold.mute-interval');
  life.holds.sources.set('f9', { alertname: 'Down' });
  assert.equal(code(), 'hold.inhibited');
});

test('[BR-AP-008] a snooze ends by its time; [BR-AP-L22] the group wakes for it', () => {
  const life = new Life().fires('1', { snoozedUntil: T0 + 5000 });
  assert.deepEqual([life.flush().told, life.state?.dueAt], [[], T0 + 5000]);
  assert.deepEqual(alertsOf(life.flush().told), ['f1 firing']);
});

test('[BR-AP-008] many held alerts are counted, and the first are named', () => {
  const life = new Life();
  life.time = { reason: reason('hold.mute-interval', 'weekends'), until: T0 + 1000 };
  for (let n = 1; n <= 200; n++) life.fires(String(n));
  const { decisions, event } = life.flush();
  assert.deepEqual([decisions[0]!.held?.length, decisions[0]!.heldCount], [50, 200]);
  assert.deepEqual(
    event.holds?.began.map(({ fingerprints }) => fingerprints.length),
    [200],
  );
  life.time = null;
  assert.match(
    life.flush().told[0]!.reasons[1]!.detail,
    /^200 alerts were held back for up to 1s: hold.mute-interval weekends$/,
  );
});

test('[BR-AP-008] a channel that the route does not name any more is told the end of what is held back', () => {
  const life = new Life([aChannel('ops'), aChannel('old')])
    .fires('1', {}, ref(['old', 'ops']))
    .fires('2', {}, ref(['old', 'ops']));
  life.flush();
  life.silence('1', T0 + 90_000_000).now += 1000;
  life.fires('2', { annotations: { text: 'new' } }, ref(['ops']));
  life.ends('2', {}, ref(['ops']));
  assert.deepEqual(
    life.flush().told.map(({ channel, alerts }) => [channel, alerts]),
    [
      ['ops', ['f2 resolved']],
      ['old', ['f2 resolved']],
    ],
  );
  life.ends('1', {}, ref(['ops']));
  assert.deepEqual(
    life.flush().told.map(({ channel, alerts }) => [channel, alerts]),
    [
      ['ops', ['f1 resolved']],
      ['old', ['f1 resolved']],
    ],
  );
});

test('[BR-AP-008] a channel that wants no resolved ones is owed nothing for ever', () => {
  const life = new Life([aChannel('ops', { sendResolved: false })]).fires('1').fires('2');
  life.flush();
  life.silence('1', T0 + 90_000_000).now += 1000;
  life.fires('3');
  assert.deepEqual(life.flush().decisions[0]!.owed, ['f1']);
  life.ends('1');
  const { told, decisions } = life.flush();
  assert.deepEqual([told, decisions[0]!.owed], [[], undefined]);
});

test('[BR-AP-008] what joins a group of which all is held is told at its next group_interval, together with the rest', () => {
  const life = new Life().silence('1', T0 + 36_000_000).fires('1');
  life.flush();
  life.look().look();
  life.now = T0 + 2.4 * INTERVAL;
  life.fires('2', { startsAt: life.now });
  life.now = T0 + 2.6 * INTERVAL;
  life.fires('3', { startsAt: life.now });
  const { told } = life.flush();
  assert.deepEqual(alertsOf(told), ['f2 firing', 'f3 firing']);
  assert.equal(life.now, T0 + 3 * INTERVAL);
});

test('[BR-AP-008] a clock that goes back by an hour delays what joins by no more than a group_interval', () => {
  const life = new Life().fires('1');
  life.flush();
  life.now -= 3_600_000;
  const wentBack = life.now;
  const { told } = life.fires('2', { startsAt: life.now }).flush();
  assert.deepEqual(alertsOf(told).toSorted(), ['f1 firing', 'f2 firing']);
  assert.equal(life.now, wentBack + INTERVAL);
});

test('an alert that is routed elsewhere by now is repeated no more where it was told, and its end is told there', () => {
  const life = new Life();
  life.fires('1').fires('2');
  assert.equal(life.at(T0).told.length, 1);
  life.fires('1', { rerouted: true });
  const { told, decisions } = life.flush();
  assert.deepEqual(told, []);
  assert.deepEqual(decisions[0]?.held, [{ fingerprint: 'f1', reason: reason('hold.rerouted') }]);
  const repeated = life.at(T0 + REPEAT + INTERVAL).told[0];
  assert.deepEqual(repeated?.alerts, ['f2 firing'], 'the other one stays');
  life.ends('1').ends('2');
  assert.deepEqual(life.flush().told[0]?.alerts.toSorted(), ['f1 resolved', 'f2 resolved']);
});

test('a group that every alert has left is never repeated, and tells the end', () => {
  const life = new Life();
  life.fires('1');
  life.at(T0);
  life.fires('1', { rerouted: true });
  assert.deepEqual(life.flush().told, []);
  for (let day = 0; day < 3; day++) life.look();
  life.now = T0 + 3 * REPEAT;
  life.ends('1');
  assert.deepEqual(life.at(life.now + INTERVAL).told[0]?.alerts, ['f1 resolved']);
});
