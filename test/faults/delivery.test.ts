/**
 * Delivering under a schedule of faults: random answers of the provider, owners that are lost with sends under way, a channel that
 * hangs. Seeded and replayable: HERALD_FAULT_SEED; HERALD_FAULT_ROUNDS makes it long (10,000 notifications).
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelPolicy } from '../../alert/policy.ts';
import type { Send } from '../../channels/delivery.ts';
import type { ChannelEvent } from '../../channels/delivery-event.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { aChannel } from '../support/fake-policy.ts';
import { aNotification } from '../support/notification.ts';
import { until } from '../support/until.ts';
import { putIn, readJournals, settled, smallPolicy, type TestWorker, workersOn } from '../support/worker.ts';
import { seededRandom } from './random.ts';

const COUNT = { alert: 1, channel: 3 };
const SEED = Number(process.env.HERALD_FAULT_SEED ?? 20_261_125);
const TOTAL = process.env.HERALD_FAULT_ROUNDS === undefined ? 400 : 10_000;
const KILLS = process.env.HERALD_FAULT_ROUNDS === undefined ? 3 : 12;
const PATIENCE = { timeoutMs: process.env.HERALD_FAULT_ROUNDS === undefined ? 120_000 : 900_000 };

const retry = { maxAttempts: 6, initial: 5, max: 40 };
const breaker = { failures: 8, pause: 20, maxPause: 80 };
const CHANNELS: readonly ChannelPolicy[] = [
  aChannel('keyed', { retry, breaker, concurrency: 16 }),
  aChannel('asks', { retry, breaker, concurrency: 16, onUncertain: 'dead-letter' }),
  aChannel('falls', { retry: { ...retry, maxAttempts: 2 }, breaker, concurrency: 16, fallback: 'last' }),
  aChannel('last', { retry: { ...retry, maxAttempts: 50 }, concurrency: 16 }),
  aChannel('hangs', { retry, concurrency: 4 }),
];
const BUSY = ['keyed', 'asks', 'falls'];

const rig = workersOn(COUNT);

/** Takes messages as a provider does; what becomes of an attempt follows from the seed, the id and the attempt alone. */
class Provider {
  /** How often each message was accepted, by channel and id. */
  readonly accepted = new Map<string, number>();
  readonly #stuck: ((outcome: Outcome) => void)[] = [];

  async send({ notification: { id, channel }, attempt }: Send): Promise<Outcome> {
    if (channel === 'hangs') return new Promise((resolve) => this.#stuck.push(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const fate = seededRandom(SEED ^ hash(`${id} ${attempt}`))();
    if (fate < 0.6) return this.#accept(channel, id, { kind: 'delivered', detail: '200', receiptId: id });
    if (fate < 0.7) return this.#accept(channel, id, { kind: 'uncertain', detail: 'the answer was lost' });
    if (fate < 0.93 || channel === 'last') return { kind: 'retry', detail: '503', notBefore: null };
    return { kind: 'rejected', detail: '400' };
  }

  /** Lets go of what hangs, so that the test can end. */
  release(): void {
    for (const resolve of this.#stuck.splice(0)) resolve({ kind: 'retry', detail: 'let go', notBefore: null });
  }

  #accept(channel: string, id: string, outcome: Outcome): Outcome {
    const key = `${channel} ${id}`;
    this.accepted.set(key, (this.accepted.get(key) ?? 0) + 1);
    return outcome;
  }
}

test(`[BR-NOT-011] [BR-REL-004] [BR-REL-006] [BR-ERR-012] ${TOTAL} notifications under faults (seed ${SEED}): none is lost, none comes twice unsaid, a channel that hangs holds up no other`, async () => {
  const provider = new Provider();
  const policy = {
    ...smallPolicy(),
    channel: (_: string, name: string) => CHANNELS.find((one) => one.name === name) ?? null,
  };
  const launch = (id: string) => rig.launch(id, { policy, send: (send: Send) => provider.send(send) });
  let owner: TestWorker = await launch('owner-0');
  await settled(owner);
  const put = await putAllIn();
  const random = seededRandom(SEED);
  let before = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const step = Math.floor((TOTAL / (KILLS + 2)) * (0.3 + 0.5 * random()));
    await until(`${step} more to be accepted`, () => provider.accepted.size >= before + step, {
      ...PATIENCE,
      everyMs: 1,
    });
    await owner.crash();
    // Not once the next one is looked at: by then it may have sent so many that fewer are left than a step.
    before = provider.accepted.size;
    rig.keep();
    owner = await launch(`owner-${kill}`);
    await settled(owner);
  }
  const busy = put.filter(({ channel }) => channel !== 'hangs');
  await until('all but what hangs to end', async () => isOver(await channelEvents(), busy), {
    ...PATIENCE,
    everyMs: 500,
  });
  const events = await channelEvents();
  assertNothingLost(events, busy);
  assertTwiceIsSaid(events, provider);
  const hanging = events.filter((event) => 'notificationId' in event && event.notificationId.startsWith('hangs'));
  assert.ok(hanging.some(({ type }) => type === 'delivery.attempting'));
  assert.ok(!hanging.some(({ type }) => type === 'delivery.delivered'), 'it still hangs');
  provider.release();
});

