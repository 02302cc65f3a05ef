/** NATS dies, or was never there; and Herald is asked to stop while alerts come in. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { partitionCount } from '../../gateway/open-bus.ts';
import { type HeraldProcess, startHerald, temporaryFolder } from '../support/herald.ts';
import { signal } from '../support/processes.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { startCluster } from './cluster.ts';
import { embeddedNats, gatherEvidence } from './evidence.ts';
import { oneWebhook, writeResources } from './resources.ts';
import { Traffic } from './traffic.ts';
import {
  assertAcceptedOnce,
  assertEffectsOnce,
  assertInOrder,
  assertNotifiedOnce,
  assertOneOwnerAtATime,
  assertToldInOrder,
} from './verdict.ts';

/** How long NATS hangs, beyond every patience in the bus. Milliseconds; only the long version waits that long. */
const HANG = process.env.HERALD_FAULT_ROUNDS === undefined ? 4000 : 15_000;
const PARTITIONS = 2;
const PLAN = { connections: 5, groupsPerConnection: 15, alertsPerGroup: 10, rounds: 4 };

function groupOf({ body }: ReceivedRequest): string {
  return (JSON.parse(body) as { groupLabels: { alertname: string } }).groupLabels.alertname;
}

interface Setting {
  readonly env: { readonly HERALD_DATA: string; readonly HERALD_CONFIG: string; readonly HERALD_PARTITIONS: string };
  readonly receiver: Receiver;
  readonly herald: HeraldProcess;
}

async function setting(): Promise<Setting> {
  const folder = temporaryFolder();
  const receiver = await startReceiver({ script: () => ({ kind: 'reply', status: 200, after: 5 }) });
  const env = {
    HERALD_DATA: `${folder}/data`,
    HERALD_CONFIG: writeResources(folder, { receiverUrl: receiver.url }),
    HERALD_PARTITIONS: String(PARTITIONS),
  };
  const herald = await startHerald({ env });
  await herald.ready();
  return { env, receiver, herald };
}

/** Everything that was accepted is there once, in order, told once. `deaths`: how often an owner may have lost sends. */
async function judge(data: string, traffic: Traffic, receiver: Receiver, deaths: number): Promise<number> {
  const evidence = await gatherEvidence(embeddedNats(data), partitionCount(PARTITIONS));
  await evidence.complete(traffic);
  assertOneOwnerAtATime(evidence);
  assertAcceptedOnce(evidence, traffic);
  assertInOrder(evidence, traffic, PLAN.rounds);
  assertEffectsOnce(evidence);
  assertToldInOrder(receiver.requests);
  const repeated = assertNotifiedOnce(evidence, receiver.requests, deaths);
  await evidence.close();
  return repeated;
}

test('[BR-REL-004] [BR-REL-012] its nats-server is killed under load: started again, nothing accepted is lost, recovery by itself', async (t) => {
  const { env, receiver, herald } = await setting();
  const traffic = new Traffic(PLAN);
  const sending = traffic.send(herald.url);
  await until('a third to be accepted', () => traffic.accepted.size > traffic.total / 3, { timeoutMs: 30_000 });
  const [nats] = herald.children();
  assert.ok(nats !== undefined);
  const unready = watchReadiness(herald.url);
  signal(nats, 'SIGKILL');
  await until('another nats-server', () => herald.children().some((pid) => pid !== nats), { timeoutMs: 30_000 });
  await sending;
  await until('readyz', async () => (await fetch(`${herald.url}/readyz`)).ok, { timeoutMs: 30_000, everyMs: 20 });
  const reasons = await unready.stop();
  assert.match(reasons.join(), /NATS/);
  assert.equal(herald.logged('nats.ended').length, 1);
  // The connection broke under the owners of all channels, once.
  const repeated = await judge(env.HERALD_DATA, traffic, receiver, 1);
  t.diagnostic(`${traffic.refusals.length} refused meanwhile; ${repeated} notifications repeated`);
  assert.equal((await herald.stop()).code, 0);
});

