/** Two tenants in one Herald, with the same alerts under the same names. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, notificationIn, post } from './alerts.ts';
import { environments, route, source, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const TENANTS = ['shop', 'payments'] as const;
type Tenant = (typeof TENANTS)[number];
const ALERTS = 40;

let herald: RunningHerald;
let receiver: Receiver;

/** Everything has the same name in both tenants, but for the sources, whose names stand in their paths. */
function resourcesOf(tenant: Tenant): string {
  const channel = webhookChannel(`http://127.0.0.1:${receiver.port}/${tenant}`, { tenant });
  return source(`${tenant}-alerts`, 'herald', '', tenant) + environments(tenant) + route({ tenant }) + channel;
}

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: Object.fromEntries(TENANTS.map((tenant) => [`${tenant}.yaml`, resourcesOf(tenant)])),
  });
});

/** Alerts of the same labels, hence fingerprints, in both tenants; only the annotation tells whose they are. */
async function report(tenant: Tenant, status: 'firing' | 'resolved'): Promise<void> {
  const alerts = Array.from({ length: ALERTS }, (_, i) => ({
    status,
    labels: { alertname: `Shared${i % 5}`, namespace: 'web-prod', instance: `i${i}` },
    annotations: { whose: tenant },
    startsAt: '2026-11-23T08:57:22Z',
    ...(status === 'resolved' ? { endsAt: '2026-11-23T08:59:22Z' } : {}),
  }));
  assert.equal((await post(`${herald.url}/v1/webhooks/${tenant}-alerts`, { alerts })).status, 202);
}

function toldTo(tenant: Tenant) {
  return receiver.requests.filter(({ path }) => path === `/${tenant}`).flatMap((one) => notificationIn(one).alerts);
}

function told(tenant: Tenant, status: string): Set<string> {
  return new Set(
    toldTo(tenant)
      .filter((alert) => alert.status === status)
      .map(({ fingerprint }) => fingerprint),
  );
}

async function list(path: string): Promise<Record<string, unknown>[]> {
  const { body } = await get(`${herald.url}${path}`);
  return Object.values(body as Record<string, unknown>).find(Array.isArray) as Record<string, unknown>[];
}

test("[BR-QUAL-009] equal alerts of two tenants are told to each tenant's own channel, and only there", async () => {
  await Promise.all(TENANTS.map((tenant) => report(tenant, 'firing')));
  for (const tenant of TENANTS) {
    await until(`all alerts of ${tenant} to be told`, () => told(tenant, 'firing').size === ALERTS, {
      seen: () => told(tenant, 'firing').size,
    });
  }
  assert.deepEqual(told('shop', 'firing'), told('payments', 'firing'));
  for (const tenant of TENANTS) {
    assert.deepEqual(new Set(toldTo(tenant).map(({ annotations }) => annotations.whose)), new Set([tenant]));
  }
  const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, ids.length);
});

test('[BR-QUAL-009] the end of an alert in one tenant is no end in the other', async () => {
  await report('shop', 'resolved');
  await until('every end to be told to shop', () => told('shop', 'resolved').size === ALERTS);
  const alerts = await until('the archive to know', async () => {
    const all = await list('/v1/alerts?tenant=shop&limit=500');
    return all.every(({ status }) => status === 'resolved') ? await list('/v1/alerts?limit=500') : null;
  });
  assert.equal(alerts.length, 2 * ALERTS);
  for (const { tenant, status } of alerts) assert.equal(status, tenant === 'shop' ? 'resolved' : 'firing');
  assert.deepEqual(told('payments', 'resolved'), new Set());
});

test('[BR-QUAL-009] groups and deliveries asked for one tenant are of that tenant alone', async () => {
  for (const path of ['/v1/groups', '/v1/deliveries', '/v1/alerts']) {
    const found = await until(`${path} of payments`, async () => {
      const items = await list(`${path}?tenant=payments&limit=500`);
      return items.length > 0 ? items : null;
    });
    assert.deepEqual(new Set(found.map(({ tenant }) => tenant)), new Set(['payments']), path);
  }
  assert.deepEqual(await list('/v1/alerts?tenant=nobody'), []);
});
