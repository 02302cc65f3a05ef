/** What no Herald would ever publish, straight into the inbox of a partition: kept as dead letters, in nobody's way. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Packr } from 'msgpackr';
import { storedAs } from '../../alert/stored-alert.ts';
import { encodeFrame } from '../../bus/frame.ts';
import { framePublisher } from '../../bus/ingest.ts';
import type { PartitionName } from '../../bus/partition.ts';
import { partitionCount } from '../../gateway/open-bus.ts';
import { type HeraldProcess, startHerald, temporaryFolder } from '../support/herald.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertOf, reported } from '../support/worker.ts';
import { type Evidence, embeddedNats, gatherEvidence } from './evidence.ts';
import { writeResources } from './resources.ts';
import { Traffic } from './traffic.ts';
import { assertEffectsOnce, assertNotifiedOnce, assertOneOwnerAtATime } from './verdict.ts';

const PARTITIONS = 1;
const VERSION_1 = Buffer.of(1);
const packr = new Packr();
const packed = (value: unknown) => Buffer.concat([VERSION_1, packr.pack(value)]);
const entries = (...list: unknown[]) => encodeFrame({ stamp: null, entries: list as never });
const good = reported(alertOf({ alertname: 'Well' }), 'good', 0);

/** As a stored alert comes, with these texts. */
function withTexts(labelsText: string, annotationsText: string, fields: object = {}) {
  const { labels: _, annotations: __, ...others } = alertOf({ alertname: 'Bad' });
  return { ...good, alert: storedAs(labelsText, annotationsText, { ...others, ...fields } as never) };
}

/** Each with the number of dead letters that it is to leave. */
const POISON: readonly (readonly [name: string, data: Buffer, dead: number])[] = [
  ['random bytes', Buffer.concat([Buffer.of(0xc1), randomBytes(500)]), 1],
  ['nothing at all', Buffer.alloc(0), 1],
  ['a version of the future', Buffer.concat([Buffer.of(9), packed([])]), 1],
  ['this version, and no msgpack', Buffer.concat([VERSION_1, Buffer.of(0xc1, 0xc1, 0xc1)]), 1],
  ['msgpack that is cut off', encodeFrame({ stamp: null, entries: [good] }).subarray(0, 60), 1],
  ['msgpack of a number', packed(7), 1],
  ['msgpack of null', packed(null), 1],
  ['a frame without entries', packed(['', 0, 0]), 1],
  ['a frame whose entries are text', packed(['', 0, 0, 'entries']), 1],
  ['a stamp that is none', packed([7, 'x', null, []]), 1],
  ['an entry that is null', entries(null), 1],
  ['an entry of a kind that nobody knows', entries({ kind: 'surprise' }), 1],
  ['an alert entry without an alert', entries({ kind: 'alert', receipt: 'p', index: 0 }), 1],
  [
    'an alert without labels',
    entries({ ...good, alert: { tenant: 'default', fingerprint: 'f', status: 'firing' } }),
    1,
  ],
  ['a replay of nothing', entries({ kind: 'replay', deadLetterId: 'x', by: 'me', replyTo: '' }), 1],
  ['a notification for the wrong kind of partition', entries({ kind: 'notification', notification: {} }), 1],
  ['an alert whose annotations are no JSON', entries(good, withTexts('{"alertname":"Bad"}', '{')), 1],
  ['an alert whose annotations are a number', entries(good, withTexts('{"alertname":"Bad"}', '5')), 1],
  ['an alert whose labels are none', entries(good, withTexts('null', '{}')), 1],
  ['an alert whose source is no text, beside a good one', entries(good, withTexts('{}', '{}', { source: 7 })), 1],
  ['a good alert between two bad ones', entries({ kind: 'x' }, good, { kind: 'y' }), 2],
];

let receiver: Receiver;
let herald: HeraldProcess;
let evidence: Evidence;

before(async () => {
  const folder = temporaryFolder();
  receiver = await startReceiver();
  const env = {
    HERALD_DATA: `${folder}/data`,
    HERALD_CONFIG: writeResources(folder, { receiverUrl: receiver.url }),
    HERALD_PARTITIONS: String(PARTITIONS),
  };
  herald = await startHerald({ env });
  await herald.ready();
  evidence = await gatherEvidence(embeddedNats(env.HERALD_DATA), partitionCount(PARTITIONS));
});

after(() => evidence.close());

async function put(partition: PartitionName, name: string, data: Buffer): Promise<void> {
  await framePublisher(evidence.bus).publish(partition, data, `poison ${partition} ${name}`);
}

const deadLetters = () => evidence.events('input.dead-lettered');

for (const [name, data, dead] of POISON) {
  test(`[BR-ERR-009] a poison frame, ${name}: a dead letter, and what comes behind it goes on`, async () => {
    const before = deadLetters().length;
    await put('a0', name, data);
    const traffic = new Traffic({
      connections: 1,
      groupsPerConnection: 1,
      alertsPerGroup: 1,
      rounds: 1,
      name: name.replaceAll(/\W+/g, '-'),
    });
    await traffic.send(herald.url);
    await evidence.complete(traffic, { ended: false, timeoutMs: 15_000 });
    assert.equal(deadLetters().length - before, dead);
    assert.deepEqual(herald.logged('partition.failed'), []);
  });
}

test('[BR-ERR-009] poison in the inbox of a channel: dead letters, and notifications go on', async () => {
  const before = deadLetters().length;
  await put('c0', 'channel', packed(7));
  await put(
    'c0',
    'channel notification',
    entries({ kind: 'notification', notification: { tenant: 'default', channel: 'ops' } }),
  );
  await put('c0', 'channel alert', entries(good));
  const traffic = new Traffic({ connections: 1, groupsPerConnection: 5, alertsPerGroup: 1, rounds: 1, name: 'behind' });
  await traffic.send(herald.url);
  await evidence.complete(traffic, { ended: false, timeoutMs: 15_000 });
  assert.ok(deadLetters().length - before >= 2);
  assert.deepEqual(herald.logged('partition.failed'), []);
});

test('[BR-ERR-009] what lies among the dead letters stands in the archive, which goes on as well', async () => {
  await until('the archive to have them all', async () => {
    const answer = await fetch(`${herald.url}/v1/dead-letters?limit=100`);
    const { deadLetters: listed } = (await answer.json()) as { deadLetters: unknown[] };
    return listed.length === deadLetters().length;
  });
  assertOneOwnerAtATime(evidence);
  assertEffectsOnce(evidence);
  assertNotifiedOnce(evidence, receiver.requests, 0);
  assert.equal((await herald.stop()).code, 0);
});
