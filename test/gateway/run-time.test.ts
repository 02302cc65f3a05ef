/** What people change at run time, over a real NATS: the same for every process, over restarts, and nothing unread is written over. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { AuditEvent } from '../../access/audit-chain.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { SHIFTS_BUCKET, SUBSCRIPTIONS_BUCKET } from '../../bus/subjects.ts';
import { BucketConflict, BucketUnavailable, WatchedBucket } from '../../bus/watched-bucket.ts';
import type { LiveResources } from '../../gateway/live-resources.ts';
import { RecordUnavailable } from '../../gateway/record-store.ts';
import { RunTime } from '../../gateway/run-time.ts';
import type { ResourceSet } from '../../resources/compile.ts';
import { loadResources } from '../../resources/load.ts';
import { decideSubscription } from '../../resources/own-subscription.ts';
import { compileSchedule } from '../../rules/on-call.ts';
import { decideShiftChange, decideShiftEnd } from '../../rules/shift-change.ts';
import { zoneOf } from '../../rules/zone.ts';
import { silentLog } from '../../telemetry/log.ts';
import { channelTypes, consoleChannel, resource, tempConfig } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { aUser, turns } from '../support/people.ts';
import { until } from '../support/until.ts';

const HOUR = 3_600_000;
const AT = { tenant: 'acme', schedule: 'primary', by: 'root' };

const contact = 'contacts: [{ channel: channel/console, address: a@example.org }]';
const FILES = {
  'a.yaml': [resource('User', 'ada', contact), resource('User', 'bob', contact), consoleChannel()].join(''),
};

let server: NatsServer;
let bus: Bus;
const audited: Pick<AuditEvent, 'what' | 'by' | 'subject'>[] = [];

before(async () => {
  server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  bus = await connected();
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
});

async function connected(): Promise<Bus> {
  const made = await connectBus({ url: server.url, name: 'test', log: silentLog });
  atEnd(() => made.close());
  return made;
}

/** As one process has it. */
async function process_(of: Bus, clock = new FakeClock()): Promise<RunTime> {
  const audit = {
    command: <Result>(event: Pick<AuditEvent, 'what' | 'by' | 'subject'>, run: () => Promise<Result>) => {
      audited.push({ what: event.what, by: event.by, subject: event.subject });
      return run();
    },
  };
  const runTime = new RunTime({ clock, log: silentLog, audit });
  atEnd(() => runTime.close());
  await runTime.useBus(of);
  return runTime;
}

function take(runTime: RunTime, id: string, now: number, schedule = 'primary') {
  const wish = { id, user: 'ada', start: null, end: now + HOUR, comment: '', inReturn: null };
  const actor = { name: 'root', person: null, assigns: true };
  const context = { schedule: turns(schedule, HOUR, ['bob']), user: () => aUser('ada'), actor, now };
  return runTime.overrides.change({ ...AT, schedule }, (known) => decideShiftChange(known, wish, context));
}

const ids = (runTime: RunTime, schedule = 'primary') => runTime.overrides.of('acme', schedule).map(({ id }) => id);

test('[BR-NOT-018] what one process makes every other knows, and who starts later; two at once lose nothing; it is audited', async () => {
  const [one, two] = [await process_(bus), await process_(await connected())];
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map((id, i) => take(i % 2 === 0 ? one : two, id, 0)));
  await until('both to know all', () => [one, two].every((each) => ids(each).length === names.length));
  assert.deepEqual(ids(await process_(bus)).sort(), names);
  assert.deepEqual(audited.slice(0, 4), Array(4).fill({ what: 'shift.change', by: 'root', subject: 'acme/primary' }));
  assert.equal(audited.length, 4, 'whoever had to decide anew was asked once');
});

test('[BR-NOT-018] a NATS that was killed has them still', async () => {
  const one = await process_(bus);
  const known = ids(one);
  await server.kill9();
  await until('the loss to be noticed', () => !bus.connected());
  await assert.rejects(take(one, 'lost', 0), BucketUnavailable);
  await server.restart();
  assert.deepEqual(ids(await process_(await connected())), known);
});

test('[BR-NOT-022] a subscription that makes another policy is told to who keeps the log of them, in every process', async () => {
  const [one, two] = [await process_(await connected()), await process_(await connected())];
  const { set } = (await loadResources(tempConfig(FILES), { channelTypes, env: {} })) as { set: ResourceSet };
  const live = { current: () => set, onChange: () => undefined } as unknown as LiveResources;
  const heard: string[] = [];
  const over = two.over(live);
  over.onPolicy(({ policy }) => void heard.push(policy.hash));
  const wish = (subscriber: string) =>
    one.subscriptions.change({ tenant: 'default', by: 'ada' }, (known) => {
      const actor = { name: 'ada', person: 'ada', manages: true };
      const context = { tenant: 'default', find: set.subscriptions.hearer, actor, now: 0 };
      return decideSubscription(known, { id: subscriber, subscriber, wanted: {} }, context);
    });
  assert.equal((await wish('user/ada')).code, 'subscription.made');
  await until('the other to hear of it', () => heard.length === 1);
  assert.equal(over.current().policy.hash, heard[0]);
  assert.equal(over.current(), over.current(), 'the same as long as nothing changes');
  assert.equal((await wish('user/bob')).code, 'subscription.made');
  const subscribers = () => over.current().policy.route('default', {})[0]!.timing.channels[0]!.split('/')[1]!;
  await until('the other to know both', () => {
    return over.current().policy.directory.subscribers('default', subscribers())?.length === 2;
  });
  assert.equal(heard.length, 1, 'who joins what others subscribe to makes no other policy');
});

