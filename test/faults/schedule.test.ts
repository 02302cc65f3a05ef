/**
 * Notifications by seven kinds of channels through real processes, while owners are killed (kill -9) at random, providers fail, and
 * connections break. Seeded: HERALD_FAULT_SEED gives the same kills, faults and cuts. HERALD_FAULT_ROUNDS makes it long: 10,000.
 */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HeraldProcess } from '../support/herald.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { spreadOver, startCluster } from './cluster.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { channelResources, type ProviderUnderFaults, startProviders } from './providers.ts';
import { seededRandom } from './random.ts';
import { FOUNDATION } from './resources.ts';
import { Traffic } from './traffic.ts';
import { assertAcceptedOnce, assertEffectsOnce, assertOneOwnerAtATime } from './verdict.ts';

const LONG = process.env.HERALD_FAULT_ROUNDS !== undefined;
const SEED = Number(process.env.HERALD_FAULT_SEED ?? 20_261_125);
const TOTAL = LONG ? 10_000 : 350;
const KILLS = LONG ? 20 : 2;
const CONNECTIONS = 2;
const PATIENCE = { timeoutMs: LONG ? 1_200_000 : 90_000, everyMs: 50 };

test(`[BR-NOT-011] [BR-REL-004] [BR-REL-012] [BR-REL-014] ${TOTAL} notifications by seven kinds of channels, owners killed, connections cut, providers failing (seed ${SEED}): none is lost, none comes twice unsaid`, async (t) => {
  const random = seededRandom(SEED);
  const providers = await startProviders(SEED);
  const last = await startReceiver();
  const perKind = Math.ceil(TOTAL / providers.length / CONNECTIONS);
  const cluster = await startCluster({
    partitions: 4,
    resources: (folder) => writeResources(folder, providers, last.url),
    env: Object.assign({}, ...providers.map(({ env }) => env ?? {})),
  });
  const ingress = await cluster.start('ingress');
  await ingress.ready();
  const owners = await Promise.all([cluster.start('actors'), cluster.start('actors')]);
  await Promise.all(owners.map((one) => one.ready()));
  const evidence = await gatherEvidence(cluster.nats.url, cluster.count);
  await spreadOver(evidence, cluster.count, owners);

  const traffics = providers.map(
    ({ kind }) =>
      new Traffic({ connections: CONNECTIONS, groupsPerConnection: perKind, alertsPerGroup: 1, rounds: 1, name: kind }),
  );
  const sending = Promise.all(traffics.map((traffic) => traffic.send(ingress.url)));
  const total = providers.length * CONNECTIONS * perKind;
  const taken = () => providers.reduce((sum, { count }) => sum + count(), 0) + last.requests.length;
  for (let kill = 0; kill < KILLS; kill++) {
    const moment = Math.floor(((kill + 0.2 + 0.6 * random()) / (KILLS + 1)) * total);
    await until(`${moment} to be taken`, () => taken() >= moment, { ...PATIENCE, everyMs: 5, seen: taken });
    const at = Math.floor(random() * owners.length);
    await owners[at]!.kill9();
    owners[at] = await cluster.start('actors');
    await owners[at]!.ready();
  }
  await sending;
  for (const traffic of traffics) await evidence.complete(traffic, { ended: false, timeoutMs: PATIENCE.timeoutMs });

  assertOneOwnerAtATime(evidence);
  for (const traffic of traffics) assertAcceptedOnce(evidence, traffic);
  assertEffectsOnce(evidence);
  const story = storyOf(evidence);
  const lastTook = new Map(
    last.requests.map((request) => [alertOf(request.body), String(request.headers['webhook-id'])]),
  );
  for (const [i, provider] of providers.entries()) {
    const names = new Set(traffics[i]!.requests.flat().map(({ group }) => group));
    assert.equal(names.size, CONNECTIONS * perKind);
    assertNoneLost(provider, names, story, lastTook);
    assertNoneTwice(provider, names, story);
  }
  await assertUncertainAreListed(ingress, cluster.start('archive'), story);

  const cuts = providers.map(({ kind, proxy }) => `${kind} ${proxy.cuts}/${proxy.connections}`).join(', ');
  const ends = Object.groupBy(story.values(), ({ end }) => end ?? 'none');
  t.diagnostic(
    `${total} notifications, ${KILLS} kills; taken ${taken()}; ` +
      `ends: ${Object.entries(ends)
        .map(([end, list]) => `${list?.length} ${end}`)
        .join(', ')}; ` +
      `uncertain ${[...story.values()].filter(({ uncertain }) => uncertain > 0).length}; connections cut: ${cuts}`,
  );
  const diverted = Object.entries(Object.groupBy(story.values(), ({ why }) => why)).filter(([why]) => why !== '');
  t.diagnostic(`diverted: ${diverted.map(([why, list]) => `${list?.length} ${why}`).join(', ')}`);
  assert.ok(
    providers.every(({ proxy }) => proxy.cuts > 0),
    cuts,
  );
  assert.deepEqual(await Promise.all([...owners, ingress].map(async (one) => (await one.stop()).code)), [0, 0, 0]);
  await evidence.close();
});

/** What the journals say of one notification. */
interface Story {
  readonly id: string;
  readonly channel: string;
  readonly alert: string;
  uncertain: number;
  /** Sends after which it was not known, or not believed, that it came. */
  again: number;
  end: 'delivered' | 'dead' | 'diverted' | null;
  ends: number;
  as: string | null;
  /** By which channel it was diverted, and why; '' where it was not. */
  why: string;
}

