/** Two actors processes, one ingress, one NATS: what the one does when the other dies, or only seems to. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { HeraldProcess } from '../support/herald.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { type Cluster, homeOf, homeOfChannel, spreadOver, startCluster, workerOf } from './cluster.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { seededRandom } from './random.ts';
import { oneWebhook } from './resources.ts';
import { Traffic } from './traffic.ts';
import {
  assertAcceptedOnce,
  assertEffectsOnce,
  assertInOrder,
  assertNotifiedOnce,
  assertOneOwnerAtATime,
} from './verdict.ts';

/** DESIGN's budget, from the kill to the first new decision. Milliseconds. */
const TAKEOVER = 5000;
const PARTITIONS = 4;
const LONG_ROUNDS = Number(process.env.HERALD_FAULT_ROUNDS ?? 0);
const SEED = Number(process.env.HERALD_FAULT_SEED ?? 20_261_123);

let receiver: Receiver;
let cluster: Cluster;
let ingress: HeraldProcess;
let evidence: Evidence;
const owners: HeraldProcess[] = [];
/** Owners that were killed or stood still until now: each may leave sends in flight. */
let deaths = 0;
/** Every request of the file. */
const ledger = new Traffic({ connections: 0, groupsPerConnection: 0, alertsPerGroup: 0, rounds: 1 });

before(async () => {
  receiver = await startReceiver();
  cluster = await startCluster({ partitions: PARTITIONS, resources: oneWebhook({ receiverUrl: receiver.url }) });
  ingress = await cluster.start('ingress');
  await ingress.ready();
  evidence = await gatherEvidence(cluster.nats.url, cluster.count);
});

/** A test that failed leaves its owners behind, and the next one wants two. */
afterEach(async () => {
  await Promise.all(owners.splice(0).map((one) => one.kill9Tree()));
});

after(() => evidence.close());

/** Accepted by Herald when this resolves. */
async function send(name: string, { groups = 40, rounds = 1 } = {}): Promise<Traffic> {
  const traffic = new Traffic({ connections: 1, groupsPerConnection: groups, alertsPerGroup: 2, rounds, name });
  await traffic.send(ingress.url);
  for (const [receipt, request] of traffic.accepted) ledger.accepted.set(receipt, request);
  return traffic;
}

/** Those of its alerts that these partitions decide on. */
function decidedOf(traffic: Traffic, partitions: readonly string[]): { decided: number; all: number } {
  let decided = 0;
  let all = 0;
  for (const [receipt, { keys }] of traffic.accepted) {
    for (let i = 0; i < keys.length; i++) {
      if (!partitions.includes(homeOf(keys[i]!, cluster.count))) continue;
      all++;
      if (evidence.timesDecided(receipt, i) > 0) decided++;
    }
  }
  return { decided, all };
}

async function pair(): Promise<[HeraldProcess, HeraldProcess]> {
  const two = await Promise.all([cluster.start('actors'), cluster.start('actors')]);
  owners.push(...two);
  await Promise.all(two.map((one) => one.ready()));
  await spreadOver(evidence, cluster.count, two);
  return two as [HeraldProcess, HeraldProcess];
}

test('[BR-REL-012] [BR-SCALE-005] one of two owners is killed: the other decides its alerts within 5 s, and tells them once', async (t) => {
  const [doomed, other] = await pair();
  await evidence.complete(await send('before-kill'), { ended: false });
  const lost = (await workerOf(evidence, doomed))?.partitions ?? [];
  assert.ok(lost.some((name) => name.startsWith('a')));

  const killedAt = performance.now();
  await doomed.kill9();
  deaths++;
  const traffic = await send('after-kill');
  const { all } = decidedOf(traffic, lost);
  assert.ok(all > 0);
  await until('the other to decide on them', () => decidedOf(traffic, lost).decided > 0, {
    timeoutMs: TAKEOVER - (performance.now() - killedAt),
    seen: () => other.stderr().slice(-1000),
  });
  t.diagnostic(`kill -9: first decision of the successor after ${Math.round(performance.now() - killedAt)} ms`);
  await evidence.complete(traffic, { ended: false });
  t.diagnostic(`kill -9: all ${all} delivered after ${Math.round(performance.now() - killedAt)} ms`);
  assertOneOwnerAtATime(evidence);
  assertAcceptedOnce(evidence, ledger);
  assertEffectsOnce(evidence);
  assertNotifiedOnce(evidence, receiver.requests, deaths);
  assert.equal((await other.stop()).code, 0);
});

