import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { readReceipt } from '../../ingress/receipt.ts';
import { until } from '../support/until.ts';
import { alertNamed, answered, type Door, openDoor } from './herald-door.ts';

let door: Door;

before(async () => {
  door = await openDoor();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

async function send(path: string, body: unknown, init: RequestInit = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', ...init.headers };
  const response = await fetch(door.url + path, { method: 'POST', body: text, ...init, headers });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, json: answer === '' ? {} : JSON.parse(answer) };
}

for (const [file, fingerprint] of [
  ['alertmanager-0.25-firing-critical.json', '089c6e69d2c44267'],
  ['alertmanager-0.25-firing-warning.json', '2fec947a67160925'],
  ['alertmanager-0.25-resolved-warning.json', '2fec947a67160925'],
] as const) {
  test(`[BR-WH-001] [BR-INT-001] ${file} is accepted as Alertmanager sends it, with its fingerprint`, async () => {
    const payload = await readFile(new URL(`../fixtures/payloads/${file}`, import.meta.url), 'utf8');
    const stored = door.publisher.entries.length;
    const answer = await send('/v1/webhooks/alertmanager', payload);
    assert.equal(answer.status, 202);
    const entry = door.publisher.entries[stored];
    assert.equal(entry?.alert.fingerprint, fingerprint);
    assert.equal(entry?.alert.status, file.includes('resolved') ? 'resolved' : 'firing');
    assert.equal(entry?.receipt, answer.json.id);
  });
}

test('[BR-WH-014] [BR-WH-015] the answer names a receipt that says how many alerts it stands for', async () => {
  const answer = await send('/v1/webhooks/herald', { alerts: [alertNamed('a'), alertNamed('b')] });
  assert.equal(answer.status, 202);
  assert.equal(answer.json.accepted, 2);
  assert.equal(answer.headers.get('location'), `/v1/receipts/${answer.json.id}`);
  assert.deepEqual(readReceipt(String(answer.json.id)), { at: door.clock.now(), count: 2 });
});

test('[BR-WH-002] each source keeps its tenant and name on the alert, and PUT does as POST', async () => {
  door.sources.set('shop', { ...door.sources.get('herald')!, name: 'shop', tenant: 'retail' });
  const stored = door.publisher.entries.length;
  assert.equal((await send('/v1/webhooks/shop', alertNamed('x'), { method: 'PUT' })).status, 202);
  const alert = door.publisher.entries[stored]?.alert;
  assert.deepEqual([alert?.tenant, alert?.source], ['retail', 'shop']);
});

test('[BR-WH-010] of a list as Prometheus sends it the valid alerts are kept: 422 here, 400 where an Alertmanager would answer', async () => {
  const list = [{ labels: { alertname: 'whole' } }, { labels: {} }, { labels: { alertname: 3 } }];
  for (const [path, status] of [
    ['/v1/webhooks/prometheus', 422],
    ['/api/v2/alerts', 400],
  ] as const) {
    const stored = door.publisher.entries.length;
    const answer = await send(path, list);
    assert.deepEqual([answer.status, answer.json.problemCount], [status, 3], path);
    assert.match(String(answer.json.detail), /Its valid alert was kept\./);
    assert.deepEqual(
      door.publisher.entries.slice(stored).map(({ alert }) => alert.labels.alertname),
      ['whole'],
    );
  }
});

test('an empty list of alerts is accepted and nothing is stored', async () => {
  const stored = door.publisher.frames.length;
  const answer = await send('/v1/webhooks/alertmanager', { alerts: [] });
  assert.deepEqual([answer.status, answer.json.accepted], [202, 0]);
  assert.equal(door.publisher.frames.length, stored);
});

test('[BR-WH-010] 10,000 alerts of one request are stored completely, each partition in their order', async () => {
  const before = door.publisher.frames.length;
  const alerts = Array.from({ length: 10_000 }, (_, i) => ({
    labels: { alertname: `bulk-${i}`, pod: 'p'.repeat(50) },
  }));
  const answer = await send('/v1/webhooks/herald', { alerts });
  assert.deepEqual([answer.status, answer.json.accepted], [202, 10_000]);
  const byPartition = new Map<string, number[]>();
  for (const frame of door.publisher.frames.slice(before)) {
    const indexes = byPartition.get(frame.partition) ?? [];
    indexes.push(...frame.entries.map((entry) => entry.index));
    byPartition.set(frame.partition, indexes);
  }
  const all = [...byPartition.values()];
  for (const indexes of all) {
    assert.deepEqual(
      indexes,
      indexes.toSorted((a, b) => a - b),
    );
  }
  assert.deepEqual(
    all.flat().sort((a, b) => a - b),
    alerts.map((_, i) => i),
  );
});

test('[BR-WH-003] [BR-WH-012] [BR-INT-014] an invalid body is refused whole, with every problem and its path', async () => {
  const stored = door.publisher.entries.length;
  const answer = await send('/v1/webhooks/alertmanager', {
    alerts: [
      { status: 'firing', labels: { alertname: 'fine' } },
      { status: 'firing', labels: { alertname: 'x', severity: 3 }, startsAt: 'yesterday' },
      { status: 'burning', labels: {} },
    ],
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.deepEqual(answer.json.problems, [
    { path: '/alerts/1/labels/severity', value: 3, allowed: 'a string, not number' },
    { path: '/alerts/1/startsAt', value: 'yesterday', allowed: 'an RFC 3339 time such as 2026-11-23T08:57:22.338Z' },
    { path: '/alerts/2/status', value: 'burning', allowed: '"firing" or "resolved"' },
    { path: '/alerts/2/labels', value: 'object', allowed: 'at least one label with a value that is not empty' },
  ]);
  assert.equal(door.publisher.entries.length, stored);
});

test('[BR-WH-012] the problems of an answer are bounded in number and size', async () => {
  const alerts = Array.from({ length: 5000 }, () => ({ status: 'x'.repeat(1000), labels: { a: 'b' } }));
  const answer = await send('/v1/webhooks/alertmanager', { alerts });
  const problems = answer.json.problems as { value: string }[];
  assert.deepEqual([answer.status, problems.length, answer.json.problemCount], [422, 100, 5000]);
  assert.ok(problems.every(({ value }) => value.length < 250));
});

test('[BR-WH-004] [BR-SEC-006] a guarded source asks for a token and takes each valid one', async () => {
  const statusWith = async (authorization: string | null) => {
    const headers: Record<string, string> = authorization === null ? {} : { authorization };
    return answered(door, send('/v1/webhooks/guarded', alertNamed('x'), { headers }));
  };
  const missing = await statusWith(null);
  assert.equal(missing.status, 401);
  assert.match(missing.headers.get('www-authenticate') ?? '', /^Bearer/);
  assert.equal((await statusWith('Basic c2VzYW1l')).status, 401);
  assert.equal((await statusWith('Bearer sesam')).status, 403);
  assert.equal((await statusWith('Bearer sesame')).status, 202);
  assert.equal((await statusWith('bearer older-sesame')).status, 202);
});

test('[BR-WH-011] an unknown source, path, method or content each has its own answer', async () => {
  assert.equal((await send('/v1/webhooks/nobody', '{}')).status, 404);
  assert.equal((await send('/v1/nothing', '{}')).status, 404);
  const method = await send('/v1/webhooks/herald', '{}', { method: 'DELETE' });
  assert.deepEqual([method.status, method.headers.get('allow')], [405, 'POST, PUT, OPTIONS']);
  for (const type of ['text/plain', 'multipart/form-data', 'application/json; charset=latin1']) {
    assert.equal((await send('/v1/webhooks/herald', '{}', { headers: { 'content-type': type } })).status, 415, type);
  }
  for (const type of ['application/json; charset="UTF-8"', 'application/vnd.alerts+json', 'Application/JSON']) {
    const answer = await send('/v1/webhooks/herald', alertNamed('x'), { headers: { 'content-type': type } });
    assert.equal(answer.status, 202, type);
  }
});

test('[BR-WH-019] a dry run says what would happen and keeps nothing', async () => {
  const stored = door.publisher.frames.length;
  const answer = await send('/v1/webhooks/herald?dryRun=true', { labels: { a: 'b' } });
  assert.equal(answer.status, 200);
  const [alert] = answer.json.alerts as Record<string, unknown>[];
  assert.deepEqual(alert?.outcome, { code: 'route.matched' });
  assert.equal((await send('/v1/webhooks/herald?dryRun=yes', { labels: { a: 'b' } })).status, 400);
  assert.equal(door.publisher.frames.length, stored);
});

test('[BR-WH-007] while the stream is nearly full or out of reach the sender is told to come again', async () => {
  door.state.admitting = false;
  const answer = await send('/v1/webhooks/herald', alertNamed('x'));
  door.state.admitting = true;
  assert.equal(answer.status, 503);
  assert.match(answer.headers.get('retry-after') ?? '', /^[1-5]$/);
});

for (const code of ['ingest.full', 'ingest.unavailable'] as const) {
  test(`[BR-REL-011] a frame that is not stored (${code}) is answered 503 with Retry-After`, async () => {
    door.publisher.failing = code;
    const answer = await send('/v1/webhooks/herald', alertNamed('x'));
    door.publisher.failing = null;
    assert.equal(answer.status, 503);
    assert.equal(answer.json.type, `urn:herald:problem:${code}`);
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-5]$/);
  });
}

test('no answer leaves before the frames are stored', async () => {
  door.publisher.hold();
  let answered = false;
  const answer = send('/v1/webhooks/herald', alertNamed('held')).then((one) => {
    answered = true;
    return one;
  });
  await until('the frame to be under way', () => door.publisher.held === 1);
  assert.equal(answered, false);
  door.publisher.release();
  assert.equal((await answer).status, 202);
});

test('an alert too large for a frame is named, and none of its request is kept', async () => {
  const stored = door.publisher.entries.length;
  const answer = await send('/v1/webhooks/herald', {
    alerts: [alertNamed('x'), { labels: { a: 'b' }, annotations: { text: 'x'.repeat(600_000) } }],
  });
  assert.equal(answer.status, 413);
  assert.match(String(answer.json.detail), /index 1/);
  assert.equal(door.publisher.entries.length, stored);
});

test('Alertmanager API v2: valid alerts are kept and the rest is answered 400; without problems 200 and no body', async () => {
  const stored = door.publisher.entries.length;
  const mixed = await send('/api/v2/alerts', [{ labels: { alertname: 'ok' } }, { labels: { alertname: 3 } }]);
  assert.equal(mixed.status, 400);
  assert.equal(door.publisher.entries.length, stored + 1);
  assert.equal((await send('/api/v2/alerts', [alertNamed('ok')])).status, 200);
  assert.equal(door.publisher.entries.length, stored + 2);
  const declared = door.sources.get('prometheus')!;
  door.sources.delete('prometheus');
  assert.equal((await send('/api/v2/alerts', [alertNamed('ok')])).status, 404);
  door.sources.set('prometheus', declared);
});

test('[BR-MON-001] [BR-CFG-008] readiness gives its reasons, and the metrics count what was accepted', async () => {
  door.state.reasons = ['shutting down'];
  const notReady = await fetch(`${door.url}/readyz`);
  door.state.reasons = [];
  assert.deepEqual(
    [notReady.status, await notReady.json()],
    [503, { status: 'not ready', reasons: ['shutting down'] }],
  );
  assert.equal((await fetch(`${door.url}/readyz`)).status, 200);
  assert.equal((await fetch(`${door.url}/healthz`)).status, 200);
  const text = await (await fetch(`${door.url}/metrics`)).text();
  assert.match(text, /herald_alerts_accepted_total\{source="herald",format="herald"\} \d{5}/);
  assert.match(text, /herald_http_requests_total\{route="\/v1\/webhooks\/:source",status="202"\} \d+/);
  assert.match(text, /herald_http_request_seconds_bucket\{le="\+Inf",route="\/v1\/webhooks\/:source"\} \d+/);
});

test('[BR-INT-001] what probes ask of an Alertmanager is answered as it does, by GET and HEAD; when not ready 503 and why', async () => {
  const ask = async (path: string, method: string) => {
    const answer = await fetch(`${door.url}${path}`, { method });
    return [answer.status, answer.headers.get('content-type'), await answer.text()];
  };
  const text = 'text/plain; charset=utf-8';
  for (const path of ['/-/healthy', '/-/ready']) {
    assert.deepEqual(await ask(path, 'GET'), [200, text, 'OK']);
    assert.deepEqual(await ask(path, 'HEAD'), [200, text, '']);
    assert.equal((await ask(path, 'POST'))[0], 405);
  }
  door.state.reasons = ['shutting down', 'no connection to NATS'];
  const notReady = [await ask('/-/ready', 'GET'), await ask('/-/healthy', 'GET')];
  door.state.reasons = [];
  assert.deepEqual(notReady, [
    [503, text, 'not ready: shutting down; no connection to NATS'],
    [200, text, 'OK'],
  ]);
});
