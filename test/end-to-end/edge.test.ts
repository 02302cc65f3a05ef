/** The door of a running Herald, as senders and strangers find it. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { until } from '../support/until.ts';
import { consoleChannel, route } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const KEY = 'R0123456789ABCDEF0123456789ABCDE';
const AUDIT_KEY = 'a key of the audit chain for tests only';
let herald: RunningHerald;

before(async () => {
  herald = await runningHerald({
    env: { PD_ROUTING_KEY: KEY, HERALD_AUDIT_KEY: AUDIT_KEY },
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

test('[BR-SEC-015] commands, refusals and activations stand in the audit, and its chain is found whole or broken', async () => {
  assert.equal((await send('/v2/enqueue', { routing_key: 'guessed', event_action: 'trigger' })).status, 403);
  const [alert] = await alerts();
  const path = `/v1/alerts/default/${String(alert?.fingerprint)}/snooze`;
  await send(path, { by: 'maria', until: new Date(Date.now() + 3_600_000).toISOString() });
  const listed = async () => (await herald.command('audit', '--json')).out;
  await until('all of it', async () => /access.denied/.test(await listed()) && /alert.snooze/.test(await listed()), {
    seen: listed,
  });
  const { out } = await herald.command('audit', 'list', '--limit', '500');
  assert.match(out, /^POSITION +AT +EVENT +WHAT +SUBJECT +BY +DETAIL$/m);
  assert.match(out, /policy\.activated/);
  assert.match(out, /access\.denied +auth\.wrong +- +127\.0\.0\.1/);
  assert.match(out, /command\.asked +alert\.acknowledge +default\/[0-9a-f]{16} +source\/nagios/);
  assert.match(out, /command\.answered +alert\.acknowledge +.* 200 alert\.acknowledged/);
  assert.match(out, /command\.asked +alert\.snooze/);
  assert.doesNotMatch(out, /guessed/);

  const whole = await herald.command('audit', 'verify');
  const [, head] = /^whole: \d+ records\nhead (\d+:[0-9a-f]{64})$/m.exec(whole.out) ?? [];
  assert.equal(whole.code, 0, whole.out + whole.err);
  assert.ok(head !== undefined);
  assert.equal((await herald.command('audit', 'verify', '--head', head)).code, 0);
  const beyond = head.replace(/^\d+/, (position) => String(Number(position) + 100));
  assert.match((await herald.command('audit', 'verify', '--head', beyond)).out, /^broken at \d+: is missing/);
  const wrongKey = {
    ...herald.env,
    HERALD_AUDIT_KEY: 'another key of the chain, as long as it',
    HERALD_LISTEN: new URL(herald.url).host,
  };
  const broken = await runCommand(['audit', 'verify'], wrongKey);
  assert.deepEqual([broken.code, broken.out], [1, 'broken at 1: was changed, or was written with another key\n']);
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
  await until('all to be decided', async () => (await receipt()) === 'processed', {
    timeoutMs: 120_000,
    seen: receipt,
  });
});
