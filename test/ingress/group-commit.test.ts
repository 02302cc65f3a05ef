import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { AlertEntry } from '../../alert/entry.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { NewAlertEntry } from '../../alert/new-alert-entry.ts';
import { decodeFrame, encodeFrame } from '../../bus/frame.ts';
import type { PartitionName } from '../../bus/partition.ts';
import { uncounted } from '../../ingress/access-metrics.ts';
import { entrySizeBound, FRAME_OVERHEAD } from '../../ingress/entry-size.ts';
import { FrameGroupCommit, type GroupCommitOptions } from '../../ingress/group-commit.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface InFlight {
  readonly partition: PartitionName;
  readonly entries: readonly AlertEntry[];
  readonly bytes: number;
  readonly messageId: string;
  store(): Promise<void>;
  fail(code: string): Promise<void>;
}

/** Turns of the event loop end, and frames are answered, when the test says so. */
function harness(options: Partial<GroupCommitOptions> = {}) {
  const inFlight: InFlight[] = [];
  const published: InFlight[] = [];
  const turns: (() => void)[] = [];
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const endTurn = () => {
    for (const turn of turns.splice(0)) turn();
    return settled();
  };
  const maxFrameBytes = 4096;
  const groupCommit = new FrameGroupCommit({
    publisher: {
      maxFrameBytes,
      publish: (partition, data, messageId) =>
        new Promise((resolve, reject) => {
          const answer = async (act: () => void) => {
            inFlight.splice(inFlight.indexOf(frame), 1);
            act();
            await settled();
            await endTurn();
          };
          const frame: InFlight = {
            partition,
            entries: decodeFrame(data).entries as readonly AlertEntry[],
            bytes: data.length,
            messageId,
            store: () => answer(() => resolve(published.length)),
            fail: (code) => answer(() => reject(Object.assign(new Error(code), { code }))),
          };
          inFlight.push(frame);
          published.push(frame);
        }),
    },
    partitions: { alert: 1, channel: 1 },
    prefix: 'p',
    clock: new FakeClock(),
    log: silentLog,
    metrics: uncounted,
    atEndOfTurn: (callback) => turns.push(callback),
    ...options,
  });
  const outcomes: string[] = [];
  return {
    groupCommit,
    inFlight,
    published,
    outcomes,
    maxFrameBytes,
    submit(name: string, alerts: readonly Alert[]) {
      void groupCommit.submit(alerts, name, 0).then(({ code }) => outcomes.push(`${name} ${code}`));
    },
    endTurn,
  };
}

function alert(name: string, padding = ''): Alert {
  const labels = { alertname: name };
  return {
    tenant: 'default',
    fingerprint: fingerprint(labels),
    status: 'firing',
    labels,
    annotations: { padding },
    startsAt: 0,
    endsAt: null,
    generatorURL: '',
    source: 's',
  };
}

const many = (name: string, count: number) => Array.from({ length: count }, (_, i) => alert(`${name}${i}`));
const receipts = (frame: InFlight | undefined) => frame?.entries.map((entry) => `${entry.receipt}${entry.index}`);

test('[BR-PERF-035] the requests of one turn leave in one frame, and are answered when it is stored', async () => {
  const h = harness();
  h.submit('a', [alert('1')]);
  h.submit('b', [alert('2')]);
  assert.equal(h.published.length, 0);
  await h.endTurn();
  assert.deepEqual(receipts(h.inFlight[0]), ['a0', 'b0']);
  assert.deepEqual(h.outcomes, []);
  await h.inFlight[0]?.store();
  assert.deepEqual(h.outcomes, ['a stored', 'b stored']);
  assert.equal(h.groupCommit.waiting, 0);
});

test('[BR-WH-010] while a frame is in flight the next one collects, and leaves with the turn in which it is answered', async () => {
  const h = harness();
  h.submit('a', [alert('1')]);
  await h.endTurn();
  h.submit('b', [alert('1')]);
  await h.endTurn();
  h.submit('c', [alert('1')]);
  await h.endTurn();
  assert.equal(h.inFlight.length, 1);
  await h.inFlight[0]?.store();
  assert.deepEqual(receipts(h.inFlight[0]), ['b0', 'c0']);
});

