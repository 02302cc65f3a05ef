import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertEntry } from '../../alert/entry.ts';
import { SharedGroupRef } from '../../alert/group-ref.ts';
import { NewAlertEntry } from '../../alert/new-alert-entry.ts';
import { storedAlert, withFields } from '../../alert/stored-alert.ts';
import { decodeFrame, encodeFrame, FrameUnreadable } from '../../bus/frame.ts';
import { type Commit, CommitAssembler, encodeCommit, JournalUnreadable } from '../../bus/journal.ts';
import { anAlert } from '../support/notification.ts';

const plain = { noNullPrototype: true };
const labels = fc.dictionary(
  // Ingress refuses this one name: no JavaScript codec carries it safely.
  fc.string().filter((name) => name !== '__proto__'),
  fc.string(),
  { maxKeys: 6, noNullPrototype: true },
);

const entry: fc.Arbitrary<AlertEntry> = fc.record(
  {
    kind: fc.constant('alert' as const),
    receipt: fc.string(),
    index: fc.nat(),
    receivedAt: fc.nat(),
    alert: fc.record(
      {
        tenant: fc.string(),
        fingerprint: fc.string(),
        status: fc.constantFrom('firing' as const, 'resolved' as const),
        labels,
        annotations: labels,
        startsAt: fc.integer({ min: -62135596800000, max: 4102444800000 }),
        endsAt: fc.option(fc.nat()),
        generatorURL: fc.string(),
        source: fc.string(),
      },
      plain,
    ),
  },
  plain,
);

const commit: fc.Arbitrary<Commit> = fc.record(
  {
    epoch: fc.nat(),
    previous: fc.nat(),
    at: fc.nat(),
    cursor: fc.nat(),
    marks: fc.dictionary(fc.constantFrom('a0', 'a1', 'c3'), fc.tuple(fc.nat(), fc.nat()), { noNullPrototype: true }),
    published: fc.nat(),
    events: fc.constant([]),
    effects: fc.array(fc.record({ to: fc.constantFrom('a1' as const, 'c0' as const), entry }, plain)),
  },
  plain,
);

test('[BR-REL-011] a frame reads back as what was written', () => {
  fc.assert(
    fc.property(fc.array(entry), fc.option(fc.tuple(fc.nat(), fc.nat())), (entries, stamped) => {
      const stamp = stamped === null ? null : { origin: 'a3', sequence: stamped[0], first: stamped[1] };
      assert.deepEqual(decodeFrame(encodeFrame({ stamp, entries })), { stamp, entries });
    }),
  );
});

test('[BR-REL-011] what ingress writes of a new alert is read as its entry, and as that of a frame of the version before', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const written = entries.map(({ alert, receipt, index, receivedAt }) => {
        return new NewAlertEntry(alert, receipt, index, receivedAt);
      });
      const read = decodeFrame(encodeFrame({ stamp: null, entries: written }));
      const before = encodeFrame({
        stamp: null,
        entries: entries.map((one) => ({ ...one, alert: storedAlert(one.alert) })),
      });
      before[0] = 1;
      assert.deepEqual(read, decodeFrame(before));
      assert.deepEqual(JSON.parse(JSON.stringify(read.entries)), JSON.parse(JSON.stringify(entries)));
    }),
  );
});

test('[BR-REL-011] a frame of another version or with a damaged body is refused with a named error', () => {
  const good = encodeFrame({ stamp: null, entries: [] });
  const other = Buffer.from(good);
  other[0] = 9;
  assert.throws(() => decodeFrame(other), FrameUnreadable);
  assert.throws(() => decodeFrame(good.subarray(0, 2)), FrameUnreadable);
  assert.throws(() => decodeFrame(new Uint8Array()), FrameUnreadable);
});

test('a commit of any size reads back from its parts, and no part is larger than a message may be', () => {
  fc.assert(
    fc.property(commit, fc.integer({ min: 16, max: 4000 }), (written, maxBytes) => {
      const messages = encodeCommit(written, maxBytes);
      const assembler = new CommitAssembler();
      const read = messages.map((message) => assembler.add(message, 'test'));
      assert.ok(messages.every((message) => message.length <= maxBytes));
      assert.deepEqual(read.at(-1), written);
      assert.ok(read.slice(0, -1).every((early) => early === null));
    }),
  );
});

test('a commit whose last part is missing never happened, and the one behind it reads well', () => {
  const [whole] = fc.sample(commit, { seed: 7, numRuns: 1 });
  const messages = encodeCommit({ ...whole!, epoch: 1 }, 16);
  assert.ok(messages.length > 1);
  const assembler = new CommitAssembler();
  for (const message of messages.slice(0, -1)) assert.equal(assembler.add(message, 'test'), null);
  assembler.interrupt();
  const next = { ...whole!, epoch: 2 };
  const read = encodeCommit(next, 1_000_000).map((message) => assembler.add(message, 'test'));
  assert.deepEqual(read, [next]);
});

test('a journal message of another version is refused with its place', () => {
  assert.throws(
    () => new CommitAssembler().add(Buffer.from([7, 0, 0, 0, 1]), 'HERALD_JOURNAL_a0 12'),
    (error) => {
      return error instanceof JournalUnreadable && error.message.startsWith('HERALD_JOURNAL_a0 12: version 7');
    },
  );
});

test('what a new alert tells its groups is stored once, with its event, and read back whole', () => {
  const timing = { groupWait: 0, groupInterval: 1, repeatInterval: 2, channels: ['ops'] };
  const groups = ['g1', 'g2'].map(
    (id) => new SharedGroupRef({ id, tenant: 't', key: `{}:{${id}}`, labels: {}, timing }),
  );
  const alert = storedAlert(anAlert({ annotations: { text: 'x'.repeat(1000) } }));
  const resolved = withFields(alert, { status: 'resolved' as const });
  const routing = { environment: 'production', priority: 'P1', namespace: 'n', policy: 'p', groups } as const;
  const opened = { type: 'alert.opened', key: 'k', at: 1, cause: { receipt: 'r', index: 0 }, alert, routing } as const;
  const event = { ...opened, episode: 1, reasons: [] };
  const effects = [
    { to: 'a1' as const, entry: { kind: 'group' as const, group: groups[1]!, alert } },
    { to: 'a0' as const, entry: { kind: 'group' as const, group: groups[0]!, alert: resolved } },
    { to: 'a2' as const, entry: { kind: 'group' as const, group: groups[0]!, alert } },
  ];
  const written: Commit = {
    ...{ epoch: 1, previous: 0, at: 1, cursor: 1, marks: {}, published: 0 },
    events: [event],
    effects: [effects[0]!, effects[2]!],
  };
  const [message] = encodeCommit(written, 1_000_000);
  assert.ok(message!.length < 2000, 'the text stands in it once');
  assert.deepEqual(new CommitAssembler().add(message!, 'here'), written);
  const mixed: Commit = { ...written, effects };
  assert.deepEqual(new CommitAssembler().add(encodeCommit(mixed, 1_000_000)[0]!, 'here'), mixed);
});
