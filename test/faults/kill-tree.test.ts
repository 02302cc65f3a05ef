/** kill -9 of everything at once, while alerts come in. HERALD_FAULT_ROUNDS: so many whole runs, each with other moments. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionCount } from '../../gateway/open-bus.ts';
import { startHerald, temporaryFolder } from '../support/herald.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { embeddedNats, gatherEvidence } from './evidence.ts';
import { seededRandom } from './random.ts';
import { writeResources } from './resources.ts';
import { Traffic } from './traffic.ts';
import {
  assertAcceptedOnce,
  assertEffectsOnce,
  assertInOrder,
  assertNotifiedOnce,
  assertOneOwnerAtATime,
  assertToldInOrder,
} from './verdict.ts';

const ROUNDS = Number(process.env.HERALD_FAULT_ROUNDS ?? 1);
const SEED = Number(process.env.HERALD_FAULT_SEED ?? 20_261_123);
/** The whole tree; in the long version also Herald alone: its nats-server is left behind with the store open. */
const KILLS = ROUNDS === 1 ? (['tree', 'tree'] as const) : (['tree', 'alone', 'tree'] as const);
const PARTITIONS = 4;
/** 2,000 requests of 10 alerts. */
const PLAN = { connections: 10, groupsPerConnection: 25, alertsPerGroup: 10, rounds: 8 };

for (let round = 0; round < ROUNDS; round++) {
  const seed = SEED + round;
  test(`[BR-REL-004] [BR-REL-012] [BR-WH-008] everything killed again and again amid 20,000 alerts: what was accepted is there once, in order, told once (seed ${seed})`, async (t) => {
    const random = seededRandom(seed);
    const folder = temporaryFolder();
    // Answers take a moment, so that sends are in flight whenever the kill comes.
    const receiver = await startReceiver({
      script: () => ({ kind: 'reply', status: 200, after: Math.floor(random() * 20) }),
    });
    const env = {
      HERALD_DATA: `${folder}/data`,
      HERALD_CONFIG: writeResources(folder, { receiverUrl: receiver.url }),
      HERALD_PARTITIONS: String(PARTITIONS),
    };
    let herald = await startHerald({ env });
    await herald.ready();
    const { url } = herald;
    const traffic = new Traffic(PLAN);
    const sending = traffic.send(url);
    const moments = KILLS.map((_, i) => Math.floor(((i + random()) / KILLS.length) * traffic.total));
    for (const [i, moment] of moments.entries()) {
      await until('so many answers', () => traffic.accepted.size >= moment, { timeoutMs: 60_000, everyMs: 1 });
      await (KILLS[i] === 'tree' ? herald.kill9Tree() : herald.kill9());
      herald = await startHerald({ env: { ...env, HERALD_LISTEN: new URL(url).host } });
      await herald.ready();
    }
    await sending;
    assert.equal(traffic.accepted.size, traffic.total);

    const evidence = await gatherEvidence(embeddedNats(env.HERALD_DATA), partitionCount(PARTITIONS));
    await evidence.complete(traffic);
    assertOneOwnerAtATime(evidence);
    assertAcceptedOnce(evidence, traffic);
    assertInOrder(evidence, traffic, PLAN.rounds);
    assertEffectsOnce(evidence);
    const repeated = assertNotifiedOnce(evidence, receiver.requests, KILLS.length);
    assertToldInOrder(receiver.requests);
    t.diagnostic(
      `killed after ${moments.join(', ')} of ${traffic.total} requests; ${traffic.unanswered} unanswered; ` +
        `${receiver.requests.length} notifications, ${repeated} repeated, ` +
        `${evidence.events('delivery.uncertain').length} uncertain`,
    );
    await evidence.close();
    assert.equal((await herald.stop()).code, 0);
    await receiver.close();
  });
}