test('[BR-REL-004] [BR-REL-012] its nats-server hangs for longer than a lease: nothing accepted is lost, and repeats are in the ledger', async (t) => {
  const { env, receiver, herald } = await setting();
  const traffic = new Traffic(PLAN);
  const sending = traffic.send(herald.url);
  await until('a third to be accepted', () => traffic.accepted.size > traffic.total / 3, { timeoutMs: 30_000 });
  const [nats] = herald.children();
  assert.ok(nats !== undefined);
  signal(nats, 'SIGSTOP');
  await pause(HANG);
  signal(nats, 'SIGCONT');
  await sending;
  const repeated = await judge(env.HERALD_DATA, traffic, receiver, 1);
  const failed = herald.logged('partition.failed').length + herald.logged('partition.lost').length;
  t.diagnostic(`${traffic.refusals.length} refused, ${failed} partitions recovered, ${repeated} repeated`);
  assert.equal((await herald.stop()).code, 0);
});

/** Asks readyz again and again; what kept it from being ready. */
function watchReadiness(url: string): { stop(): Promise<string[]> } {
  const reasons = new Set<string>();
  let stopped = false;
  const watching = (async () => {
    await until(
      'the end of watching',
      async () => {
        const answer = await fetch(`${url}/readyz`);
        const body = (await answer.json()) as { reasons?: string[] };
        for (const reason of body.reasons ?? []) reasons.add(reason);
        return stopped;
      },
      { timeoutMs: 90_000, everyMs: 10 },
    );
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      return [...reasons];
    },
  };
}

test('[BR-REL-004] NATS is down when ingress starts: HTTP is served, 503 with the reason, and it works once NATS appears', async () => {
  const receiver = await startReceiver();
  const { nats, count, start } = await startCluster({
    partitions: PARTITIONS,
    resources: oneWebhook({ receiverUrl: receiver.url }),
  });
  await nats.kill9();
  const ingress = await start('ingress');
  const readiness = await until('HTTP to be served', () => fetch(`${ingress.url}/readyz`), { timeoutMs: 30_000 });
  assert.equal(readiness.status, 503);
  assert.match(await readiness.text(), /NATS has not been reached yet/);
  assert.equal((await fetch(`${ingress.url}/healthz`)).status, 200);
  const early = new Traffic({ connections: 1, groupsPerConnection: 3, alertsPerGroup: 2, rounds: 1, name: 'early' });
  await early.offer(ingress.url);
  assert.deepEqual(
    early.refusals.map(({ status, retryAfter }) => [status, retryAfter !== null]),
    [1, 2, 3].map(() => [503, true]),
  );

  await nats.restart();
  await ingress.ready();
  const actors = await start('actors');
  const traffic = new Traffic({ connections: 1, groupsPerConnection: 3, alertsPerGroup: 2, rounds: 1, name: 'late' });
  await traffic.send(ingress.url);
  const evidence = await gatherEvidence(nats.url, count);
  await evidence.complete(traffic, { ended: false });
  assert.equal(early.accepted.size, 0);
  assertAcceptedOnce(evidence, traffic);
  assertNotifiedOnce(evidence, receiver.requests, 0);
  await evidence.close();
  assert.deepEqual([(await actors.stop()).code, (await ingress.stop()).code], [0, 0]);
});

test('[BR-REL-004] NATS is down when workers and the archive start: they wait for as long as it takes, stop when asked to, and work once it appears', async () => {
  const receiver = await startReceiver();
  const { nats, start } = await startCluster({
    partitions: PARTITIONS,
    resources: oneWebhook({ receiverUrl: receiver.url }),
  });
  await nats.kill9();
  const waiting = await Promise.all([start('ingress'), start('actors'), start('archive')]);
  const [ingress, actors, archive] = waiting;
  const impatient = await start('actors');
  for (const role of [...waiting, impatient])
    await until('it to say that it waits', () => role.logged('bus.waiting').length === 1, { timeoutMs: 30_000 });
  assert.equal((await impatient.stop()).code, 0);
  // A process that has nothing open ends a second after it said so.
  await pause(2500);
  await nats.restart();
  await Promise.all([ingress.ready(), actors.ready(), archive.ready()]);
  const traffic = new Traffic({ connections: 1, groupsPerConnection: 3, alertsPerGroup: 2, rounds: 1, name: 'late' });
  await traffic.send(ingress.url);
  const told = () => new Set(receiver.requests.map(groupOf)).size;
  await until('all to be told', () => told() === 3, { timeoutMs: 20_000, seen: told });
  for (const role of waiting) assert.equal((await role.stop()).code, 0);
});

