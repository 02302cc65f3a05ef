/** Paths and versions that Sources declare: what was there before goes on working. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { alertNamed, answered, type Door, openDoor, source } from './herald-door.ts';

const PATH = '/prometheus/alert-hook';
let door: Door;

before(async () => {
  door = await openDoor();
  door.sources.set(PATH, { ...source('moved', 'herald'), auth: { type: 'bearer', tokens: ['sesame'] } });
  door.sources.set('/events', source('events', 'cloudevents'));
  for (const format of ['alertmanager', 'grafana'] as const) {
    const version = { alertmanager: 'v4', grafana: 'v1' }[format];
    door.sources.set(`pinned-${format}`, { ...source(`pinned-${format}`, format), version });
  }
});

function send(path: string, init: RequestInit & { readonly body?: string } = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sesame', ...init.headers };
  return fetch(door.url + path, { method: 'POST', body: JSON.stringify(alertNamed('Old')), ...init, headers });
}

async function codeOf(response: Response): Promise<string> {
  const { type } = (await response.json()) as { readonly type: string };
  return `${response.status} ${type.replace('urn:herald:problem:', '')}`;
}

test('[BR-WH-016] [BR-WH-020] a path that a Source declares takes what the path of its name takes', async () => {
  const taken = await send(PATH);
  assert.equal(taken.status, 202);
  assert.match(taken.headers.get('location') ?? '', /^\/v1\/receipts\//);
  assert.deepEqual(door.publisher.entries.at(-1)?.alert.labels, { alertname: 'Old' });
  assert.equal((await send(PATH, { method: 'PUT' })).status, 202);
  assert.equal(((await (await send(`${PATH}?dryRun=true`)).json()) as { dryRun: boolean }).dryRun, true);
});

test('[BR-WH-016] [BR-WH-004] nothing gets past its authentication by another path', async () => {
  const stored = door.publisher.entries.length;
  assert.equal(
    await codeOf(await answered(door, send(PATH, { headers: { authorization: 'Bearer no' } }))),
    '403 auth.wrong',
  );
  for (const path of [
    `${PATH}/`,
    `${PATH}/x`,
    PATH.toUpperCase(),
    `/${PATH}`,
    '/prometheus',
    PATH.replace('-', '%2d'),
  ]) {
    assert.equal(await codeOf(await send(path)), '404 path.unknown', path);
  }
  assert.equal(door.publisher.entries.length, stored);
});

test('[BR-WH-011] other methods are refused there, and those of the routes besides stay what they are', async () => {
  const refused = await fetch(door.url + PATH);
  assert.deepEqual(
    [refused.headers.get('allow'), await codeOf(refused)],
    ['POST, PUT, OPTIONS', '405 method.not-allowed'],
  );
  const other = await send('/healthz');
  assert.deepEqual([other.headers.get('allow'), await codeOf(other)], ['GET, HEAD', '405 method.not-allowed']);
});

test('[BR-INT-007] [BR-WH-016] the handshake of CloudEvents is answered there, too', async () => {
  const headers = { 'webhook-request-origin': 'events.example' };
  const answer = await fetch(`${door.url}/events`, { method: 'OPTIONS', headers });
  assert.equal(answer.headers.get('webhook-allowed-origin'), 'events.example');
});

test('[BR-WH-020] [BR-INT-015] a pinned source refuses what says that it is of another version, however long it is', async () => {
  const alert = { status: 'firing', ...alertNamed('x') };
  const bodies = [1, 250].map((count) => ({
    version: '4',
    status: 'firing',
    alerts: Array.from({ length: count }, () => alert),
  }));
  for (const body of bodies) {
    const post = (name: string, version: string | undefined) =>
      send(`/v1/webhooks/${name}`, { body: JSON.stringify({ ...body, version }) });
    assert.equal((await post('pinned-alertmanager', '4')).status, 202);
    assert.equal((await post('pinned-grafana', '1')).status, 202);
    // What pins nothing reads what comes, as before.
    assert.equal((await post('alertmanager', '5')).status, 202);
    const stored = door.publisher.entries.length;
    for (const version of ['5', undefined]) {
      const refused = await post('pinned-alertmanager', version);
      const { problems } = (await refused.json()) as {
        readonly problems: readonly { path: string; allowed: string }[];
      };
      assert.deepEqual([refused.status, problems.length, problems[0]?.path], [422, 1, '/version']);
      assert.match(problems[0]?.allowed ?? '', /^"4"/);
    }
    assert.equal(door.publisher.entries.length, stored);
  }
});
