import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { eventMasker } from '../../archive/event-masks.ts';
import type { CommitRecord } from '../../archive/journal-source.ts';
import { Projector } from '../../archive/project.ts';
import { EventPublisher } from '../../archive/publish-events.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import { anyRecords, byPerson, commits, delivery, opened, repeated, resolved, T0, updated } from './journal-of.ts';

const MOST_BYTES = 100_000;

/** A stream that keeps the first body of each id, as JetStream does, and can fail. */
class Stream {
  readonly stored = new Map<string, { subject: string; event: Record<string, unknown> }>();
  sends = 0;
  failAt = Number.POSITIVE_INFINITY;
  mostInFlight = 0;
  #inFlight = 0;

  readonly sink = async (subject: string, id: string, body: string) => {
    this.sends += 1;
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    const fails = this.sends >= this.failAt;
    await Promise.resolve();
    this.#inFlight -= 1;
    if (fails) throw new Error('no acknowledgement');
    if (!this.stored.has(id)) this.stored.set(id, { subject, event: JSON.parse(body) });
  };

  get subjects(): string[] {
    return [...this.stored.values()].map(({ subject }) => subject);
  }
}

async function projected(records: readonly CommitRecord[]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records }]);
  return database;
}

async function published(records: readonly CommitRecord[]): Promise<Stream> {
  const stream = new Stream();
  await new EventPublisher(await projected(records), stream.sink, MOST_BYTES).publish([{ partition: 'a0', records }]);
  return stream;
}

test('[BR-INT-007] every published event keeps the rules of CloudEvents 1.0', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecords, async (records) => {
      const { stored } = await published(records);
      for (const [id, { subject, event }] of stored) {
        assert.equal(event.specversion, '1.0');
        assert.equal(event.id, id);
        assert.match(id, /^a0\.\d+\.\d+(\.\d+)?$/);
        assert.equal(new URL(event.source as string, 'http://herald').pathname, '/herald/a0');
        assert.match(event.type as string, /^(alert|notification)\.[a-z]+$/);
        assert.match(event.time as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        assert.equal(event.datacontenttype, 'application/json');
        assert.ok(typeof event.subject === 'string' && event.subject !== '');
        assert.ok(typeof event.data === 'object');
        for (const name of Object.keys(event)) assert.match(name, /^[a-z0-9]{1,20}$/, 'attribute names');
        assert.equal(subject, `herald.v1.events.acme.${event.type}`);
      }
    }),
    { numRuns: 25 },
  );
});

test('each kind of event has its type, with what is known of the alert or the delivery beside it', async () => {
  const { stored } = await published(
    commits(
      [
        opened(1, 'r1'),
        updated(1, 'r2', 2),
        byPerson('alert.acknowledged', 1),
        resolved(1, 'r3'),
        byPerson('alert.closed', 2),
      ],
      [
        delivery('queued', 'n1', [1]),
        delivery('attempting', 'n1', []),
        delivery('retry', 'n1', []),
        delivery('delivered', 'n1', []),
      ],
      [delivery('dead', 'n2', [1])],
    ),
  );
  const events = [...stored.values()].map(({ event }) => event as { type: string; data: Record<string, unknown> });
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'alert.opened',
      'alert.updated',
      'alert.acknowledged',
      'alert.resolved',
      'alert.closed',
      'notification.failed',
      'notification.delivered',
      'notification.dead',
    ],
  );
  const labels = events[0]!.data.labels;
  assert.ok(labels);
  assert.deepEqual(events[3]!.data.labels, labels, 'a resolved event says of which alert');
  assert.deepEqual(events[5]!.data.fingerprints, ['0000000000000001']);
});

test('an alert is published as repeated at most once a minute', async () => {
  const times = [0, 1_000, 59_999, 60_000, 60_001, 120_000];
  const records = commits([opened(1, 'r')], ...times.map((ms, i) => [repeated(1, `r${i}`, i + 2, T0 + ms)]));
  const repeats = [...(await published(records)).stored.values()].filter(
    ({ event }) => event.type === 'alert.repeated',
  );
  assert.deepEqual(
    repeats.map(({ event }) => Date.parse(event.time as string) - T0),
    [0, 60_000, 120_000],
  );
});

test('[BR-REL-014] a crash anywhere in the publishing leads to the same events under the same ids', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecords, fc.nat(30), fc.nat(24), async (records, failAt, cut) => {
      const whole = await published(records);
      const database = await projected(records);
      const stream = new Stream();
      stream.failAt = failAt;
      const batches = [records.slice(0, cut), records];
      for (const batch of batches) {
        await new EventPublisher(database, stream.sink, MOST_BYTES)
          .publish([{ partition: 'a0', records: batch }])
          .catch(() => {
            stream.failAt = Number.POSITIVE_INFINITY;
          });
      }
      stream.failAt = Number.POSITIVE_INFINITY;
      await new EventPublisher(database, stream.sink, MOST_BYTES).publish([{ partition: 'a0', records }]);
      assert.deepEqual([...stream.stored].sort(), [...whole.stored].sort());
      const before = stream.sends;
      await new EventPublisher(database, stream.sink, MOST_BYTES).publish([{ partition: 'a0', records }]);
      assert.equal(stream.sends, before, 'behind the cursor nothing is sent');
    }),
    { numRuns: 25 },
  );
});