test('a request in several frames is answered when the last one is stored', async () => {
  const h = harness();
  h.submit('a', many('x', 30));
  await h.endTurn();
  while (h.inFlight.length > 0) {
    assert.deepEqual(h.outcomes, []);
    await h.inFlight[0]?.store();
  }
  assert.ok(h.published.length > 1);
  assert.deepEqual(h.outcomes, ['a stored']);
});

test('[BR-REL-011] when a frame fails, every request in it fails, and what of them still waits is not published', async () => {
  const h = harness();
  h.submit('a', [alert('1')]);
  h.submit('b', many('x', 30));
  h.submit('c', [alert('2')]);
  await h.endTurn();
  await h.inFlight[0]?.fail('ingest.full');
  assert.deepEqual(h.outcomes, ['a ingest.full', 'b ingest.full']);
  assert.deepEqual(receipts(h.inFlight[0]), ['c0']);
  await h.inFlight[0]?.store();
  assert.equal(h.outcomes.at(-1), 'c stored');
  assert.deepEqual([h.published.length, h.groupCommit.waiting], [2, 0]);
});

test('[BR-WH-010] what comes beside a large request waits for a part of it, not for all; its own order stays', async () => {
  const h = harness();
  h.submit('large', many('x', 200));
  // It is made ready in several turns.
  while (h.groupCommit.waiting === 0) await h.endTurn();
  await h.endTurn();
  const before = h.published.length;
  h.submit('a', [alert('1')]);
  h.submit('b', [alert('2')]);
  await h.inFlight[0]?.store();
  assert.deepEqual(receipts(h.inFlight[0])?.slice(0, 2), ['a0', 'b0']);
  assert.equal(h.published.length, before + 1);
  await h.inFlight[0]?.store();
  assert.deepEqual(h.outcomes, ['a stored', 'b stored']);
  while (h.inFlight.length > 0) await h.inFlight[0]?.store();
  assert.deepEqual(h.outcomes, ['a stored', 'b stored', 'large stored']);
  const stored = h.published.flatMap(({ entries }) => entries).filter(({ receipt }) => receipt === 'large');
  assert.deepEqual(
    stored.map(({ index }) => index),
    Array.from({ length: 200 }, (_, index) => index),
  );
});

test('[BR-WH-010] a large request is stored however much comes beside it, also one whose alerts take nearly a frame', async () => {
  for (const size of [10, 3000]) {
    const h = harness();
    const large = Array.from({ length: 101 }, (_, i) => ({ ...alert(`x${i}`), generatorURL: 'u'.repeat(size) }));
    h.submit('large', large);
    while (h.groupCommit.waiting === 0) await h.endTurn();
    let frames = 0;
    for (; frames < 2000 && !h.outcomes.includes('large stored'); frames++) {
      // More than fits into a frame comes for each that is stored.
      for (let i = 0; i < 3; i++) h.submit('small', many('s', 20));
      await h.endTurn();
      await h.inFlight[0]?.store();
    }
    assert.ok(frames < 2000, `${size}: it still waits behind ${h.published.length} frames`);
    assert.ok(
      h.published.every(({ bytes }) => bytes <= h.maxFrameBytes),
      String(size),
    );
  }
});

test('an error without a known code counts as out of reach', async () => {
  const h = harness();
  h.submit('a', [alert('1')]);
  await h.endTurn();
  await h.inFlight[0]?.fail('something.else');
  assert.deepEqual(h.outcomes, ['a ingest.unavailable']);
});

test('message ids are never used twice', async () => {
  const h = harness({ partitions: { alert: 8, channel: 1 } });
  h.submit('a', many('x', 100));
  await h.endTurn();
  while (h.inFlight.length > 0) await h.inFlight[0]?.store();
  assert.equal(new Set(h.published.map(({ messageId }) => messageId)).size, h.published.length);
  assert.ok(h.published.length > 8);
});

