import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertEvent } from '../../alert/event.ts';
import { reason } from '../../alert/reason.ts';
import { suppressedIn } from '../../archive/cloud-event.ts';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { Projector } from '../../archive/project.ts';
import { EventPublisher } from '../../archive/publish-events.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import {
  byPerson,
  commits,
  delivery,
  fingerprintOf,
  heldFlush,
  joined,
  keyOf,
  opened,
  resolved,
  SILENCED,
  silenceEnded,
  silenceSet,
  T0,
} from './journal-of.ts';

const HOUR = 3_600_000;

async function archiveOf(...lists: JournalEvent[][]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  return database;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
async function ask(database: ArchiveDatabase, name: string, params: Record<string, unknown> = {}): Promise<any> {
  return JSON.parse(JSON.stringify(await QUERIES.get(name)!(database.reader, params)));
}

test('[BR-AP-008] a silence is pending, active, expired by its times, or ended by a person before', async () => {
  const database = await archiveOf(
    [silenceSet('s1'), silenceSet('s2', T0 + 1, { startsAt: T0 + 10 * HOUR, endsAt: T0 + 11 * HOUR })],
    [silenceSet('s3', T0 + 2), silenceEnded('s3', T0 + 5)],
  );
  const states = async (params: Record<string, unknown>) =>
    (await ask(database, 'silences', params)).silences.map(({ id, state }: Record<string, string>) => `${id} ${state}`);
  assert.deepEqual(await states({ now: T0 + 100 }), ['s3 expired', 's2 pending', 's1 active']);
  assert.deepEqual(await states({ now: T0 + HOUR }), ['s3 expired', 's2 pending', 's1 expired']);
  assert.deepEqual(await states({ now: T0 + 100, state: 'active' }), ['s1 active']);
  assert.deepEqual(await states({ now: T0 + 100, state: 'pending' }), ['s2 pending']);
  assert.deepEqual(await states({ now: T0 + 100, state: 'expired', tenant: 'acme' }), ['s3 expired']);
  assert.deepEqual(await states({ now: T0 + 100, tenant: 'other' }), []);
  const one = await ask(database, 'silence', { id: 's3', now: T0 + 100 });
  assert.deepEqual(one.endedEarly, { at: new Date(T0 + 5).toISOString(), by: 'bob' });
  await assert.rejects(ask(database, 'silence', { id: 'nothing', now: T0 }), { code: 'query.not-found' });
});

test('[BR-AP-008] a changed silence keeps when it was made, and pages go on where the last one ended', async () => {
  const database = await archiveOf(
    [silenceSet('s1'), silenceSet('s2', T0 + 1)],
    [silenceSet('s1', T0 + 50, { comment: 'longer', endsAt: T0 + 9 * HOUR })],
  );
  const first = await ask(database, 'silences', { now: T0, limit: 1 });
  const second = await ask(database, 'silences', { now: T0, limit: 1, cursor: first.next });
  assert.deepEqual([first.silences[0].id, second.silences[0].id, second.next], ['s2', 's1', null]);
  assert.deepEqual(
    [second.silences[0].comment, second.silences[0].createdAt, second.silences[0].updatedAt],
    ['longer', new Date(T0).toISOString(), new Date(T0 + 50).toISOString()],
  );
});

test('[BR-AP-008] [BR-AP-020] the ledger says per receiver what held an alert back, since when, and in how many flushes', async () => {
  const start = [opened(1, 'r1'), joined(1), opened(2, 'r2'), joined(2)];
  const database = await archiveOf(
    start,
    [heldFlush(T0 + 1, [1]), heldFlush(T0 + 2, [1], 'same')],
    [heldFlush(T0 + 3, [1, 2])],
  );
  const ledger = async (n: number) => {
    const alert = await ask(database, 'alert', { tenant: 'acme', fingerprint: fingerprintOf(n) });
    const ops = alert.ledger.find((line: { channel: string }) => line.channel === 'ops');
    return { decisions: ops.decisions, holds: alert.holds };
  };
  const one = await ledger(1);
  assert.deepEqual(
    one.decisions.map((line: Record<string, unknown>) => [line.times, line.held, line.heldCount]),
    [
      [1, SILENCED, 2],
      [2, SILENCED, 1],
    ],
  );
  assert.deepEqual(one.holds, [{ group: 'g0', since: new Date(T0 + 1).toISOString(), until: null, reason: SILENCED }]);
  const two = await ledger(2);
  assert.deepEqual(
    two.decisions.map((line: Record<string, unknown>) => line.held),
    [SILENCED, null],
  );
});

test('[BR-AP-008] a silence tells how many alerts it holds back, and has', async () => {
  const start = [
    silenceSet('s1'),
    silenceSet('s10'),
    opened(1, 'r1'),
    joined(1),
    opened(2, 'r2'),
    joined(2),
    opened(3, 'r3'),
    joined(3),
  ];
  const inhibited = reason('hold.inhibited', 'by alert f (r)');
  const database = await archiveOf(
    start,
    [heldFlush(T0 + 1, [1, 2])],
    [heldFlush(T0 + 2, [2], 'ended'), heldFlush(T0 + 3, [3], 'began', inhibited)],
  );
  assert.deepEqual((await ask(database, 'silence', { id: 's1', now: T0 })).held, { now: 1, ended: 1 });
  assert.deepEqual((await ask(database, 'silence', { id: 's10', now: T0 })).held, { now: 0, ended: 0 });
});

test('[BR-AP-008] held on for another reason is one hold, with the reason of now', async () => {
  const inhibited = reason('hold.inhibited', 'by alert f (r)');
  const database = await archiveOf(
    [opened(1, 'r1'), joined(1)],
    [heldFlush(T0 + 1, [1]), heldFlush(T0 + 5, [1], 'began', inhibited)],
  );
  const { holds } = await ask(database, 'alert', { tenant: 'acme', fingerprint: fingerprintOf(1) });
  assert.deepEqual(holds, [{ group: 'g0', since: new Date(T0 + 1).toISOString(), until: null, reason: inhibited }]);
});

test('[BR-AP-L23] a snooze stands with the alert until somebody takes it on or it ends', async () => {
  const snoozed: AlertEvent = {
    type: 'alert.snoozed',
    key: keyOf(1),
    at: T0 + 2,
    command: 'c',
    by: 'ann',
    comment: 'lunch',
    until: T0 + HOUR,
    reasons: [reason('alert.snoozed')],
  };
  const after = async (...events: AlertEvent[]) => {
    const database = await archiveOf([opened(1, 'r1'), byPerson('alert.acknowledged', 1)], [snoozed, ...events]);
    const {
      status,
      snoozed: put,
      acknowledged,
      history,
    } = await ask(database, 'alert', { tenant: 'acme', fingerprint: fingerprintOf(1) });
    return { status, put, acknowledged: acknowledged !== null, history };
  };
  const now = await after();
  const until = new Date(T0 + HOUR).toISOString();
  assert.deepEqual([now.status, now.put, now.acknowledged], ['firing', { by: 'ann', until, comment: 'lunch' }, false]);
  assert.equal(now.history[0].detail, `by ann until ${until}: lunch`);
  assert.equal((await after(byPerson('alert.acknowledged', 1))).put, null);
  assert.equal((await after(resolved(1, 'r2'))).put, null);
});

test('[BR-AP-008] [BR-INT-007] the beginning of a hold is public once: alert.suppressed, with the reason', async () => {
  const database = await newArchive();
  const records = commits(
    [opened(1, 'r1'), joined(1), opened(2, 'r2'), joined(2)],
    [heldFlush(T0 + 1, [1, 2])],
    [heldFlush(T0 + 2, [1, 2], 'same')],
  );
  await new Projector(database, silentLog).project([{ partition: 'a0', records }]);
  const sent: { subject: string; id: string; body: string }[] = [];
  const publisher = new EventPublisher(
    database,
    async (subject, id, body) => void sent.push({ subject, id, body }),
    1_000_000,
  );
  await publisher.publish([{ partition: 'a0', records }]);
  const suppressed = sent.filter(({ subject }) => subject === 'herald.v1.events.acme.alert.suppressed');
  const events = suppressed.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    events.map(({ subject, data }) => [subject, data.reasons, data.groupId, data.labels.alertname]),
    [1, 2].map((n) => [keyOf(n), [SILENCED], 'g0', 'HighLatency']),
  );
  assert.equal(new Set(sent.map(({ id }) => id)).size, sent.length);
});

