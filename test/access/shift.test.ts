import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayChangeShift, mayEndShift, type ShiftActor } from '../../access/shift.ts';

const actor = (person: string | null, assigns = false): ShiftActor => ({ name: `${person}-key`, person, assigns });
const turns = ['ada', 'bob'];
const code = (who: ShiftActor, user: string, relieved: (string | null)[]) =>
  mayChangeShift(who, { user, relieved, turns }).code;

test('[BR-NOT-018] who takes turns takes any shift, and hands over own ones alone', () => {
  assert.equal(code(actor('bob'), 'bob', ['ada', null]), 'shift.taken');
  assert.equal(code(actor('ada'), 'zoe', ['ada']), 'shift.handed-over');
  assert.equal(code(actor('ada'), 'bob', ['ada', 'zoe']), 'shift.denied', 'not all of it is hers');
  assert.equal(code(actor('ada'), 'bob', [null]), 'shift.denied', 'a gap is nobody’s to give away');
  assert.equal(code(actor('ada'), 'bob', []), 'shift.denied');
  assert.equal(code(actor('zoe'), 'zoe', ['ada']), 'shift.denied', 'she takes no turns there');
  assert.equal(code(actor('zoe'), 'bob', ['ada']), 'shift.denied');
});

test('[BR-NOT-018] [BR-SEC-008] who is no User does nothing, who holds shifts.assign does it for anybody', () => {
  assert.equal(code(actor(null), 'bob', ['ada']), 'shift.denied');
  assert.equal(code(actor(null), 'null', [null]), 'shift.denied', 'nobody on call is not nobody who asks');
  assert.equal(code(actor(null, true), 'zoe', ['ada', null]), 'shift.assigned');
});

test('[BR-NOT-018] a change is taken back by who made it, under whatever name, and by who holds shifts.assign', () => {
  const made = { by: 'ada-key', person: 'ada' };
  assert.equal(mayEndShift({ ...actor('ada'), name: 'ada@example.org' }, made).code, 'shift.taken');
  assert.equal(mayEndShift({ ...actor('bob'), name: 'ada-key' }, made).code, 'shift.denied', 'the person counts');
  assert.equal(mayEndShift(actor('bob'), { by: 'root', person: null }).code, 'shift.denied');
  assert.equal(mayEndShift(actor(null), { by: 'root', person: null }).code, 'shift.denied');
  assert.equal(mayEndShift(actor('bob', true), made).code, 'shift.assigned');
});