test('[BR-REL-012] one of two owners stands still and wakes up: its writes are refused, it steps down, nothing else is sent twice', async (t) => {
  const [frozen, other] = await channelOwnerFirst(await pair());
  await evidence.complete(await send('before-freeze'), { ended: false });
  const lost = (await workerOf(evidence, frozen))?.partitions ?? [];
  const repeatedBefore = repeated();
  // A send whose answer comes while its owner stands still: once awake, it has something to write.
  const answered = Promise.withResolvers<void>();
  receiver.answerWith((request) => ({
    kind: 'reply',
    status: 200,
    ...(isOf(request, 'held') && { after: answered.promise }),
  }));
  const held = send('held', { groups: 1 });
  await until('the held notification', () => receiver.requests.some((request) => isOf(request, 'held')));
  const frozenAt = performance.now();
  await frozen.freeze();
  deaths++;
  answered.resolve();
  const traffic = await send('while-frozen');
  await until('the other to decide on them', () => decidedOf(traffic, lost).decided > 0, { timeoutMs: 30_000 });
  t.diagnostic(`SIGSTOP: first decision of the successor after ${Math.round(performance.now() - frozenAt)} ms`);
  for (const one of [await held, traffic]) await evidence.complete(one, { ended: false });
  await until('the other to hold all', async () => holdsAll(other), { timeoutMs: 30_000, everyMs: 50 });

  // While the two shared out the partitions it may have given up some already.
  const releasedBefore = frozen.logged('partition.released').length;
  frozen.thaw();
  const gone = () => [...frozen.logged('partition.lost'), ...frozen.logged('partition.released').slice(releasedBefore)];
  await until(
    'it to have let go of all that it held',
    () => lost.every((name) => gone().some(({ partition }) => partition === name)),
    { timeoutMs: 30_000, seen: () => frozen.stderr().slice(-2000) },
  );
  const refused = frozen.logged('partition.lost').map(({ partition }) => partition);
  assert.ok(
    refused.includes(homeOfChannel(cluster.count) as never),
    `the outcome that it wanted to write was refused: ${frozen.stderr()}`,
  );
  t.diagnostic(`SIGCONT: refused in ${refused} of ${lost}`);
  // It takes its share again, politely, and works.
  await spreadOver(evidence, cluster.count, [frozen, other]);
  await evidence.complete(await send('after-thaw'), { ended: false });
  assertOneOwnerAtATime(evidence);
  assertAcceptedOnce(evidence, ledger);
  assertEffectsOnce(evidence);
  assertNotifiedOnce(evidence, receiver.requests, deaths);
  assert.deepEqual(repeated().slice(repeatedBefore.length), ['held-0-0'], 'only what was in flight is sent again');
  assert.deepEqual(await Promise.all([frozen, other].map(async (one) => (await one.stop()).code)), [0, 0]);
});

async function channelOwnerFirst(both: [HeraldProcess, HeraldProcess]): Promise<[HeraldProcess, HeraldProcess]> {
  const holds = (await workerOf(evidence, both[0]))?.partitions ?? [];
  return holds.includes(homeOfChannel(cluster.count)) ? both : [both[1], both[0]];
}

const groupOf = ({ body }: ReceivedRequest) =>
  (JSON.parse(body) as { groupLabels: { alertname: string } }).groupLabels.alertname;

function isOf(request: ReceivedRequest, name: string): boolean {
  return groupOf(request).startsWith(`${name}-`);
}

for (let i = 0; i < LONG_ROUNDS; i++) {
  test(`[BR-REL-012] owners are killed or stand still amid traffic: in order, once, and repeats are in the ledger (round ${i})`, async (t) => {
    const random = seededRandom(SEED + i);
    receiver.answerWith(() => ({ kind: 'reply', status: 200, after: Math.floor(random() * 30) }));
    const plan = { connections: 4, groupsPerConnection: 10, alertsPerGroup: 5, rounds: 8, name: `amid-${i}` };
    const traffic = new Traffic(plan);
    const [first, second] = await pair();
    const sending = traffic.send(ingress.url);
    const moment = Math.floor(random() * traffic.total * 0.8);
    await until('so many answers', () => traffic.accepted.size >= moment, { timeoutMs: 60_000, everyMs: 1 });
    const kill = random() < 0.5;
    await (kill ? first.kill9() : first.freeze());
    deaths++;
    await sending;
    await evidence.complete(traffic, { ended: false });
    first.thaw();
    if (!kill) await spreadOver(evidence, cluster.count, [first, second]);
    await evidence.complete(traffic, { ended: false });
    assertOneOwnerAtATime(evidence);
    assertAcceptedOnce(evidence, traffic);
    assertInOrder(evidence, traffic, plan.rounds);
    assertEffectsOnce(evidence);
    const repeated = assertNotifiedOnce(evidence, receiver.requests, deaths);
    t.diagnostic(`${kill ? 'killed' : 'stopped'} after ${moment} of ${traffic.total}; ${repeated} repeated so far`);
    await Promise.all([first.stop(), second.stop()]);
  });
}

async function holdsAll(process: HeraldProcess): Promise<boolean> {
  const { alert, channel } = cluster.count;
  return (await workerOf(evidence, process))?.partitions.length === alert + channel;
}

/** Groups of the notifications that came again under the same id, in the order of that. */
function repeated(): string[] {
  const ids = new Set<unknown>();
  return receiver.requests.flatMap((request) => {
    const id = request.headers['webhook-id'];
    if (ids.has(id)) return [groupOf(request)];
    ids.add(id);
    return [];
  });
}
