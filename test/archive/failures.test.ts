import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failures } from '../../archive/failures.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('[BR-REL-004] what fails again and again is told, for as long as it does', () => {
  const clock = new FakeClock();
  const failures = new Failures(clock);
  failures.note('a0', new Error('no NATS'));
  failures.note('a1', new Error('no NATS'));
  assert.equal(failures.heldUp(), null, 'once each');
  clock.advance(1000);
  failures.note('a1', new Error('disk is full'));
  assert.equal(failures.heldUp(), 'the archive is held up: disk is full');
  failures.forget('a1');
  assert.equal(failures.heldUp(), null);
});

test('failures that lie far apart are not one, and an old one is over', () => {
  const clock = new FakeClock();
  const failures = new Failures(clock);
  for (let day = 0; day < 3; day++) {
    failures.note('a0', new Error('no NATS'));
    assert.equal(failures.heldUp(), null);
    clock.advance(86_400_000);
  }
  failures.note('a0', new Error('no NATS'));
  failures.note('a0', new Error('no NATS'));
  assert.notEqual(failures.heldUp(), null);
  clock.advance(30_000);
  assert.equal(failures.heldUp(), null);
});