test('[BR-REL-004] NATS comes back without what it stored: alerts are accepted, decided and told again, and nobody has to start anything', async () => {
  const receiver = await startReceiver();
  const cluster = await startCluster({ partitions: PARTITIONS, resources: oneWebhook({ receiverUrl: receiver.url }) });
  const [ingress, actors, archive] = await Promise.all([
    cluster.start('ingress'),
    cluster.start('actors'),
    cluster.start('archive'),
  ]);
  await Promise.all([ingress.ready(), actors.ready(), archive.ready()]);
  const before = new Traffic({ connections: 2, groupsPerConnection: 20, alertsPerGroup: 2, rounds: 1, name: 'before' });
  await before.send(ingress.url);
  // A group whose alerts are decided at different moments is told twice.
  const told = (name: string) => new Set(receiver.requests.map(groupOf).filter((group) => group.startsWith(name))).size;
  await until('all of it to be told', () => told('before-') === 40, { timeoutMs: 20_000 });

  await cluster.nats.kill9();
  rmSync(cluster.nats.storeDir, { recursive: true });
  await cluster.nats.restart();
  // As many as before, so that none would be left if the inboxes were read behind what was taken in of the old ones.
  const after = new Traffic({ connections: 2, groupsPerConnection: 20, alertsPerGroup: 2, rounds: 1, name: 'after' });
  await after.send(ingress.url);
  const seen = () => told('after-');
  await until('what was accepted since to be told', () => seen() === 40, { timeoutMs: 20_000, seen });
  const lost = [ingress, actors, archive].flatMap((role) => role.logged('bus.store-lost'));
  assert.ok(lost.length >= 1, 'it is said what happened');
  await until('the archive to say that it is of other journals', () => archive.logged('archive.unusable').length === 1);
  for (const role of [ingress, actors, archive]) assert.equal((await role.stop()).code, 0);
});

test('[BR-REL-004] SIGTERM while NATS hangs: each role ends with exit 0 within 10 s, whatever NATS keeps open', async (t) => {
  const { receiver, herald } = await setting();
  const cluster = await startCluster({
    partitions: PARTITIONS,
    resources: oneWebhook({ receiverUrl: receiver.url }),
  });
  const roles = await Promise.all((['ingress', 'actors', 'archive'] as const).map((role) => cluster.start(role)));
  await Promise.all(roles.map((role) => role.ready()));
  const [embedded] = herald.children();
  assert.ok(embedded !== undefined);
  await cluster.nats.freeze();
  signal(embedded, 'SIGSTOP');
  const all = [herald, ...roles];
  await until('each to have lost it', () => all.every((one) => one.logged('bus.disconnected').length > 0), {
    timeoutMs: 30_000,
  });
  const ends = await Promise.all(all.map((one) => one.stop()));
  t.diagnostic(`stopped in ${ends.map(({ ms }) => Math.round(ms)).join(', ')} ms`);
  for (const { code, ms } of ends) {
    assert.equal(code, 0);
    assert.ok(ms < 10_000, `it took ${Math.round(ms)} ms`);
  }
  assert.deepEqual(herald.children(), []);
  await cluster.nats.kill9();
});

test('[BR-REL-004] SIGTERM under load: exit 0 within 10 s, nothing accepted is lost, nothing sent twice', async (t) => {
  const { env, receiver, herald } = await setting();
  const traffic = new Traffic(PLAN);
  const sending = traffic.send(herald.url);
  await until('a third to be accepted', () => traffic.accepted.size > traffic.total / 3, { timeoutMs: 30_000 });
  const { code, ms } = await herald.stop();
  assert.equal(code, 0, herald.stderr().slice(-2000));
  assert.ok(ms < 10_000, `it took ${Math.round(ms)} ms`);
  assert.deepEqual(herald.children(), []);
  const again = await startHerald({ env: { ...env, HERALD_LISTEN: new URL(herald.url).host } });
  await again.ready();
  await sending;
  const repeated = await judge(env.HERALD_DATA, traffic, receiver, 0);
  assert.equal(repeated, 0);
  t.diagnostic(`stopped in ${Math.round(ms)} ms; ${traffic.unanswered} requests unanswered meanwhile`);
  assert.equal((await again.stop()).code, 0);
});