test('[BR-WH-007] when too much waits, further requests are refused at once', async () => {
  const h = harness({ maxWaitingBytes: 10_000 });
  h.submit('a', many('x', 80));
  h.submit('b', [alert('1')]);
  await h.endTurn();
  assert.deepEqual(h.outcomes, ['b ingest.busy']);
  while (h.inFlight.length > 0) await h.inFlight[0]?.store();
  h.submit('c', [alert('1')]);
  await h.endTurn();
  await h.inFlight[0]?.store();
  assert.deepEqual(h.outcomes, ['b ingest.busy', 'a stored', 'c stored']);
});

test('an alert that fits no frame refuses its request; one that just fits is sent alone', async () => {
  const h = harness();
  h.submit('a', [alert('1'), alert('2', 'x'.repeat(h.maxFrameBytes))]);
  // Above the estimate's bound, below the true size.
  h.submit('b', [alert('3', 'y'.repeat(h.maxFrameBytes - 250)), alert('4')]);
  await h.endTurn();
  assert.deepEqual(h.outcomes, ['a alert.too-large']);
  assert.deepEqual(receipts(h.inFlight[0]), ['b0']);
  while (h.inFlight.length > 0) await h.inFlight[0]?.store();
  assert.ok(h.published.every(({ bytes }) => bytes <= h.maxFrameBytes));
  assert.deepEqual(h.outcomes, ['a alert.too-large', 'b stored']);
});

test('[BR-WH-010] whatever is stored or fails, no alert overtakes an earlier one of its partition', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('submit' as const), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant('turn' as const) }),
    fc.record({ kind: fc.constant('answer' as const), stored: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const h = harness({ partitions: { alert: 3, channel: 1 } });
      const stored: InFlight[] = [];
      let requests = 0;
      const answer = async (isStored: boolean) => {
        const frame = h.inFlight[0];
        if (frame !== undefined && isStored) stored.push(frame);
        await (isStored ? frame?.store() : frame?.fail('ingest.unavailable'));
      };
      for (const one of steps) {
        if (one.kind === 'submit') h.submit(String(requests++).padStart(3, '0'), many('x', one.count));
        else if (one.kind === 'turn') await h.endTurn();
        else await answer(one.stored);
      }
      await h.endTurn();
      while (h.inFlight.length > 0) await answer(true);
      assert.deepEqual([h.outcomes.length, h.groupCommit.waiting], [requests, 0]);
      assertInOrder(stored);
      assertKept(h.outcomes, stored, steps);
    }),
    { numRuns: 60 },
  );
});

function assertInOrder(stored: readonly InFlight[]): void {
  const last = new Map<PartitionName, string>();
  for (const { partition, entries } of stored) {
    for (const { receipt, index } of entries) {
      const place = `${receipt}/${String(index).padStart(3, '0')}`;
      assert.ok(place > (last.get(partition) ?? ''), place);
      last.set(partition, place);
    }
  }
}

/** Accepted means kept: every alert of a request that was answered as stored is in a stored frame. */
function assertKept(outcomes: readonly string[], stored: readonly InFlight[], steps: readonly object[]): void {
  const counts = steps.flatMap((one) => ('count' in one ? [Number(one.count)] : []));
  const kept = Map.groupBy(
    stored.flatMap(({ entries }) => entries),
    (entry) => entry.receipt,
  );
  for (const [name = '', code] of outcomes.map((outcome) => outcome.split(' '))) {
    if (code === 'stored') assert.equal(kept.get(name)?.length, counts[Number(name)]);
  }
}

test('no frame is larger than the sum of the estimates of its entries', () => {
  const texts = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 200 }), {
    maxKeys: 8,
  });
  const one = fc.record({ labels: texts, annotations: texts, tenant: fc.string(), generatorURL: fc.webUrl() });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (list) => {
      const entries = list.map((fields, index) => {
        const time = Number.MAX_SAFE_INTEGER - index;
        const full: Alert = { ...alert('x'), ...fields, startsAt: time, endsAt: time };
        return new NewAlertEntry(full, 'r'.repeat(28), index + 100_000, time);
      });
      const bound = entries.reduce((sum, entry) => sum + entrySizeBound(entry), FRAME_OVERHEAD);
      const { length } = encodeFrame({ stamp: null, entries });
      assert.ok(length <= bound, `${length} > ${bound}`);
    }),
  );
});
