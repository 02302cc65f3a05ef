/** A body of 10,000 alerts and 20 MB: taken in as any other, and others are served meanwhile. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FORMATS } from '../../ingress/formats/by-name.ts';
import { decodeInSlices, isLong } from '../../ingress/formats/in-slices.ts';
import { type Door, openDoor } from './herald-door.ts';
import '../support/leaks.ts';

const COUNT = 10_000;
const CONTEXT = { tenant: 't', source: 's', now: Date.parse('2026-11-23T09:00:00Z') };
const annotations = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`note${i}`, 'x'.repeat(200)]));
let door: Door;

before(async () => {
  door = await openDoor();
});

function alerts(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    status: 'firing',
    labels: { alertname: 'KubePodCrashLooping', pod: `checkout-${i}`, namespace: 'shop', severity: 'critical' },
    annotations,
    startsAt: '2026-11-23T08:57:22.338Z',
    endsAt: '0001-01-01T00:00:00Z',
  }));
}

async function post(source: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(`${door.url}/v1/webhooks/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** The longest that the event loop stood still, in milliseconds. */
async function stillest(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isGoing) setImmediate(look);
  };
  let isGoing = true;
  setImmediate(look);
  await work();
  isGoing = false;
  return longest;
}

test('[BR-WH-007] 10,000 alerts in 20 MB are stored in their order, each once, and the event loop never stands still for long', async () => {
  const body = JSON.stringify({ alerts: alerts(COUNT) });
  assert.ok(body.length > 17e6);
  const stored = door.publisher.entries.length;
  const still = await stillest(async () => {
    const answer = await post('alertmanager', body);
    assert.deepEqual([answer.status, answer.body.accepted], [202, COUNT]);
  });
  const entries = door.publisher.entries.slice(stored);
  assert.equal(entries.length, COUNT);
  assert.equal(new Set(entries.map(({ index }) => index)).size, COUNT);
  const byPartition = new Map<string, number>();
  for (const { partition, entries: inFrame } of door.publisher.frames) {
    for (const { index } of inFrame) {
      assert.ok(index > (byPartition.get(partition) ?? -1), 'within a partition in the order of the body');
      byPartition.set(partition, index);
    }
  }
  // Client, publisher and server share this thread here, and the machine with other tests: bench/edge.ts measures the server alone.
  assert.ok(still < 500, `${still} ms`);
});

test('[BR-WH-023] the same compressed, and one wrong alert among thousands is named by its place', async () => {
  const list = alerts(2000);
  const squeezed = await post('alertmanager', gzipSync(JSON.stringify({ alerts: list })), {
    'content-encoding': 'gzip',
  });
  assert.deepEqual([squeezed.status, squeezed.body.accepted], [202, 2000]);
  const stored = door.publisher.entries.length;
  const wrong = [...list.slice(0, 1500), { ...list[0], status: 'burning' }, ...list.slice(1500)];
  const refused = await post('alertmanager', JSON.stringify({ alerts: wrong }));
  assert.equal(refused.status, 422);
  assert.deepEqual(
    (refused.body.problems as { path: string }[]).map(({ path }) => path),
    ['/alerts/1500/status'],
  );
  assert.equal(door.publisher.entries.length, stored);
});

test('[BR-WH-024] a large body that is no JSON is refused as a small one is', async () => {
  const refused = await post('herald', `[${'{"labels":{"a":"b"}},'.repeat(50_000)}]`);
  assert.deepEqual([refused.status, refused.body.type], [400, 'urn:herald:problem:body.not-json']);
});

for (const [name, body] of [
  ['alertmanager', { alerts: [...alerts(350), 5, { status: 'x', labels: {} }, ...alerts(20)] }],
  ['grafana', { alerts: [...alerts(250), { ...alerts(1)[0], panelURL: 'http://p' }, null] }],
  ['prometheus', [...alerts(350), 5, { labels: { a: 1 } }]],
  ['herald', [...alerts(350), {}]],
  ['herald', { alerts: [...alerts(350), {}, ...alerts(10)] }],
] as const) {
  test(`part by part, ${name} reads the same alerts and the same problems`, async () => {
    const format = FORMATS.get(name)!;
    assert.ok(isLong(format, body));
    const [whole, parts] = [format.decode(body, CONTEXT), await decodeInSlices(format, body, CONTEXT)];
    assert.deepEqual(parts.alerts, whole.alerts);
    assert.deepEqual([parts.problems.list, parts.problems.count], [whole.problems.list, whole.problems.count]);
    assert.ok(whole.problems.count > 0 || name === 'grafana');
  });
}
