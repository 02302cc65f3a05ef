import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entities } from '../../actors/entities.ts';
import type { AnyEntityKind } from '../../actors/entity.ts';
import { stateOf } from '../../actors/slot.ts';
import { HOLD_AFTER_FAILURE, turnHandler } from '../../actors/supervision.ts';
import { Turn } from '../../actors/turn.ts';
import { silentLog } from '../../telemetry/log.ts';
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

test('[BR-ERR-009] a timer whose decision throws is not tried again at once, over and over', () => {
  const throwing: AnyEntityKind = {
    ...kind,
    decide() {
      throw new RangeError('always');
    },
  };
  const policy = aPolicy();
  const entities = new Entities(() => policy);
  const slot = entities.slot(throwing, 'g');
  slot.state = { dueAt: 5 };
  entities.changed(slot);
  const handler = turnHandler(silentLog);
  const tick = (now: number) => {
    const due = entities.takeDue(now, 10);
    for (const one of due) {
      const context = { now, policy, random: () => 0, holds: () => null, placements: () => null, advice: () => [] };
      const tick = { command: { kind: 'tick' }, position: 'p', entry: null };
      const turn = new Turn(one, tick, entities, context, () => {});
      try {
        handler.handle(turn);
      } catch (error) {
        handler.crashed(turn, error as Error);
      }
    }
    return due.length;
  };
  assert.equal(tick(100), 1);
  assert.equal(tick(100), 0);
  assert.equal(entities.nextDue(), 100 + HOLD_AFTER_FAILURE);
  assert.equal(tick(100 + HOLD_AFTER_FAILURE), 1);
});

test('[BR-AP-L25] entities are counted by their class as they change, sleep and end', () => {
  const entities = new Entities(() => aPolicy());
  const classed: AnyEntityKind = { ...kind, classOf: ({ is }: { is: string }) => is };
  const put = (key: string, is: string | null) => {
    const slot = entities.slot(classed, key);
    slot.state = is === null ? null : { is, dueAt: 1e15 };
    entities.changed(slot);
    return slot;
  };
  put('a', 'firing');
  put('b', 'firing');
  put('c', 'acknowledged');
  put('b', 'acknowledged');
  assert.deepEqual([...entities.counts].sort(), [
    ['acknowledged', 2],
    ['firing', 1],
  ]);
  entities.passivate(put('a', 'firing').chunk, 1, { giveBack() {} });
  entities.remove(put('c', null));
  entities.slot(kind, 'without').state = { dueAt: 1 };
  assert.deepEqual([...entities.counts].sort(), [
    ['acknowledged', 1],
    ['firing', 1],
  ]);
});

test('[BR-PERF-032] of a kind that is many only those used last stay awake, and whoever sleeps gives its actor back', () => {
  const many: AnyEntityKind = { ...kind, mostAwake: 2 };
  const entities = new Entities(() => aPolicy());
  const slots = ['a', 'b', 'c'].map((key) => entities.slot(many, key));
  for (const slot of slots) {
    slot.state = { dueAt: 1, key: slot.key };
    slot.actor = { name: slot.key } as never;
    entities.changed(slot);
    entities.used(slot);
  }
  entities.used(slots[0]!);
  const back: unknown[] = [];
  entities.passivateSurplus({ giveBack: (actor) => back.push((actor as unknown as { name: string }).name) });
  assert.deepEqual(
    slots.map(({ state }) => state !== null),
    [true, false, true],
    'b was used longest ago',
  );
  assert.deepEqual(back, ['b']);
  assert.deepEqual(stateOf(slots[1]!), { dueAt: 1, key: 'b' });
});
