/** Alerts are accepted while nobody decides, up to the bound of the inbox and never past it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { startCluster } from './cluster.ts';
import { gatherEvidence } from './evidence.ts';
import { oneWebhook } from './resources.ts';
import { Traffic } from './traffic.ts';
import { assertAcceptedOnce, assertEffectsOnce, assertNotifiedOnce, assertOneOwnerAtATime } from './verdict.ts';

test('[BR-WH-007] [BR-PERF-005] [BR-REL-004] 50,000 alerts are accepted while no owner runs, and all processed once one starts', async (t) => {
  const receiver = await startReceiver();
  const cluster = await startCluster({ partitions: 4, resources: oneWebhook({ receiverUrl: receiver.url }) });
  const ingress = await cluster.start('ingress');
  await ingress.ready();
  const since = performance.now();
  // 100 groups, each reported ten times with other content: few notifications, so that the alerts are what is measured.
  const traffic = new Traffic({ connections: 10, groupsPerConnection: 10, alertsPerGroup: 50, rounds: 10 });
  await traffic.send(ingress.url);
  t.diagnostic(`50,000 alerts accepted in ${Math.round(performance.now() - since)} ms`);
  assert.equal(traffic.accepted.size * 50, 50_000);
  assert.deepEqual(traffic.refusals, []);

  const actors = await cluster.start('actors');
  const started = performance.now();
  const evidence = await gatherEvidence(cluster.nats.url, cluster.count);
  await evidence.complete(traffic);
  t.diagnostic(`all processed ${Math.round(performance.now() - started)} ms after an owner was started`);
  assertOneOwnerAtATime(evidence);
  assertAcceptedOnce(evidence, traffic);
  assertEffectsOnce(evidence);
  assertNotifiedOnce(evidence, receiver.requests, 0);
  await evidence.close();
  assert.deepEqual([(await actors.stop()).code, (await ingress.stop()).code], [0, 0]);
});

test('[BR-WH-007] a full inbox: 503 with Retry-After, every 2xx is kept, and accepting resumes by itself', async (t) => {
  const receiver = await startReceiver();
  const env = { HERALD_INGEST_MAX_BYTES: String(1024 ** 2) };
  const cluster = await startCluster({ partitions: 2, resources: oneWebhook({ receiverUrl: receiver.url }), env });
  const ingress = await cluster.start('ingress');
  await ingress.ready();
  const flood = new Traffic({ connections: 4, groupsPerConnection: 600, alertsPerGroup: 10, rounds: 1, name: 'flood' });
  await flood.offer(ingress.url, () => flood.refusals.length >= 20);
  await until('readyz to give the reason', async () => {
    const readiness = await fetch(`${ingress.url}/readyz`);
    return readiness.status === 503 && /nearly full/.test(await readiness.text());
  });
  assert.ok(flood.accepted.size > 100, `${flood.accepted.size} requests were accepted first`);
  assert.ok(flood.refusals.length > 0);
  for (const { status, retryAfter } of flood.refusals) {
    assert.equal(status, 503);
    assert.match(String(retryAfter), /^[1-5]$/);
  }

  const actors = await cluster.start('actors');
  const evidence = await gatherEvidence(cluster.nats.url, cluster.count);
  await until('readyz to say so', async () => (await fetch(`${ingress.url}/readyz`)).ok, {
    timeoutMs: 60_000,
    everyMs: 50,
  });
  const later = new Traffic({ connections: 2, groupsPerConnection: 10, alertsPerGroup: 10, rounds: 1, name: 'later' });
  await later.send(ingress.url);
  for (const traffic of [flood, later]) {
    await evidence.complete(traffic, { ended: false });
    assertAcceptedOnce(evidence, traffic);
  }
  t.diagnostic(`${flood.accepted.size} requests accepted, ${flood.refusals.length} refused`);
  assertOneOwnerAtATime(evidence);
  assertEffectsOnce(evidence);
  assertNotifiedOnce(evidence, receiver.requests, 0);
  await evidence.close();
  assert.deepEqual([(await actors.stop()).code, (await ingress.stop()).code], [0, 0]);
});
