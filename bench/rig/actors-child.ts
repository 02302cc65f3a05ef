/** Measures memory, so it runs in a fresh process with --expose-gc. */

import { startActorSystem } from '../../actors/actor-system.ts';
import { alertKind } from '../../actors/alert-actor.ts';
import { Entities } from '../../actors/entities.ts';
import { type Slot, stateOf } from '../../actors/slot.ts';
import { alertKey } from '../../alert/alert.ts';
import type { AlertEntry } from '../../alert/entry.ts';
import { channelSchemas } from '../../channels/registry.ts';
import { FORMATS } from '../../ingress/formats/by-name.ts';
import { loadResources } from '../../resources/load.ts';
import { RequestTemplate } from './bodies.ts';
import { answerWith } from './child.ts';
import type { Row } from './report.ts';
import { GROUPED, writeResources } from './resources.ts';
import { withScratch } from './scratch.ts';

export interface ActorsQuestion {
  readonly kind: 'actors' | 'alerts';
  readonly count: number;
}

export interface ActorsAnswer {
  readonly rows: readonly Row[];
}

const ROUNDS = 5;

answerWith<ActorsQuestion, ActorsAnswer>(async ({ kind, count }) => ({
  rows: kind === 'actors' ? await measureActors(count) : await measureAlerts(count),
}));

async function measureActors(count: number): Promise<Row[]> {
  const system = startActorSystem<number>();
  const supervisor = system.supervisor('bench');
  let handled = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let reached = () => {};
  const handler = {
    handle() {
      if (++handled === wanted) reached();
    },
    crashed() {},
  };
  const before = heapUsed();
  const spawning = performance.now();
  const all = Array.from({ length: count }, (_, i) => system.actor(supervisor, `actor-${i}`, handler));
  const spawned = performance.now() - spawning;
  const bytes = (heapUsed() - before) / count;
  const round = () =>
    new Promise<void>((resolve) => {
      wanted = handled + count;
      reached = resolve;
      for (const actor of all) system.tell(actor, 1);
    });
  await round();
  const telling = performance.now();
  for (let i = 0; i < ROUNDS; i++) await round();
  const told = performance.now() - telling;
  if (handled !== (ROUNDS + 1) * count) throw new Error(`${handled} messages were handled`);
  system.close();
  const note = `${Math.round(bytes)} bytes of heap an actor`;
  return [
    { case: `nact, spawning ${count} actors`, throughput: (count / spawned) * 1000, unit: 'actors/s', note },
    {
      case: `nact, ${count} actors, a message to each in turn`,
      throughput: (ROUNDS * count * 1000) / told,
      unit: 'messages/s',
    },
  ];
}

async function measureAlerts(count: number): Promise<Row[]> {
  const policy = await policyOf();
  const entities = new Entities(() => policy);
  const nobody = { giveBack: () => undefined };
  const before = heapUsed();
  const entries = entriesOf(count);
  const opening = performance.now();
  const slots = entries.map((entry) => open(entities, entry));
  const opened = performance.now() - opening;
  entries.length = 0;
  const awake = (heapUsed() - before) / count;
  const packing = performance.now();
  for (const chunk of new Set(slots.map((slot) => slot.chunk)))
    entities.passivate(chunk, Number.POSITIVE_INFINITY, nobody);
  const packed = performance.now() - packing;
  const asleep = (heapUsed() - before) / count;
  if (slots.some(({ asleep: data }) => data === null)) throw new Error('not every alert was put to sleep');
  const waking = performance.now();
  for (const slot of slots) stateOf(slot);
  const woken = performance.now() - waking;
  const rate = (ms: number) => ({ throughput: (count / ms) * 1000, unit: 'alerts/s' });
  return [
    {
      case: `deciding that ${count} alerts open`,
      ...rate(opened),
      note: `${Math.round(awake)} bytes of heap an alert awake`,
    },
    { case: 'putting them to sleep', ...rate(packed), note: `${Math.round(asleep)} bytes of heap an alert asleep` },
    { case: 'waking them', ...rate(woken) },
  ];

  function open(table: Entities, entry: AlertEntry): Slot {
    const key = alertKey(entry.alert.tenant, entry.alert.fingerprint);
    const slot = table.slot(alertKind, key);
    const stage = {
      now: entry.receivedAt,
      policy,
      random: () => 0.5,
      holds: () => null,
      placements: () => null,
      advice: () => [],
    };
    const context = { ...stage, key, position: '1', quietUntil: 0 };
    for (const event of alertKind.decide(null, entry, context).events) slot.state = alertKind.evolve(null, event);
    table.changed(slot);
    return slot;
  }
}

function policyOf() {
  return withScratch(async (scratch) => {
    const folder = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody' });
    const loaded = await loadResources(folder, { channelTypes: channelSchemas, checkChannel: () => null });
    if (!loaded.ok) throw new Error(`the benchmark's resources are not right: ${loaded.problems[0]?.message}`);
    return loaded.set.policy;
  });
}

/** Decoded from a body each, as ingress does: strings of one's own, not shared between alerts. */
function entriesOf(count: number): AlertEntry[] {
  const template = new RequestTemplate({ format: 'webhook', path: '/', alerts: 1, label: GROUPED });
  const bytes = template.copy();
  const from = bytes.indexOf('\r\n\r\n') + 4;
  const now = Date.now();
  return Array.from({ length: count }, (_, i) => {
    template.stamp(bytes, i, 0);
    const body: unknown = JSON.parse(bytes.toString('utf8', from));
    const [alert] = FORMATS.get('alertmanager')!.decode(body, { tenant: 'default', source: 'bench', now }).alerts;
    return { kind: 'alert', alert: alert!, receipt: `receipt-${i}`, index: 0, receivedAt: now };
  });
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
