import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alertKey } from '../../alert/alert.ts';
import type { AlertEntry } from '../../alert/entry.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
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
  const opened = { type: 'alert.opened', key: alertKey(alert.tenant, alert.fingerprint) } as const;
  const event = { ...opened, at: 1, cause: { receipt: 'r', index: 0 }, alert, routing, episode: 1, reasons: [] };
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

const FLAPPING = { since: 3, heldUntil: null, openings: 4 };
const MORE_OF_ROUTING = { owner: 'team/shop', criticality: 'high', inhibits: true, placed: 'p-1', shown: { a: 'b' } };
const MORE_OF_EVENT = { openings: [1, 5], flapping: FLAPPING };
const MORE_OF_ALERT = { owner: 'team/shop', awaiting: 'until noon', acknowledged: true, flapping: FLAPPING };
const group = new SharedGroupRef({
  ...{ id: 'g1', tenant: 'default', key: '{}:{}', labels: {} },
  timing: { groupWait: 0, groupInterval: 1, repeatInterval: 2, channels: ['ops'] },
});

/** Any of the fields that few have. */
const some = <T extends object>(fields: T) =>
  fc.subarray(Object.entries(fields)).map((entries) => Object.fromEntries(entries) as Partial<T>);

test('[BR-REL-011] the opening of an alert reads back with every field that it may have', () => {
  const reasons = fc.array(fc.record({ code: fc.constant('route.matched' as const), detail: fc.string() }, plain));
  fc.assert(
    fc.property(
      ...[entry, some(MORE_OF_ALERT), some(MORE_OF_ROUTING), some(MORE_OF_EVENT), reasons],
      ({ alert: reported }, ofAlert, ofRouting, ofEvent, why) => {
        const alert = withFields(storedAlert(reported), {
          environment: 'testing',
          priority: 'P3',
          ...ofAlert,
        } as const);
        const routing = {
          environment: 'testing',
          priority: 'P3',
          namespace: 'n',
          policy: 'p',
          groups: [group],
          ...ofRouting,
        };
        const opened = { type: 'alert.opened', key: alertKey(alert.tenant, alert.fingerprint), at: 7, episode: 2 };
        const event = { ...opened, cause: { receipt: 'r', index: 1 }, alert, routing, reasons: why, ...ofEvent };
        const written = {
          ...{ epoch: 1, previous: 0, at: 7, cursor: 1, marks: {}, published: 0 },
          ...{ events: [event], effects: [{ to: 'a1', entry: { kind: 'group', group, alert } }] },
        } as unknown as Commit;
        const read = new CommitAssembler().add(encodeCommit(written, 1_000_000)[0]!, 'test');
        assert.deepEqual(read, written);
      },
    ),
  );
});

