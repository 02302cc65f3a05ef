/** A body of 10,000 alerts and 20 MB: taken in as any other, and others are served meanwhile. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FORMATS, formatOf } from '../../ingress/formats/by-name.ts';
import type { Decoded } from '../../ingress/formats/format.ts';
import { decodeInSlices } from '../../ingress/formats/in-slices.ts';
import { compileMapping, type Mapping, type MappingSpec } from '../../rules/mapping.ts';
import type { MaskAlert } from '../../rules/mask-alert.ts';
import { type Door, openDoor } from './herald-door.ts';
import '../support/leaks.ts';

const COUNT = 10_000;
const mapping = mappingOf({
  alerts: 'body.list',
  labels: { alertname: 'item.labels.alertname', pod: "item.labels.pod + '!'" },
  annotations: 'item.annotations',
});
const CONTEXT = { tenant: 't', source: 's', now: Date.parse('2026-11-23T09:00:00Z'), mapping };
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

function events(count: number) {
  return Array.from({ length: count }, (_, i) => ({ specversion: '1.0', id: 'i', source: `/s${i}`, type: 't' }));
}

function mappingOf(spec: MappingSpec): Mapping {
  const compiled = compileMapping(spec);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.mapping;
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
  const since = performance.now();
  const still = await stillest(async () => {
    const answer = await post('alertmanager', body);
    assert.deepEqual([answer.status, answer.body.accepted], [202, COUNT]);
  });
  const whole = performance.now() - since;
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
  assert.ok(still < whole / 2, `${still} of ${whole} ms`);
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
  [
    'cloudevents',
    [...events(250), { ...events(1)[0], id: 5 }, events(1)[0], { ...events(1)[0], data: { labels: 5 } }, 'x'],
  ],
  ['mapped', { list: [...alerts(3000), { labels: 5 }, ...alerts(10)] }],
] as const) {
  test(`part by part, ${name} reads the same alerts and the same problems`, async () => {
    const format = FORMATS.get(name)!;
    const inSlices = decodeInSlices(format, body, CONTEXT);
    assert.ok(inSlices instanceof Promise);
    const [whole, parts] = [format.decode(body, CONTEXT), await inSlices];
    assert.deepEqual(parts.alerts, whole.alerts);
    assert.deepEqual([parts.problems.list, parts.problems.count], [whole.problems.list, whole.problems.count]);
    assert.ok(whole.problems.count > 0 || name === 'grafana');
  });
}

test('a list of alerts that is the data of one event is no batch', () => {
  const attributes = { specversion: '1.0', id: 'i', source: '/s', type: 't' };
  const { alerts: found, problems } = decodeInSlices(FORMATS.get('cloudevents')!, alerts(300), {
    ...CONTEXT,
    attributes,
  }) as Decoded;
  assert.deepEqual([found.length, problems.count], [1, 0]);
});

test('mapped bodies that are read by turns have their own bounds, and what is masked before storing is masked in each', async () => {
  const loops = mappingOf({
    alerts: 'body.list',
    labels: { alertname: 'item.labels.alertname', n: 'string(body.big.filter(x, x > 0).size())' },
  });
  const mask: MaskAlert = (alert) => ({ ...alert, labels: { ...alert.labels, n: 'hidden' } });
  const format = formatOf({ name: 's', format: 'mapped', mask });
  // Each goes through 900,000 items: both together would be beyond the bound of one.
  const body = { big: Array.from({ length: 900 }, () => 1), list: alerts(1000) };
  const context = { ...CONTEXT, mapping: loops };
  const both = await Promise.all([decodeInSlices(format, body, context), decodeInSlices(format, body, context)]);
  for (const { alerts: found, problems } of both) {
    assert.deepEqual([found.length, problems.list], [1000, []]);
    assert.ok(found.every(({ labels }) => labels.n === 'hidden'));
  }
});

test('[BR-WH-024] a dry run of many alerts lets others have their turn between them', async () => {
  let turn = 0;
  let isGoing = true;
  const count = () => {
    turn += 1;
    if (isGoing) setImmediate(count);
  };
  const seen = new Set<number>();
  const patient = await openDoor([], {
    dryRun() {
      seen.add(turn);
      // As long as a slice.
      for (const since = performance.now(); performance.now() - since < 3; );
      return {};
    },
  });
  setImmediate(count);
  const body = JSON.stringify({ alerts: alerts(20) });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${patient.url}/v1/webhooks/herald?dryRun=true`, { method: 'POST', headers, body });
  isGoing = false;
  assert.equal(((await answer.json()) as { readonly alerts: readonly object[] }).alerts.length, 20);
  assert.ok(seen.size >= 19, `${seen.size} turns for 20 alerts`);
});
