/** The door of a running Herald, as senders and strangers find it. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { until } from '../support/until.ts';
import { consoleChannel, route } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const KEY = 'R0123456789ABCDEF0123456789ABCDE';
let herald: RunningHerald;

before(async () => {
  herald = await runningHerald({
    env: { PD_ROUTING_KEY: KEY },
    config: {
      'herald.yaml':
        `apiVersion: herald/v1
kind: Source
metadata: { name: nagios }
spec: { format: pagerduty, auth: { type: routing-key, key: { env: PD_ROUTING_KEY } } }
---
apiVersion: herald/v1
kind: Source
metadata: { name: bulk }
spec: { format: alertmanager, auth: { type: none }, maxBodyBytes: 33554432 }
---
` +
        route({ receivers: ['console'] }) +
        consoleChannel(),
    },
  });
});

async function send(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(herald.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function alerts(): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${herald.url}/v1/alerts`);
  return ((await answer.json()) as { alerts: Record<string, unknown>[] }).alerts;
}

test("[BR-INT-003] events on PagerDuty's own path open an alert, have somebody take it on, and end it", async () => {
  const event = { routing_key: KEY, dedup_key: 'disk/n1' };
  const payload = { summary: 'Disk of n1 is full', source: 'n1', severity: 'critical' };
  assert.equal((await send('/v2/enqueue', { ...event, event_action: 'trigger', payload })).status, 202);
  await until('the alert', async () => (await alerts()).length === 1);
  const acknowledged = await send('/v2/enqueue', { ...event, event_action: 'acknowledge' });
  assert.deepEqual([acknowledged.status, acknowledged.body.status], [202, 'success']);
  const stateOf = async () => (await alerts())[0]?.status;
  await until('it to be acknowledged', async () => (await stateOf()) === 'acknowledged', { seen: stateOf });
  assert.equal((await send('/v2/enqueue', { ...event, event_action: 'resolve' })).status, 202);
  await until('it to be resolved', async () => (await stateOf()) === 'resolved', { seen: stateOf });
});

test('[BR-WH-024] a header as long as some tokens are is read, and an endless one is not', async () => {
  const status = async (length: number) => {
    const headers = { authorization: `Bearer ${'a'.repeat(length)}` };
    return (await fetch(`${herald.url}/healthz`, { headers })).status;
  };
  assert.equal(await status(12_000), 200);
  assert.equal(await status(20_000), 431);
});

test('[BR-WH-007] a webhook of 20 MB and 10,000 alerts is taken in, and each of them becomes an alert', async () => {
  const note = 'x'.repeat(1700);
  const list = Array.from({ length: 10_000 }, (_, i) => ({
    status: 'firing',
    labels: { alertname: 'Bulk', pod: `checkout-${i}` },
    annotations: { note },
  }));
  const { status, body } = await send('/v1/webhooks/bulk', { alerts: list });
  assert.deepEqual([status, body.accepted], [202, 10_000]);
  const receipt = async () => {
    const answer = await fetch(`${herald.url}/v1/receipts/${String(body.id)}`);
    return ((await answer.json()) as { state?: string }).state;
  };
  await until('all to be decided', async () => (await receipt()) === 'processed', { timeoutMs: 40_000, seen: receipt });
});
