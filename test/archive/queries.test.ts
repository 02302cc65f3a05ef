import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { Projector } from '../../archive/project.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import { decodeAnswer, encodeAnswer, MOST_REPLY_BYTES } from '../../archive/reply.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import {
  alertOf,
  byPerson,
  commits,
  deadInput,
  delivery,
  fingerprintOf,
  flushed,
  joined,
  opened,
  repeated,
  replayedInput,
  resolved,
  T0,
} from './journal-of.ts';

async function archiveOf(...lists: JournalEvent[][]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  return database;
}

async function ask<Answer>(
  database: ArchiveDatabase,
  name: string,
  params: Record<string, unknown> = {},
): Promise<Answer> {
  const query = QUERIES.get(name);
  assert.ok(query);
  // As it arrives at the other end of the bus.
  return JSON.parse(JSON.stringify(await query(database.reader, params))) as Answer;
}

interface Alerts {
  alerts: { fingerprint: string; status: string; labels: Record<string, string> }[];
  next: string | null;
}
const numbers = ({ alerts }: Alerts) => alerts.map(({ fingerprint }) => Number.parseInt(fingerprint, 16));

test('[BR-WH-015] a receipt tells how many of its alerts are decided, and what each became and why', async () => {
  const database = await archiveOf([opened(1, 'r1')], [repeated(1, 'r2', 2)]);
  const receipt = await ask<{ decided: number; alerts: { outcome: string; reasons: { code: string }[] }[] }>(
    database,
    'receipt',
    {
      id: 'r2',
    },
  );
  assert.equal(receipt.decided, 1);
  assert.equal(receipt.alerts[0]?.outcome, 'repeated');
  assert.equal(receipt.alerts[0]?.reasons[0]?.code, 'alert.repeated');
  assert.deepEqual(await ask(database, 'receipt', { id: 'unknown' }), { decided: 0, alerts: [] });
});

test('alerts are filtered by what they are and by words in their labels and annotations', async () => {
  const special = {
    ...opened(4, 'r4'),
    alert: alertOf(4, { labels: { alertname: 'Disk "100%_full"' } }),
  } as JournalEvent;
  const database = await archiveOf(
    [opened(1, 'r1'), opened(2, 'r2'), opened(3, 'r3'), special],
    [resolved(1, 'r5'), byPerson('alert.acknowledged', 2)],
  );
  const find = async (params: Record<string, unknown>) => numbers(await ask<Alerts>(database, 'alerts', params)).sort();
  assert.deepEqual(await find({ status: 'firing' }), [3, 4]);
  assert.deepEqual(await find({ status: 'resolved' }), [1]);
  assert.deepEqual(await find({ status: 'acknowledged' }), [2]);
  assert.deepEqual(await find({ environment: 'staging' }), []);
  assert.deepEqual(await find({ tenant: 'acme', namespace: 'shop-prod', priority: 'P1' }), [1, 2, 3, 4]);
  assert.deepEqual(await find({ tenant: 'other' }), []);
  assert.deepEqual(await find({ q: 'OF INSTANCE 3' }), [3]);
  assert.deepEqual(await find({ q: 'disk "100%_' }), [4], 'quotes, % and _ are themselves');
  assert.deepEqual(await find({ q: '100_' }), []);
});

test('turning pages shows every alert once, the last opened first, whatever the page size', async () => {
  const ages = [5, 3, 3, 3, 1, 4, 1];
  const database = await archiveOf(ages.map((age, n) => opened(n, `r${n}`, T0 + age)));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), async (limit) => {
      const seen: number[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Alerts = await ask(database, 'alerts', { limit, cursor });
        assert.ok(page.alerts.length <= limit && page.alerts.length > 0);
        seen.push(...numbers(page));
        cursor = page.next;
      }
      assert.deepEqual(
        seen.map((n) => ages[n]),
        [5, 4, 3, 3, 3, 1, 1],
      );
      assert.equal(new Set(seen).size, ages.length);
    }),
    { numRuns: 8 },
  );
});

test('a page of large alerts ends early and goes on behind the cursor', async () => {
  const large = (n: number) => ({
    ...opened(n, `r${n}`, T0 + n),
    alert: alertOf(n, { annotations: { text: 'x'.repeat(250_000) } }),
  });
  const database = await archiveOf([0, 1, 2].map((n) => large(n) as JournalEvent));
  const first = await ask<Alerts>(database, 'alerts');
  assert.deepEqual(numbers(first), [2, 1]);
  assert.deepEqual(numbers(await ask<Alerts>(database, 'alerts', { cursor: first.next })), [0]);
});

test('a cursor that no answer has given is refused by name', async () => {
  const database = await archiveOf([opened(1, 'r1')]);
  for (const cursor of [
    'nonsense',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('null').toString('base64url'),
  ]) {
    await assert.rejects(ask(database, 'alerts', { cursor }), { code: 'query.cursor' });
  }
});

interface Explained {
  status: string;
  history: { type: string; times: number }[];
  ledger: {
    group: { id: string };
    channel: string;
    notified: boolean;
    decisions: { notificationId: string | null; times: number; reasons: { code: string }[] }[];
    deliveries: { notificationId: string; state: string; history: { type: string }[] }[];
  }[];
}

