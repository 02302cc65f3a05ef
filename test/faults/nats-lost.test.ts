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
import { type Cluster, startCluster } from './cluster.ts';
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
  /** How often an owner may have lost sends until now. */
  readonly deaths: number;
  /** Notifications that came more than once until now. */
  readonly repeated: number;
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
  return { env, receiver, herald, deaths: 0, repeated: 0 };
}

/** What one test leaves running for the next one. Where a test fails, or is run alone, the next makes its own. */
function handedOn<T>(make: () => Promise<T>, end: (it: T) => Promise<unknown>) {
  let left: T | null = null;
  return {
    /** `use` returns what it leaves, if anything. */
    async use(use: (it: T) => Promise<T | null>, first: (() => Promise<T>) | null = null): Promise<void> {
      const it = first === null ? (left ?? (await make())) : await first();
      left = null;
      try {
        left = await use(it);
      } catch (error) {
        await end(it);
        throw error;
      }
    },
  };
}

const oneHerald = handedOn(setting, ({ herald }) => herald.kill9Tree());

/**
 * Everything that was accepted is there once, in order, told once. `deaths`: how often an owner may have lost sends since it was judged before.
 * Returns what is to be handed on.
 */
async function judge(before: Setting, traffic: Traffic, deaths: number): Promise<Setting> {
  const { env, receiver } = before;
  const after = { ...before, deaths: before.deaths + deaths };
  const evidence = await gatherEvidence(embeddedNats(env.HERALD_DATA), partitionCount(PARTITIONS));
  await evidence.complete(traffic);
  assertOneOwnerAtATime(evidence);
  assertAcceptedOnce(evidence, traffic);
  assertInOrder(evidence, traffic, PLAN.rounds);
  assertEffectsOnce(evidence);
  assertToldInOrder(receiver.requests);
  const repeated = assertNotifiedOnce(evidence, receiver.requests, after.deaths);
  await evidence.close();
  return { ...after, repeated };
}

test('[BR-REL-004] [BR-REL-012] its nats-server is killed under load: started again, nothing accepted is lost, recovery by itself', (t) =>
  oneHerald.use(async (given) => {
    const { herald } = given;
    const ended = herald.logged('nats.ended').length;
    const traffic = new Traffic({ ...PLAN, name: 'killed' });
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
    assert.equal(herald.logged('nats.ended').length - ended, 1);
    // The connection broke under the owners of all channels, once.
    const judged = await judge(given, traffic, 1);
    t.diagnostic(
      `${traffic.refusals.length} refused meanwhile; ${judged.repeated - given.repeated} notifications repeated`,
    );
    return judged;
  }));

test('[BR-REL-004] [BR-REL-012] its nats-server hangs for longer than a lease: nothing accepted is lost, and repeats are in the ledger', (t) =>
  oneHerald.use(async (given) => {
    const { herald } = given;
    const troubles = () => herald.logged('partition.failed').length + herald.logged('partition.lost').length;
    const before = troubles();
    const traffic = new Traffic({ ...PLAN, name: 'hung' });
    const sending = traffic.send(herald.url);
    await until('a third to be accepted', () => traffic.accepted.size > traffic.total / 3, { timeoutMs: 30_000 });
    const [nats] = herald.children();
    assert.ok(nats !== undefined);
    signal(nats, 'SIGSTOP');
    await pause(HANG);
    signal(nats, 'SIGCONT');
    await sending;
    const judged = await judge(given, traffic, 1);
    t.diagnostic(
      `${traffic.refusals.length} refused, ${troubles() - before} partitions recovered, ` +
        `${judged.repeated - given.repeated} repeated`,
    );
    return judged;
  }));

test('[BR-REL-004] SIGTERM under load: exit 0 within 10 s, nothing accepted is lost, nothing sent twice', (t) =>
  oneHerald.use(async (given) => {
    const { env, herald } = given;
    const traffic = new Traffic({ ...PLAN, name: 'stopped' });
    const sending = traffic.send(herald.url);
    await until('a third to be accepted', () => traffic.accepted.size > traffic.total / 3, { timeoutMs: 30_000 });
    const { code, ms } = await herald.stop();
    assert.equal(code, 0, herald.stderr().slice(-2000));
    assert.ok(ms < 10_000, `it took ${Math.round(ms)} ms`);
    assert.deepEqual(herald.children(), []);
    const again = await startHerald({ env: { ...env, HERALD_LISTEN: new URL(herald.url).host } });
    await again.ready();
    await sending;
    const judged = await judge({ ...given, herald: again }, traffic, 0);
    assert.equal(judged.repeated - given.repeated, 0);
    t.diagnostic(`stopped in ${Math.round(ms)} ms; ${traffic.unanswered} requests unanswered meanwhile`);
    return judged;
  }));

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

interface Roles {
  readonly cluster: Cluster;
  readonly receiver: Receiver;
  /** Ingress, actors and archive. */
  readonly roles: readonly HeraldProcess[];
}

const ROLES = ['ingress', 'actors', 'archive'] as const;