test('only so many events are under way at once', async () => {
  const stream = await published(commits(Array.from({ length: 1000 }, (_, n) => opened(n, `r${n}`))));
  assert.equal(stream.stored.size, 1000);
  assert.equal(stream.mostInFlight, 128);
});

test('a tenant whose name is no subject token is published under one', async () => {
  const event = opened(1, 'r1');
  const { subjects } = await published(commits([{ ...event, key: `a b.*/${event.key.split('/')[1]}` }]));
  assert.deepEqual(subjects, ['herald.v1.events.a_b__.alert.opened']);
});

test('[BR-INT-007] an event larger than a message goes out without its largest parts, and says which', async () => {
  const event = opened(1, 'r1');
  assert.ok(event.type === 'alert.opened');
  const alert = { ...event.alert, annotations: { text: '\u0001'.repeat(MOST_BYTES / 2) } };
  const { stored } = await published(commits([{ ...event, alert }, opened(2, 'r2')]));
  const [large, behind] = [...stored.values()];
  assert.ok(JSON.stringify(large!.event).length < MOST_BYTES);
  const data = large!.event.data as Record<string, unknown>;
  assert.deepEqual(data.omitted, ['annotations']);
  assert.equal(data.fingerprint, event.alert.fingerprint);
  assert.equal((behind!.event.data as Record<string, unknown>).omitted, undefined);
});

test('[BR-SEC-012] what is published goes by the masks in force when its batch is, and by those of its tenant', async () => {
  const records = commits([opened(1, 'r1')], [delivery('queued', 'n1', [1]), delivery('delivered', 'n1', [])]);
  const database = await projected(records);
  const stream = new Stream();
  const rule = { labels: ['alertname'], annotations: [], pattern: null, caseSensitive: true, replacement: '***' };
  const masks = { rules: { acme: [rule], other: [{ ...rule, labels: ['instance'] }] }, revision: 1 };
  const publisher = new EventPublisher(
    database,
    stream.sink,
    MOST_BYTES,
    eventMasker(async () => masks),
  );
  await publisher.publish([{ partition: 'a0', records }]);
  const data = [...stream.stored.values()].map(({ event }) => event.data as Record<string, Record<string, string>>);
  assert.equal(data[0]?.labels?.alertname, '***');
  assert.equal(data[0]?.labels?.instance, '10.0.0.1:9090');
});

test('[BR-SEC-012] while nobody can say what must not leave, nothing leaves; nor is anything lost', async () => {
  const records = commits([opened(1, 'r1')]);
  const database = await projected(records);
  const stream = new Stream();
  let known = false;
  const publisher = new EventPublisher(
    database,
    stream.sink,
    MOST_BYTES,
    eventMasker(async () => {
      if (!known) throw new Error('no answer');
      return { rules: {}, revision: 1 };
    }),
  );
  await assert.rejects(publisher.publish([{ partition: 'a0', records }]), /no answer/);
  assert.equal(stream.sends, 0);
  known = true;
  await publisher.publish([{ partition: 'a0', records }]);
  assert.equal(stream.sends, 1);
});

test('[BR-REL-014] events of several partitions are one pass: their cursors move together, once all of them are stored', async () => {
  const batches = [
    { partition: 'a0', records: commits([opened(1, 'r1')]) },
    { partition: 'a1', records: commits([opened(2, 'r2')], [resolved(2, 'r3')]) },
  ] as const;
  const database = await newArchive();
  await new Projector(database, silentLog).project(batches);
  const stream = new Stream();
  let asked = 0;
  const masks = eventMasker(async () => {
    asked += 1;
    return { rules: {}, revision: 1 };
  });
  const publisher = new EventPublisher(database, stream.sink, MOST_BYTES, masks);
  const cursors = () =>
    database.reader.selectFrom('cursors').select(['seq', 'published']).orderBy('partition').execute();
  stream.failAt = 3;
  await assert.rejects(publisher.publish(batches), /no acknowledgement/);
  assert.deepEqual(await cursors(), [
    { seq: 1, published: 0 },
    { seq: 3, published: 0 },
  ]);
  stream.failAt = Number.POSITIVE_INFINITY;
  asked = 0;
  await publisher.publish(batches);
  assert.equal(asked, 1);
  assert.deepEqual([...stream.stored.keys()], ['a0.1.0', 'a1.1.0', 'a1.3.0']);
  assert.deepEqual(await cursors(), [
    { seq: 1, published: 1 },
    { seq: 3, published: 3 },
  ]);
});