test('[BR-AP-020] an alert explains per group and channel why somebody was, or was not, notified', async () => {
  const database = await archiveOf(
    [opened(1, 'r1'), joined(1), joined(2)],
    [flushed('g0', T0 + 10, { told: 'n1', firing: [1, 2] }), delivery('queued', 'n1', [1, 2], T0 + 10)],
    [delivery('attempting', 'n1', [], T0 + 11), delivery('delivered', 'n1', [], T0 + 12)],
    [flushed('g0', T0 + 20, {})],
    [repeated(1, 'r2', 2, T0 + 30)],
  );
  const alert = await ask<Explained>(database, 'alert', { tenant: 'acme', fingerprint: fingerprintOf(1) });
  assert.deepEqual(
    alert.history.map(({ type }) => type),
    ['alert.repeated', 'alert.opened'],
  );
  const [ops, pager] = alert.ledger;
  assert.equal(ops?.channel, 'ops');
  assert.equal(ops.notified, true);
  assert.deepEqual(
    ops.decisions.map(({ notificationId }) => notificationId),
    [null, 'n1'],
  );
  assert.deepEqual(
    ops.deliveries[0]?.history.map(({ type }) => type),
    ['delivery.queued', 'delivery.attempting', 'delivery.delivered'],
  );
  assert.equal(pager?.notified, false);
  assert.deepEqual(
    pager.decisions.map(({ times, reasons }) => [times, reasons[0]?.code]),
    [[2, 'group.resolved-unwanted']],
  );
  const unknown = { tenant: 'acme', fingerprint: fingerprintOf(9) };
  await assert.rejects(ask(database, 'alert', unknown), { code: 'query.not-found' });
});

test('groups show their members, their next flush and what the last one decided', async () => {
  const database = await archiveOf(
    [joined(1), joined(2), joined(3, 'g1')],
    [flushed('g0', T0 + 10, { told: 'n1', firing: [1, 2] }), flushed('g1', T0 + 10, { left: [3], ended: true })],
  );
  const { groups } = await ask<{ groups: { id: string; alerts: number; decisions: unknown[] }[] }>(database, 'groups', {
    tenant: 'acme',
  });
  assert.deepEqual(
    groups.map(({ id, alerts, decisions }) => [id, alerts, decisions.length]),
    [['g0', 2, 2]],
  );
});

test('[BR-NOT-013] deliveries are found by channel, state and the alert that they tell of', async () => {
  const database = await archiveOf([delivery('queued', 'n1', [1, 2]), delivery('dead', 'n2', [2])]);
  const find = async (params: Record<string, unknown>) => {
    const { deliveries } = await ask<{ deliveries: { notificationId: string }[] }>(database, 'deliveries', params);
    return deliveries.map(({ notificationId }) => notificationId).sort();
  };
  assert.deepEqual(await find({}), ['n1', 'n2']);
  assert.deepEqual(await find({ fingerprint: fingerprintOf(1) }), ['n1']);
  assert.deepEqual(await find({ fingerprint: fingerprintOf(2), tenant: 'acme', state: 'dead' }), ['n2']);
  assert.deepEqual(await find({ fingerprint: fingerprintOf(2), tenant: 'other' }), []);
  assert.deepEqual(await find({ channel: 'pager' }), []);
});

test('[BR-ERR-009] dead letters are listed without and fetched with what is in them', async () => {
  const database = await archiveOf([deadInput(1, 'r1'), deadInput(2, 'r2', T0 + 1)], [replayedInput(2)]);
  const { deadLetters } = await ask<{ deadLetters: object[] }>(database, 'dead-letters', { state: 'open' });
  assert.equal(deadLetters.length, 1);
  assert.equal('entry' in deadLetters[0]!, false);
  const letter = await ask<{ state: string; entry: { alert: { fingerprint: string } } }>(database, 'dead-letter', {
    id: 'letter-2',
  });
  assert.equal(letter.state, 'replayed');
  assert.equal(letter.entry.alert.fingerprint, fingerprintOf(2));
  await assert.rejects(ask(database, 'dead-letter', { id: 'nothing' }), { code: 'query.not-found' });
});

test('[BR-ERR-009] dead letters come newest first, or oldest first, also page by page and at the same moment', async () => {
  const database = await archiveOf([1, 2, 3, 4, 5].map((n) => deadInput(n, `r${n}`, n === 3 ? T0 + 2 : T0 + n)));
  const turned = async (order?: string) => {
    const ids: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: { deadLetters: { id: string }[]; next: string | null } = await ask(database, 'dead-letters', {
        limit: 1,
        ...(order === undefined ? {} : { order }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      ids.push(...page.deadLetters.map(({ id }) => id));
      cursor = page.next;
    }
    return ids;
  };
  const oldest = ['letter-1', 'letter-2', 'letter-3', 'letter-4', 'letter-5'];
  assert.deepEqual(await turned('oldest'), oldest);
  assert.deepEqual(await turned(), oldest.toReversed());
});

test('every answer fits one message of the bus or says that it does not', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (result) => {
      const same = decodeAnswer(encodeAnswer({ result }));
      assert.deepEqual(same, JSON.parse(JSON.stringify({ result })));
    }),
  );
  const large = 'an alert '.repeat(200_000);
  const packed = encodeAnswer({ result: large });
  assert.ok(packed.length <= MOST_REPLY_BYTES);
  assert.deepEqual(decodeAnswer(packed), { result: large });
  const random = Array.from({ length: 300_000 }, (_, i) => Math.sin(i));
  const refused = decodeAnswer(encodeAnswer({ result: random }));
  assert.ok('error' in refused && refused.error.code === 'reply.too-large');
});
