import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActorPool } from '../../actors/actor-pool.ts';
import { startActorSystem } from '../../actors/actor-system.ts';
import type { Turn } from '../../actors/turn.ts';

function pool() {
  const system = startActorSystem<Turn>();
  const stopped: unknown[] = [];
  const watched = { ...system, stop: (actor: Parameters<typeof system.stop>[0]) => void stopped.push(actor) };
  const actors = new ActorPool(watched, system.supervisor('pool'), { handle: () => {}, crashed: () => {} });
  return { actors, stopped, close: () => system.close() };
}

test('[BR-PERF-032] idle actors that nobody needed between two trims are stopped; those that were needed stay', () => {
  const { actors, stopped, close } = pool();
  const taken = Array.from({ length: 10 }, () => actors.take());
  for (const actor of taken) actors.giveBack(actor);
  actors.trim();
  assert.equal(stopped.length, 0, 'they were all needed since the pool began');
  const again = Array.from({ length: 4 }, () => actors.take());
  for (const actor of again) actors.giveBack(actor);
  actors.trim();
  assert.equal(stopped.length, 6);
  assert.ok(again.every((actor) => !stopped.includes(actor)));
  actors.trim();
  assert.equal(new Set(stopped).size, 10);
  close();
});

test('an actor that was stopped is never lent again', () => {
  const { actors, stopped, close } = pool();
  actors.giveBack(actors.take());
  actors.trim();
  actors.trim();
  assert.equal(stopped.length, 1);
  assert.ok(!stopped.includes(actors.take()));
  close();
});