async function rolesApart(): Promise<Roles> {
  const receiver = await startReceiver();
  const cluster = await startCluster({
    partitions: PARTITIONS,
    resources: oneWebhook({ receiverUrl: receiver.url }),
  });
  const roles = await Promise.all(ROLES.map((role) => cluster.start(role)));
  await Promise.all(roles.map((role) => role.ready()));
  return { cluster, receiver, roles };
}

const endRoles = ({ roles }: Roles) => Promise.all(roles.map((role) => role.kill9Tree()));

/** The cluster that has come up behind its NATS. */
const rolesOfOne = handedOn(rolesApart, endRoles);

async function rolesBeforeNats(): Promise<Roles> {
  const receiver = await startReceiver();
  const cluster = await startCluster({
    partitions: PARTITIONS,
    resources: oneWebhook({ receiverUrl: receiver.url }),
  });
  await cluster.nats.kill9();
  return { cluster, receiver, roles: await Promise.all(ROLES.map((role) => cluster.start(role))) };
}

test('[BR-REL-004] NATS is down when ingress, workers and the archive start: HTTP is served, 503 with the reason; they wait for as long as it takes, stop when asked to, and work once it appears', () =>
  rolesOfOne.use(async ({ cluster, receiver, roles }) => {
    const { nats, count, start } = cluster;
    const [ingress, actors, archive] = roles as [HeraldProcess, HeraldProcess, HeraldProcess];
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
    const impatient = await start('actors');
    for (const role of [...roles, impatient])
      await until('it to say that it waits', () => role.logged('bus.waiting').length === 1, { timeoutMs: 30_000 });
    assert.equal((await impatient.stop()).code, 0);
    // A process that has nothing open ends a second after it said so.
    await pause(2500);
    await nats.restart();
    await Promise.all([ingress.ready(), actors.ready(), archive.ready()]);
    const traffic = new Traffic({ connections: 1, groupsPerConnection: 3, alertsPerGroup: 2, rounds: 1, name: 'late' });
    await traffic.send(ingress.url);
    const evidence = await gatherEvidence(nats.url, count);
    await evidence.complete(traffic, { ended: false });
    assert.equal(early.accepted.size, 0);
    assertAcceptedOnce(evidence, traffic);
    assertNotifiedOnce(evidence, receiver.requests, 0);
    await evidence.close();
    const told = () => new Set(receiver.requests.map(groupOf)).size;
    await until('all to be told', () => told() === 3, { timeoutMs: 20_000, seen: told });
    return { cluster, receiver, roles };
  }, rolesBeforeNats));

test('[BR-REL-004] SIGTERM while NATS hangs: each role ends with exit 0 within 10 s, whatever NATS keeps open', (t) =>
  oneHerald.use(async (given) => {
    await rolesOfOne.use(async (apart) => {
      const { cluster, roles } = apart;
      const { herald } = given;
      const [embedded] = herald.children();
      assert.ok(embedded !== undefined);
      const all = [herald, ...roles];
      const losses = () => all.map((one) => one.logged('bus.disconnected').length);
      const before = losses();
      await cluster.nats.freeze();
      signal(embedded, 'SIGSTOP');
      await until('each to have lost it', () => losses().every((count, i) => count > before[i]!), {
        timeoutMs: 30_000,
      });
      const ends = await Promise.all(all.map((one) => one.stop()));
      t.diagnostic(`stopped in ${ends.map(({ ms }) => Math.round(ms)).join(', ')} ms`);
      for (const [i, { code, ms }] of ends.entries()) {
        assert.equal(code, 0, all[i]!.stderr().slice(-2000));
        assert.ok(ms < 10_000, `it took ${Math.round(ms)} ms`);
      }
      assert.deepEqual(herald.children(), []);
      await cluster.nats.kill9();
      return null;
    });
    return null;
  }));

test('[BR-REL-004] SIGTERM while NATS hangs and alerts are on their way: exit 0 within 10 s, and the next start decides them', async (t) => {
  const { cluster, receiver, roles } = await rolesApart();
  const [ingress, actors] = roles as [HeraldProcess, HeraldProcess, HeraldProcess];
  const traffic = new Traffic({ connections: 5, groupsPerConnection: 60, alertsPerGroup: 10, rounds: 1, name: 'amid' });
  const sending = traffic.send(ingress.url);
  await until('some of it to be told', () => receiver.requests.length > 10, { timeoutMs: 20_000 });
  await cluster.nats.freeze();
  const { code, ms } = await actors.stop();
  t.diagnostic(`stopped in ${Math.round(ms)} ms`);
  assert.equal(code, 0, actors.stderr().slice(-2000));
  assert.ok(ms < 10_000, `it took ${Math.round(ms)} ms`);
  assert.equal(actors.logged('worker.left-behind').length, 1);
  await cluster.nats.thaw();
  const next = await cluster.start('actors');
  await sending;
  const told = () => new Set(receiver.requests.map(groupOf)).size;
  await until('all of it to be told', () => told() === 300, { timeoutMs: 30_000, seen: told });
  for (const role of [ingress, next]) assert.equal((await role.stop()).code, 0);
});

test('[BR-REL-004] NATS comes back without what it stored: alerts are accepted, decided and told again, and nobody has to start anything', async () => {
  const { cluster, receiver, roles } = await rolesApart();
  const [ingress, actors, archive] = roles as [HeraldProcess, HeraldProcess, HeraldProcess];
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