test('before NATS was reached nobody says who is on call', () => {
  const runTime = new RunTime({ clock: new FakeClock(), log: silentLog, audit: { command: (_, run) => run() } });
  assert.throws(() => runTime.mustBeKnown(), { code: 'ingest.unavailable' });
});

test('what is over is forgotten by itself after 30 days', async () => {
  const clock = new FakeClock();
  const other = await connected();
  const runTime = await process_(other, clock);
  await take(runTime, 'old', clock.now(), 'secondary');
  clock.advance(HOUR);
  assert.deepEqual(ids(runTime, 'secondary'), ['old']);
  clock.advance(31 * 24 * HOUR);
  await until('it to be forgotten', () => ids(runTime, 'secondary').length === 0);
});

test('a record that this version cannot read is left as it is', async () => {
  const other = await connected();
  const bucket = await WatchedBucket.open(other, SHIFTS_BUCKET, new FakeClock(), () => undefined);
  atEnd(() => bucket.close());
  await bucket.put('acme.newer', Buffer.from('{"version":2}'), 0);
  const runTime = await process_(other);
  assert.deepEqual(ids(runTime, 'newer'), []);
  await assert.rejects(take(runTime, 'x', 0, 'newer'), RecordUnavailable);
  await assert.rejects(bucket.put('acme.newer', Buffer.from('x'), 0), BucketConflict, 'it is there still');
});

test('[BR-NOT-018] damaged records keep nobody from deciding: they are said to be, left as they are, and the others hold', async () => {
  const other = await connected();
  const put = async (name: string, key: string, content: unknown) => {
    const bucket = await WatchedBucket.open(other, name, new FakeClock(), () => undefined);
    atEnd(() => bucket.close());
    await bucket.put(key, Buffer.from(JSON.stringify({ version: 1, content })), 0);
  };
  const shift = { user: 'ada', start: 0, end: HOUR };
  const change = { id: 'x', by: 'root', person: null, madeAt: 0, comment: '', shifts: [shift] };
  const own = { id: 'x', subscriber: 'user/ada', wanted: {}, by: 'ada', person: 'ada', madeAt: 0 };
  const damaged: Record<string, unknown> = {
    null: null,
    'no-object': 'x',
    'no-shifts': { ...change, shifts: undefined },
    'no-shift': { ...change, shifts: [null] },
    'no-time': { ...change, shifts: [{ ...shift, end: 1e99 }] },
    'no-date': { ...change, madeAt: null },
  };
  for (const [key, item] of Object.entries(damaged)) await put(SHIFTS_BUCKET, `default.${key}`, [item]);
  await put(SHIFTS_BUCKET, 'default.good', [change]);
  const unwanted = [null, { ...own, wanted: null }, { ...own, madeAt: 1e99 }];
  for (const [i, item] of unwanted.entries()) await put(SUBSCRIPTIONS_BUCKET, `damaged-${i}`, [own, item]);
  const runTime = await process_(other);
  const { set } = (await loadResources(tempConfig(FILES), { channelTypes, env: {} })) as { set: ResourceSet };
  const rotation = { zone: zoneOf('UTC')!, first: 0, length: HOUR, users: ['bob'] };
  const turnsOfBob = { kind: 'rotation', rotation } as const;
  const layer = { name: 'only', start: 0, end: Number.POSITIVE_INFINITY, turns: turnsOfBob, restriction: null };
  const schedules = [...Object.keys(damaged), 'good'].map((name) => ({
    tenant: 'default',
    schedule: compileSchedule({ name, layers: [layer], overrides: [], swaps: [], otherwise: [] }),
  }));
  const live = { current: () => ({ ...set, schedules }), onChange: () => undefined } as unknown as LiveResources;
  const { schedule } = runTime.over(live).current().policy.directory;
  for (const key of Object.keys(damaged)) {
    assert.equal(schedule('default', key)?.at(1)?.user, 'bob', key);
    await assert.rejects(
      runTime.overrides.change({ ...AT, tenant: 'default', schedule: key }, (known) =>
        decideShiftEnd(known, 'x', { actor: { name: 'root', person: null, assigns: true }, now: 0 }),
      ),
      RecordUnavailable,
    );
  }
  assert.equal(schedule('default', 'good')?.at(1)?.user, 'ada');
  assert.deepEqual([...runTime.subscriptions.all().keys()], ['default']);
});