test('[BR-INT-001] an alert that a group holds back because it is routed elsewhere is neither suppressed nor told as such', async () => {
  const rerouted = reason('hold.rerouted');
  const flush = heldFlush(T0 + 1, [1], 'began', rerouted);
  const database = await archiveOf([opened(1, 'r1'), joined(1)], [flush]);
  const { alerts } = await ask(database, 'alertmanager-alerts', { tenant: 'acme', now: T0 + 2 });
  assert.deepEqual(
    alerts.map(({ heldBy }: { heldBy: unknown }) => heldBy),
    [[]],
  );
  assert.ok(flush.type === 'group.flushed');
  assert.deepEqual(suppressedIn(flush), []);
  const { holds } = await ask(database, 'alert', { tenant: 'acme', fingerprint: fingerprintOf(1) });
  assert.equal(holds[0].reason.code, 'hold.rerouted', 'its ledger says what became of it there');
});

test('[BR-AP-008] a preview counts what it would hold back now, and what of the last week it would have', async () => {
  const old = { ...delivery('queued', 'n-old', [1]), at: T0 - 8 * 24 * HOUR } as JournalEvent;
  const database = await archiveOf(
    [opened(1, 'r1'), opened(2, 'r2'), opened(3, 'r3'), resolved(3, 'r4')],
    [
      delivery('queued', 'n1', [1]),
      delivery('queued', 'n2', [1, 2]),
      delivery('queued', 'n3', [2]),
      delivery('queued', 'n4', [3]),
      old,
    ],
  );
  const preview = (matchers: string[], now = T0 + HOUR) =>
    ask(database, 'silence-preview', { tenant: 'acme', matchers, now });
  const one = await preview(['instance="10.0.0.1:9090"']);
  assert.deepEqual(
    [one.active, one.alerts.map(({ fingerprint }: { fingerprint: string }) => fingerprint)],
    [1, [fingerprintOf(1)]],
  );
  assert.deepEqual([one.notifications.all, one.notifications.held, one.notifications.smaller], [4, 1, 1]);
  const all = await preview(['severity="critical"', 'environment="production"', 'tenant="acme"']);
  assert.deepEqual([all.active, all.notifications.held], [2, 4]);
  const other = await ask(database, 'silence-preview', { tenant: 'other', matchers: ['severity="critical"'], now: T0 });
  assert.deepEqual([other.active, other.notifications.all], [0, 0]);
  assert.equal((await preview(['severity="critical"'], T0 + 9 * 24 * HOUR)).notifications.all, 0);
  await assert.rejects(preview(['a=~"("']), { code: 'query.parameter' });
});

test('[BR-AP-008] a preview sees what matchers see: labels as Filters left them, and whose the namespace is', async () => {
  const event = opened(1, 'r1') as Extract<AlertEvent, { type: 'alert.opened' }>;
  const routing = { ...event.routing, shown: { alertname: 'Renamed' }, owner: 'team-shop' };
  const database = await archiveOf([{ ...event, routing }]);
  const active = async (matcher: string) =>
    (await ask(database, 'silence-preview', { tenant: 'acme', matchers: [matcher], now: T0 })).active;
  assert.deepEqual(
    [await active('alertname="Renamed"'), await active('owner="team-shop"'), await active('alertname="HighLatency"')],
    [1, 1, 0],
  );
});