/** As Herald wrote it with the names of the fields: in journals and inboxes of before. */
const BEFORE = {
  journal: [
    'AQAAAAGYAQAFAdRyQJAAkdRyQZmkdHlwZaNrZXmiYXSlY2F1c2WlYWxlcnSncm91dGluZ6dlcGlzb2Rlp3JlYXNvbnOob3BlbmluZ3OsYWxlcn',
    'Qub3BlbmVkuGRlZmF1bHQvZjgxYThiMzBiZTBjMWU3ZgXUckKSp3JlY2VpcHSlaW5kZXihcgPUAQCT2TB7ImFsZXJ0bmFtZSI6IkRpc2tGdWxs',
    'IiwibmFtZXNwYWNlIjoic2hvcC1wcm9kIn26eyJzdW1tYXJ5Ijoidm9sbDog5p2x5LqsIn3UckOapnRlbmFudKtmaW5nZXJwcmludKZzdGF0dX',
    'Ooc3RhcnRzQXSmZW5kc0F0rGdlbmVyYXRvclVSTKZzb3VyY2WrZW52aXJvbm1lbnSocHJpb3JpdHmlb3duZXKnZGVmYXVsdLBmODFhOGIzMGJl',
    'MGMxZTdmpmZpcmluZ8tCebdtqoAAAMC3aHR0cDovL3Byb21ldGhldXMvZ3JhcGisYWxlcnRtYW5hZ2VyqnByb2R1Y3Rpb26iUDGpdGVhbS9zaG',
    '9w1HJEl6tlbnZpcm9ubWVudKhwcmlvcml0ealuYW1lc3BhY2WmcG9saWN5pmdyb3Vwc6Vvd25lcqhpbmhpYml0c6pwcm9kdWN0aW9uolAxqXNo',
    'b3AtcHJvZKFwkdQCANmJeyJpZCI6ImcxIiwidGVuYW50IjoiZGVmYXVsdCIsImtleSI6Int9Ont9IiwibGFiZWxzIjp7fSwidGltaW5nIjp7Im',
    'dyb3VwV2FpdCI6MCwiZ3JvdXBJbnRlcnZhbCI6MSwicmVwZWF0SW50ZXJ2YWwiOjIsImNoYW5uZWxzIjpbIm9wcyJdfX2pdGVhbS9zaG9wwwKS',
    '1HJFkqRjb2RlpmRldGFpbK5hbGVydC5yZW9wZW5lZKVhZ2FpbkWtcm91dGUubWF0Y2hlZKV7fTp7fZIBBZGTomExAAA=',
  ],
  frame: [
    'ApSiYTAHApHUckCTpGtpbmSlZ3JvdXClYWxlcnSlZ3JvdXDUAgDZiXsiaWQiOiJnMSIsInRlbmFudCI6ImRlZmF1bHQiLCJrZXkiOiJ7fTp7fS',
    'IsImxhYmVscyI6e30sInRpbWluZyI6eyJncm91cFdhaXQiOjAsImdyb3VwSW50ZXJ2YWwiOjEsInJlcGVhdEludGVydmFsIjoyLCJjaGFubmVs',
    'cyI6WyJvcHMiXX191AEAk9kweyJhbGVydG5hbWUiOiJEaXNrRnVsbCIsIm5hbWVzcGFjZSI6InNob3AtcHJvZCJ9unsic3VtbWFyeSI6InZvbG',
    'w6IOadseS6rCJ91HJBmqZ0ZW5hbnSrZmluZ2VycHJpbnSmc3RhdHVzqHN0YXJ0c0F0pmVuZHNBdKxnZW5lcmF0b3JVUkymc291cmNlq2Vudmly',
    'b25tZW50qHByaW9yaXR5pW93bmVyp2RlZmF1bHSwZjgxYThiMzBiZTBjMWU3ZqZmaXJpbmfLQnm3baqAAADAt2h0dHA6Ly9wcm9tZXRoZXVzL2',
    'dyYXBorGFsZXJ0bWFuYWdlcqpwcm9kdWN0aW9uolAxqXRlYW0vc2hvcA==',
  ],
};

test('[BR-REL-011] what the version before wrote is read: the opening of an alert in a journal, an effect in a frame', () => {
  const own = { alertname: 'DiskFull', namespace: 'shop-prod' };
  const alert = withFields(
    storedAlert(
      anAlert({
        ...{
          labels: own,
          fingerprint: fingerprint(own),
          annotations: { summary: 'voll: 東京' },
          startsAt: 1767225600000,
        },
        ...{ tenant: 'default', endsAt: null, generatorURL: 'http://prometheus/graph', source: 'alertmanager' },
      }),
    ),
    { environment: 'production', priority: 'P1', owner: 'team/shop' } as const,
  );
  const bytesOf = (parts: readonly string[]) => Buffer.from(parts.join(''), 'base64');
  const commit = new CommitAssembler().add(bytesOf(BEFORE.journal), 'test');
  const [event] = commit!.events;
  assert.ok(event?.type === 'alert.opened');
  assert.deepEqual(
    [event.alert, event.openings, event.episode, event.key],
    [alert, [1, 5], 2, `default/${alert.fingerprint}`],
  );
  assert.deepEqual([event.routing.inhibits, event.routing.owner, event.routing.groups], [true, 'team/shop', [group]]);
  assert.deepEqual(
    event.reasons.map(({ code }) => code),
    ['alert.reopened', 'route.matched'],
  );
  assert.deepEqual(commit!.effects, [{ to: 'a1', entry: { kind: 'group', group, alert } }]);
  const frame = decodeFrame(bytesOf(BEFORE.frame));
  assert.deepEqual(frame, {
    stamp: { origin: 'a0', sequence: 7, first: 2 },
    entries: [{ kind: 'group', group, alert }],
  });
});
