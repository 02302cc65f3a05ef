import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ShiftActor } from '../../access/shift.ts';
import { compileSchedule, type DutySchedule } from '../../rules/on-call.ts';
import {
  type ChangeDecision,
  decideShiftChange,
  decideShiftEnd,
  MOST_CHANGES,
  overridesOf,
  remembered,
  type ShiftChange,
  type ShiftWish,
} from '../../rules/shift-change.ts';
import { UTC } from '../../rules/zone.ts';
import '../support/leaks.ts';
import { aUser } from '../support/people.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Wednesday: bob's day, then ada's. */
const NOON = Date.parse('2026-11-25T12:00:00Z');
const MIDNIGHT = NOON + 12 * HOUR;
const OPERATOR: ShiftActor = { name: 'root', person: null, assigns: true };
const by = (person: string): ShiftActor => ({ name: `${person}-key`, person, assigns: false });

const schedule = compileSchedule({
  name: 'primary',
  layers: [
    {
      name: 'all',
      start: 0,
      end: Number.POSITIVE_INFINITY,
      turns: { kind: 'rotation', rotation: { zone: UTC, first: NOON - 12 * HOUR, length: DAY, users: ['bob', 'ada'] } },
      restriction: null,
    },
  ],
  overrides: [],
  swaps: [],
  otherwise: [],
});

const USERS = new Map(['ada', 'bob', 'zoe'].map((name) => [name, aUser(name)]));
const user = (name: string) => (name === 'mute' ? aUser('mute', { contacts: [] }) : (USERS.get(name) ?? null));

const wish = (change: Partial<ShiftWish>): ShiftWish => ({
  id: 'x',
  user: 'ada',
  start: NOON + HOUR,
  end: NOON + 2 * HOUR,
  comment: '',
  inReturn: null,
  ...change,
});

function decide(change: Partial<ShiftWish>, actor = OPERATOR, known: readonly ShiftChange[] = [], now = NOON) {
  return decideShiftChange(known, wish(change), { schedule: inForce(known), user, actor, now });
}

function inForce(changes: readonly ShiftChange[]): DutySchedule {
  return schedule.override(overridesOf(changes, (name) => USERS.has(name)));
}

function made(decision: ChangeDecision): readonly ShiftChange[] {
  assert.equal(decision.code, 'shift.changed', JSON.stringify(decision));
  return decision.code === 'shift.changed' ? decision.all : [];
}

const problems = (decision: ChangeDecision) =>
  decision.code === 'shift.invalid' ? decision.problems.map(({ path }) => path) : decision.code;

test('[BR-NOT-018] who takes a shift is on call in it and at no other time, and the answer says by whom', () => {
  const all = made(decide({ comment: 'dentist' }, by('ada')));
  const after = inForce(all);
  assert.deepEqual(
    [0, 1, 1.99, 2].map((hours) => after.at(NOON + hours * HOUR).user),
    ['bob', 'ada', 'ada', 'bob'],
  );
  const { because, detail, until } = after.at(NOON + HOUR);
  assert.deepEqual([because, until], ['override', NOON + 2 * HOUR]);
  assert.match(detail, /^ada by an override of ada-key from .*: dentist$/);
});

test('[BR-NOT-018] a swap is two shifts that are made and taken back together; who owes one is who is relieved', () => {
  const inReturn = { user: null, start: MIDNIGHT + HOUR, end: MIDNIGHT + 2 * HOUR };
  const all = made(decide({ inReturn }, by('ada')));
  assert.deepEqual(
    all[0]?.shifts.map(({ user: who }) => who),
    ['ada', 'bob'],
  );
  const after = inForce(all);
  assert.deepEqual([after.at(NOON + HOUR).user, after.at(MIDNIGHT + HOUR).user], ['ada', 'bob']);
  const ended = decideShiftEnd(all, 'x', { actor: by('ada'), now: NOON });
  assert.deepEqual(ended.code === 'shift.ended' && ended.all, [], 'nothing of it had begun');
  const denied = decide(
    { user: 'ada', inReturn: { ...inReturn, start: NOON + 3 * HOUR, end: NOON + 4 * HOUR } },
    by('ada'),
  );
  assert.equal(denied.code, 'shift.denied', 'bob’s own time is not ada’s to give');
});