function storyOf(evidence: Evidence): ReadonlyMap<string, Story> {
  const stories = new Map<string, Story>();
  for (const { notification } of evidence.events('delivery.queued')) {
    const { id, channel, groupLabels } = notification;
    const alert = groupLabels.alertname ?? '';
    stories.set(id, { id, channel, alert, uncertain: 0, again: 0, end: null, ends: 0, as: null, why: '' });
  }
  for (const { notificationId } of evidence.events('delivery.uncertain')) stories.get(notificationId)!.uncertain++;
  for (const { notificationId } of evidence.events('delivery.uncertain', 'delivery.retry'))
    stories.get(notificationId)!.again++;
  for (const event of evidence.events('delivery.delivered', 'delivery.dead', 'delivery.diverted')) {
    const story = stories.get(event.notificationId)!;
    story.end = event.type.slice('delivery.'.length) as Story['end'];
    story.ends++;
    if (event.type !== 'delivery.diverted') continue;
    story.as = event.as;
    story.why = `${story.channel} ${event.reasons[0]?.code}`;
  }
  return stories;
}

/** Each alert was told by its channel or by the fallback, or stands in the dead letters because a person is to look. */
function assertNoneLost(
  { kind, accepted, asks }: ProviderUnderFaults,
  names: ReadonlySet<string>,
  stories: ReadonlyMap<string, Story>,
  lastTook: ReadonlyMap<string, string>,
): void {
  const first = Map.groupBy(
    [...stories.values()].filter(({ channel }) => channel === kind),
    ({ alert }) => alert,
  );
  const took = accepted();
  for (const name of names) {
    const [story, ...others] = first.get(name) ?? [];
    assert.ok(story !== undefined, `${name}: was queued`);
    assert.equal(others.length, 0, `${name}: was queued once`);
    assert.equal(story.ends, 1, `${name}: ends once`);
    switch (story.end) {
      case 'delivered':
        assert.ok(took.has(name), `${name}: is called delivered, and its provider never took it`);
        break;
      case 'diverted': {
        const on = stories.get(story.as ?? '');
        assert.deepEqual(
          [on?.channel, on?.end, on?.ends],
          ['last', 'delivered', 1],
          `${name}: the fallback delivers it`,
        );
        assert.equal(lastTook.get(name), story.as, `${name}: the fallback took it`);
        break;
      }
      default:
        assert.ok(asks === true && story.uncertain > 0, `${name}: ends as ${story.end}, and nobody knows why`);
    }
  }
}

function assertNoneTwice(
  { kind, idempotent, looksFirst, asks, accepted }: ProviderUnderFaults,
  names: ReadonlySet<string>,
  stories: ReadonlyMap<string, Story>,
): void {
  const byAlert = new Map(
    [...stories.values()].filter(({ channel }) => channel === kind).map((story) => [story.alert, story]),
  );
  for (const [name, keys] of accepted()) {
    assert.ok(names.has(name), `${name}: was asked for`);
    const { uncertain, again, end } = byAlert.get(name)!;
    if (idempotent) {
      assert.equal(new Set(keys).size, 1, `${name}: came under the keys ${keys.join(', ')}`);
      continue;
    }
    if (looksFirst === true) {
      assert.ok(new Set(keys).size <= 1 + again, `${name}: came under the keys ${keys.join(', ')}`);
      continue;
    }
    const allowed = 1 + (asks === true ? 0 : uncertain);
    assert.ok(keys.length <= allowed, `${name}: was taken ${keys.length} times, ${uncertain} are called uncertain`);
    if (end !== 'delivered') assert.ok(uncertain > 0, `${name}: was taken, ends as ${end}, and nothing says so`);
    if (kind === 'mail') assert.equal(new Set(keys).size, 1, `${name}: is one mail by its Message-ID`);
  }
}

/** What an operator sees: the history of each names it, and those that a person must look at are dead letters. */
async function assertUncertainAreListed(
  ingress: HeraldProcess,
  starting: Promise<HeraldProcess>,
  stories: ReadonlyMap<string, Story>,
): Promise<void> {
  const archive = await starting;
  await archive.ready();
  const unsure = [...stories.values()].filter(({ uncertain }) => uncertain > 0);
  assert.ok(unsure.length > 0, 'something was uncertain');
  for (const { id, end, uncertain } of unsure) {
    const seen: { text: string } = { text: '' };
    const listed = async () => {
      seen.text = await (await fetch(`${ingress.url}/v1/deliveries/${id}`)).text();
      const told = seen.text.match(/"delivery\.(uncertain|answer-lost)"/g)?.length ?? 0;
      return told >= uncertain && (end !== 'dead' || /"state":\s*"dead"/.test(seen.text));
    };
    await until(`${id} to be listed as uncertain`, listed, { timeoutMs: 60_000, everyMs: 100, seen: () => seen.text });
  }
  assert.equal((await archive.stop()).code, 0);
}

function alertOf(body: string): string {
  return (JSON.parse(body) as { groupLabels: { alertname: string } }).groupLabels.alertname;
}

function writeResources(folder: string, providers: readonly ProviderUnderFaults[], lastUrl: string): string {
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  const routes = providers
    .map(({ kind }) => `    - { matchers: ['alertname=~"${kind}-.*"'], receivers: [channel/${kind}] }`)
    .join('\n');
  writeFileSync(
    join(config, 'all.yaml'),
    `${FOUNDATION}apiVersion: herald/v1
kind: Route
metadata: { name: root }
spec:
  groupBy: [alertname]
  groupWait: 0s
  groupInterval: 1s
  repeatInterval: 4h
  receivers: [channel/last]
  routes:
${routes}
${channelResources(providers, lastUrl)}`,
  );
  return config;
}
