import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Destination } from '../../actors/destination.ts';
import type { Receiver } from '../../actors/handover.ts';
import { Inbox } from '../../actors/inbox.ts';
import { readFrames } from '../../actors/intake.ts';
import type { NotificationEntry } from '../../alert/entry.ts';
import type { Marks } from '../../bus/journal.ts';
import { FakeClock } from '../support/fake-clock.ts';
import '../support/leaks.ts';
import { aNotification } from '../support/notification.ts';

const entry = (id: string): NotificationEntry => ({ kind: 'notification', notification: aNotification({ id }) });
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The stream of a destination and its journal: what it has taken in, with the marks, whoever owns it. */
class World {
  readonly stream: Uint8Array[] = [];
  readonly taken: string[] = [];
  marks: Marks = {};
  cursor = 0;
  inbox: Inbox | null = null;
  /** Frames that went straight. */
  straight = 0;
  #read = 0;

  get receiver(): Receiver | null {
    const { inbox } = this;
    if (inbox === null) return null;
    return {
      cursor: this.cursor,
      hand: (frame, done) => {
        this.straight++;
        return inbox.hand(frame, done);
      },
    };
  }

  /** A new owner: begins behind what the journal holds. */
  take(): void {
    this.inbox?.close();
    this.inbox = new Inbox();
    this.#read = this.cursor;
  }

  lose(): void {
    this.inbox?.close();
    this.inbox = null;
  }

  /** `stored` false: the append is refused, and with it the owner ends. */
  commit(stored = true): void {
    const { inbox } = this;
    if (inbox === null) return;
    while (this.#read < this.stream.length) void inbox.push({ seq: this.#read + 1, data: this.stream[this.#read++]! });
    const { frames, handed } = inbox.take(true);
    if (!stored) {
      this.lose();
      return;
    }
    const { inputs, marks } = readFrames(frames, this.marks, 0, handed);
    for (const input of inputs) {
      if (input.entry.kind === 'notification') this.taken.push(input.entry.notification.id);
    }
    this.marks = marks;
    this.cursor = frames.at(-1)?.seq ?? this.cursor;
    inbox.committed();
  }
}

function destinationOf(world: World): Destination {
  return new Destination('c0', {
    origin: 'a0',
    clock: new FakeClock(),
    receiver: () => world.receiver,
    settled() {},
    unpublishable: () => assert.fail('everything fits'),
    stalled: () => assert.fail('the stream takes everything'),
    publisher: {
      maxFrameBytes: 1 << 20,
      maxMessageBytes: 1 << 20,
      publish: async (_to, data) => world.stream.push(data),
    },
  });
}

test('[BR-REL-012] the first effects go through the stream, later ones straight once it has taken those in', async () => {
  const world = new World();
  world.take();
  const destination = destinationOf(world);
  destination.add({ after: 0, sequence: 1, entries: [entry('one')] });
  await settled();
  destination.add({ after: 1, sequence: 2, entries: [entry('two')] });
  await settled();
  assert.deepEqual([world.stream.length, world.straight], [2, 0]);
  world.commit();
  destination.add({ after: 2, sequence: 3, entries: [entry('three')] });
  await settled();
  assert.deepEqual([world.stream.length, world.straight], [2, 1]);
  assert.equal(destination.after, 2, 'it has not gone out before it stands in the journal');
  world.commit();
  assert.equal(destination.after, null);
  assert.deepEqual(world.taken, ['one', 'two', 'three']);
  destination.close();
});

test('[BR-REL-012] what was handed to an owner that ends goes through the stream, in order, before anything behind it', async () => {
  const world = new World();
  world.take();
  const destination = destinationOf(world);
  destination.add({ after: 0, sequence: 1, entries: [entry('one')] });
  await settled();
  world.commit();
  for (const [sequence, id] of [
    [2, 'two'],
    [3, 'three'],
  ] as const)
    destination.add({ after: sequence - 1, sequence, entries: [entry(id)] });
  world.commit(false);
  await settled();
  assert.equal(world.stream.length, 3);
  world.take();
  world.commit();
  assert.deepEqual(world.taken, ['one', 'two', 'three']);
  destination.close();
});

test('[BR-REL-012, BR-REL-013] whoever owns the destination when, everything arrives once and in order', async () => {
  const step = fc.constantFrom('add', 'add', 'commit', 'commit', 'refused', 'lose', 'take', 'breathe', 'successor');
  const schedules = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const world = new World();
    world.take();
    let destination = destinationOf(world);
    const decided: string[] = [];
    for (const [index, what] of [...steps, 'take', 'breathe', 'commit', 'breathe', 'commit'].entries()) {
      if (what === 'add') {
        decided.push(`n${index}`);
        destination.add({ after: decided.length - 1, sequence: decided.length, entries: [entry(`n${index}`)] });
      } else if (what === 'commit') world.commit();
      else if (what === 'refused') world.commit(false);
      else if (what === 'lose') world.lose();
      else if (what === 'take') world.take();
      else if (what === 'successor') {
        // The origin has a new owner, who sends again what is not known to have gone out.
        const from = destination.after ?? decided.length;
        destination.close();
        destination = destinationOf(world);
        for (let i = from; i < decided.length; i++)
          destination.add({ after: i, sequence: i + 1, entries: [entry(decided[i]!)] });
      } else await settled();
    }
    await settled();
    world.commit();
    await settled();
    world.commit();
    destination.close();
    world.lose();
    assert.deepEqual(world.taken, decided);
  });
  await fc.assert(schedules, { numRuns: 300 });
});
