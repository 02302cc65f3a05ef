/** An audience on its way, and the owner of its channel killed again and again. Real processes, a real NATS, a real receiver. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memberId } from '../../alert/audience.ts';
import { addresses } from '../support/audience.ts';
import { type ReceivedRequest, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { startCluster } from './cluster.ts';
import { seededRandom } from './random.ts';
import { writeResources } from './resources.ts';
import { CHANNEL_NAME, CONCURRENCY } from './traffic.ts';

const SIZE = 3000;
const DEATHS = 3;
const PATIENCE = 90_000;
const SEED = Number(process.env.HERALD_FAULT_SEED ?? 20_261_123);

interface Told {
  readonly id: string;
  readonly address: string;
}

function toldIn({ headers, body }: ReceivedRequest): Told {
  const { herald } = JSON.parse(body) as { herald: { recipient?: { address: string } } };
  return { id: String(headers['webhook-id']), address: herald.recipient?.address ?? '' };
}

test('[BR-SCALE-008, BR-REL-014] owners killed with -9 while an audience is told: everybody is told, nobody by two notifications, and the ledger has each', async (t) => {
  const receiver = await startReceiver();
  const list = addresses(SIZE);
  const cluster = await startCluster({
    partitions: 2,
    resources(folder) {
      const config = writeResources(folder, { receiverUrl: receiver.url });
      writeFileSync(join(config, 'customers.txt'), list.join('\n'));
      const audience = `kind: Audience\nmetadata: { name: customers }\nspec: { channel: channel/${CHANNEL_NAME}, file: customers.txt }\n`;
      const route = `kind: Route\nmetadata: { name: news }\nspec: { matchers: ['news="yes"'], receivers: [audience/customers], groupWait: 0s }\n`;
      const documents = [audience, route].map((text) => `apiVersion: herald/v1\n${text}`);
      writeFileSync(join(config, 'audience.yaml'), documents.join('---\n'));
      return config;
    },
  });
  const [ingress, archive] = await Promise.all([cluster.start('ingress'), cluster.start('archive')]);
  let owner = await cluster.start('actors');
  await Promise.all([ingress.ready(), archive.ready(), owner.ready()]);
  const random = seededRandom(SEED);
  const response = await fetch(`${ingress.url}/v1/webhooks/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ alerts: [{ status: 'firing', labels: { alertname: 'News', news: 'yes' } }] }),
  });
  assert.equal(response.status, 202);
  await response.arrayBuffer();

  // Each read once: it is asked again and again while they come.
  const read: Told[] = [];
  const addressed = new Set<string>();
  let seen = 0;
  const members = () => {
    for (; seen < receiver.requests.length; seen++) {
      const one = toldIn(receiver.requests[seen]!);
      if (one.address === '') continue;
      read.push(one);
      addressed.add(one.address);
    }
    return read;
  };
  const reached = () => {
    members();
    return addressed.size;
  };
  const telling = (count: number, of = owner) =>
    until(`${count} to be told`, () => reached() >= count, {
      timeoutMs: PATIENCE,
      everyMs: 10,
      seen: () => `${reached()} told; ${of.stderr().slice(-1500)}`,
    });
  for (let death = 0; death < DEATHS; death++) {
    await telling(Math.round(((death + random()) * SIZE) / (DEATHS + 1)) + 1);
    await owner.kill9();
    t.diagnostic(`killed when ${reached()} of ${SIZE} were told`);
    assert.ok(reached() < SIZE, 'in the middle of it');
    owner = await cluster.start('actors');
    await owner.ready();
  }
  await telling(SIZE);

  const told = members();
  const whole = told[0]!.id.slice(0, -18);
  assert.deepEqual(new Set(told.map(({ address }) => address)), new Set(list));
  for (const { id, address } of told) assert.equal(id, memberId(whole, address), 'one id for each of them');
  const repeated = told.length - SIZE;
  assert.ok(repeated <= DEATHS * CONCURRENCY, `${repeated} came twice: only what was under way may`);
  t.diagnostic(`${repeated} came twice, under the same id`);

  let delivery: Record<string, unknown> = {};
  await until(
    'the ledger to have all of it',
    async () => {
      const answer = await fetch(`${ingress.url}/v1/deliveries/${whole}`);
      delivery = (await answer.json()) as Record<string, unknown>;
      return (delivery.audience as Record<string, number> | undefined)?.delivered === SIZE;
    },
    { timeoutMs: PATIENCE, everyMs: 100, seen: () => delivery },
  );
  assert.deepEqual([delivery.state, delivery.audience], ['expanded', { told: SIZE, delivered: SIZE }]);
  const one = await fetch(`${ingress.url}/v1/deliveries/${memberId(whole, list[1234]!)}`);
  const { recipient, state } = (await one.json()) as Record<string, unknown>;
  assert.deepEqual([recipient, state], [`audience/customers/${list[1234]}`, 'delivered']);
});