interface Put {
  readonly id: string;
  readonly channel: string;
}

async function putAllIn(): Promise<Put[]> {
  const put: Put[] = [];
  for (let i = 0; i < TOTAL; i++) put.push({ id: `${BUSY[i % 3]}-${i}`, channel: BUSY[i % 3]! });
  for (let i = 0; i < 8; i++) put.push({ id: `hangs-${i}`, channel: 'hangs' });
  for (let from = 0; from < put.length; from += 200) {
    const entries = put.slice(from, from + 200).map(({ id, channel }, i) => ({
      kind: 'notification' as const,
      notification: aNotification({ id, channel, groupId: `g${(from + i) % 97}`, createdAt: Date.now() }),
    }));
    await putIn(rig.bus, COUNT, entries);
  }
  return put;
}

async function channelEvents(): Promise<ChannelEvent[]> {
  const journals = await readJournals(rig.bus, COUNT);
  return [...journals.values()]
    .flat()
    .flatMap((record) => (record.kind === 'commit' ? record.commit.events : []))
    .filter((event): event is ChannelEvent => event.type.startsWith('delivery.'));
}

/** By channel and id: where each ended, and as what it went on. */
function endsOf(events: readonly ChannelEvent[]) {
  const ends = new Map<string, string[]>();
  const wentOn = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'delivery.diverted') wentOn.set(event.notificationId, event.as);
    if (!['delivery.delivered', 'delivery.dead', 'delivery.diverted'].includes(event.type)) continue;
    if ('notificationId' in event)
      ends.set(event.notificationId, [...(ends.get(event.notificationId) ?? []), event.type]);
  }
  return { ends, wentOn };
}

function isOver(events: readonly ChannelEvent[], put: readonly Put[]): boolean {
  const { ends, wentOn } = endsOf(events);
  return put.every(({ id }) => ends.has(wentOn.get(id) ?? id));
}

function assertNothingLost(events: readonly ChannelEvent[], put: readonly Put[]): void {
  const { ends, wentOn } = endsOf(events);
  for (const { id } of put) {
    assert.equal(ends.get(id)?.length, 1, `${id} ends once: ${ends.get(id)}`);
    const as = wentOn.get(id);
    if (as !== undefined) assert.deepEqual(ends.get(as), ['delivery.delivered'], `${as} is delivered by the fallback`);
  }
  const went = events.filter(({ type }) => type === 'delivery.diverted');
  assert.ok(went.length > 0, 'something went to the fallback');
}

/** What a provider got more than once, or got without our record of it, stands in the ledger as uncertain. */
function assertTwiceIsSaid(events: readonly ChannelEvent[], { accepted }: Provider): void {
  const uncertain = new Set(
    events.flatMap((event) => (event.type === 'delivery.uncertain' ? event.notificationId : [])),
  );
  const delivered = new Set(
    events.flatMap((event) => (event.type === 'delivery.delivered' ? event.notificationId : [])),
  );
  assert.ok(uncertain.size > 0, 'something was uncertain');
  for (const [key, times] of accepted) {
    const [channel, id] = key.split(' ') as [string, string];
    if (times > 1) assert.ok(uncertain.has(id), `${key} was accepted ${times} times, and nothing says so`);
    if (!delivered.has(id)) assert.ok(uncertain.has(id), `${key} was accepted, and nothing says so`);
    if (channel === 'asks') assert.equal(times, 1, `${key}: a person is asked before it is sent again`);
  }
  for (const id of delivered)
    assert.ok(
      [...accepted.keys()].some((key) => key.endsWith(` ${id}`)),
      `${id} was delivered`,
    );
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619);
  return value >>> 0;
}