test('[BR-NOT-018] what cannot be is named by its path', () => {
  assert.deepEqual(problems(decide({ user: 'nobody' })), ['/user']);
  assert.deepEqual(problems(decide({ user: 'mute' })), ['/user'], 'without a contact nobody would be told');
  assert.deepEqual(problems(decide({ end: NOON + HOUR })), ['/end']);
  assert.deepEqual(problems(decide({ start: NOON - HOUR })), ['/start']);
  assert.deepEqual(problems(decide({ start: null, end: NOON - 1 })), ['/end']);
  assert.deepEqual(problems(decide({ end: NOON + HOUR + 90 * DAY + 1 })), ['/end']);
  assert.deepEqual(problems(decide({ start: NOON + 367 * DAY, end: NOON + 368 * DAY })), ['/start']);
  const inReturn = { user: null, start: NOON + 1.5 * HOUR, end: NOON + 3 * HOUR };
  assert.deepEqual(problems(decide({ inReturn })), ['/inReturn/start'], 'nobody is in two shifts at a time');
  const two = {
    end: MIDNIGHT + HOUR,
    user: 'zoe',
    inReturn: { user: null, start: NOON + 3 * DAY, end: NOON + 4 * DAY },
  };
  assert.deepEqual(problems(decide(two)), ['/inReturn/user'], 'bob and ada are relieved');
  assert.deepEqual(problems(decide({ user: 'bob', inReturn: { ...two.inReturn, user: 'bob' } })), ['/inReturn/user']);
});

test('what began within the last minute begins now: clocks differ', () => {
  const [change] = made(decide({ start: NOON - 30_000 }));
  assert.equal(change?.shifts[0]?.start, NOON);
});

test('asked again under the same id nothing is made, and so many at a time are the most', () => {
  const all = made(decide({}));
  assert.equal(decide({ user: 'zoe' }, OPERATOR, all).code, 'shift.known');
  const many = Array.from({ length: MOST_CHANGES }, (_, i) => ({ ...all[0]!, id: String(i) }));
  assert.deepEqual(problems(decide({ id: 'y' }, OPERATOR, many)), ['']);
});

test('[BR-NOT-018] taken back, what has begun ends then and stays known; what is over cannot be', () => {
  const all = made(decide({}, by('ada')));
  const now = NOON + 1.5 * HOUR;
  const ended = decideShiftEnd(all, 'x', { actor: by('ada'), now });
  assert.ok(ended.code === 'shift.ended');
  const after = inForce(ended.all);
  assert.deepEqual([after.at(now - 1).user, after.at(now).user], ['ada', 'bob']);
  assert.equal(decideShiftEnd(ended.all, 'x', { actor: by('ada'), now }).code, 'shift.over');
  assert.equal(decideShiftEnd(all, 'y', { actor: OPERATOR, now }).code, 'shift.unknown');
  assert.equal(decideShiftEnd(all, 'x', { actor: by('bob'), now }).code, 'shift.denied');
});

test('what ended is forgotten after 30 days, and of much that ended the oldest before', () => {
  const all = made(decide({}));
  const end = all[0]!.shifts[0]!.end;
  assert.equal(remembered(all, end + 30 * DAY - 1), all);
  assert.deepEqual(remembered(all, end + 30 * DAY), []);
  const many = Array.from({ length: 250 }, (_, i) => ({ ...all[0]!, id: String(i) }));
  const kept = remembered(many, end);
  assert.deepEqual([kept.length, kept[0]?.id], [200, '50']);
  assert.equal(remembered(many, end - 1), many, 'of what is in force none is forgotten');
});

test('[BR-NOT-018] a user who is not declared any more is void: what is declared holds', () => {
  const all = made(decide({}));
  const left = schedule.override(overridesOf(all, (name) => name !== 'ada'));
  assert.equal(left.at(NOON + HOUR).user, 'bob');
});

test('[BR-NOT-018] whatever is wished by a person: it is refused, or nobody loses a shift but who asks or to who asks', () => {
  const hours = fc.integer({ min: 0, max: 96 });
  const spans = fc.tuple(hours, hours, fc.constantFrom('ada', 'bob', 'zoe'));
  fc.assert(
    fc.property(fc.constantFrom('ada', 'bob', 'zoe'), spans, fc.option(spans), (person, [from, to, who], back) => {
      const span = (a: number, b: number) => ({ start: NOON + a * HOUR, end: NOON + b * HOUR });
      const inReturn = back === null ? null : { user: back[2], ...span(back[0], back[1]) };
      const decision = decide({ user: who, ...span(from, to), inReturn }, by(person));
      if (decision.code !== 'shift.changed') return;
      const after = inForce(decision.all);
      for (let at = NOON; at < NOON + 97 * HOUR; at += HOUR / 2) {
        const [was, is] = [schedule.at(at).user, after.at(at).user];
        assert.ok(was === is || was === person || is === person, `${was} lost it to ${is} by ${person}`);
      }
    }),
    { numRuns: 1000 },
  );
});
