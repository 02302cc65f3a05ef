import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entities } from '../../actors/entities.ts';
import type { AnyEntityKind } from '../../actors/entity.ts';
import { aPolicy } from '../support/fake-policy.ts';

const kind: AnyEntityKind = {
  kind: 'group',
  decide: () => ({ events: [], effects: [], replies: [], sends: [] }),
  evolve: (state) => state,
  dueAt: (state: { dueAt: number }) => state.dueAt,
  settle: () => null,
  recovered: () => null,
  pack: (state) => state,
  unpack: (packed) => packed,
};

test('[BR-PERF-032] when very many are due at once, as after a long stop, they are taken in portions, earliest first', () => {
  const entities = new Entities(() => aPolicy());
  for (let i = 10; i > 0; i--) {
    const slot = entities.slot(kind, `g${i}`);
    slot.state = { dueAt: i };
    entities.changed(slot);
  }
  const keys = (most: number) => entities.takeDue(100, most).map(({ key }) => key);
  assert.deepEqual(keys(4), ['g1', 'g2', 'g3', 'g4']);
  assert.equal(entities.nextDue(), 5);
  assert.equal(keys(4).length, 4);
  assert.deepEqual(keys(4), ['g9', 'g10']);
  assert.equal(entities.nextDue(), null);
});
