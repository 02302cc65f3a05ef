/** CloudEvents through the door, written by the SDK of the CloudEvents project. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import { alertNamed, type Door, openDoor, source } from '../herald-door.ts';

let door: Door;

before(async () => {
  door = await openDoor();
});

interface Problem {
  readonly problems: readonly { readonly path: string }[];
}

function post(body: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${door.url}/v1/webhooks/cloudevents`, { method: 'POST', headers, body });
}

function send({ headers, body }: Message): Promise<Response> {
  return post(String(body), Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
}

const last = () => door.publisher.entries.at(-1)!.alert;

const EVENT = {
  id: 'e1',
  source: '/disks',
  type: 'com.example.disk.full',
  subject: 'disk 1, 100%',
  time: '2026-11-23T08:57:22.000Z',
  data: { free: 0 },
};

test('[BR-INT-007] an event is an alert, the same whether it is written into the body or into headers', async () => {
  const event = new CloudEvent(EVENT);
  const found = [];
  for (const message of [HTTP.structured(event), HTTP.binary(event)]) {
    assert.equal((await send(message)).status, 202);
    const { labels, annotations, status, startsAt, fingerprint } = last();
    found.push({ labels, annotations, status, startsAt, fingerprint });
  }
  assert.deepEqual(found[0], found[1]);
  assert.deepEqual(found[0]?.labels, { alertname: EVENT.type, source: '/disks', subject: EVENT.subject });
  assert.deepEqual(found[0]?.annotations, { data: '{"free":0}' });
  assert.deepEqual([found[0]?.status, found[0]?.startsAt], ['firing', Date.parse(EVENT.time)]);
});

test('[BR-INT-007] data that is an alert is read as one; a type that ends says that it is over', async () => {
  assert.equal((await send(HTTP.binary(new CloudEvent({ ...EVENT, data: alertNamed('Down') })))).status, 202);
  assert.deepEqual(last().labels, { alertname: 'Down' });
  const body = { alerts: [alertNamed('One'), alertNamed('Two')] };
  assert.equal(
    ((await (await send(HTTP.structured(new CloudEvent({ ...EVENT, data: body })))).json()) as { accepted: number })
      .accepted,
    2,
  );
  await send(HTTP.structured(new CloudEvent({ ...EVENT, type: 'com.example.disk.full.resolved' })));
  assert.equal(last().status, 'resolved');
});

test('[BR-INT-007] a batch holds several, and may be empty', async () => {
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  const events = [1, 2].map((n) => new CloudEvent({ ...EVENT, subject: `s${n}` }).toJSON());
  const answer = await post(JSON.stringify(events), headers);
  assert.deepEqual([answer.status, ((await answer.json()) as { accepted: number }).accepted], [202, 2]);
  assert.equal((await post('[]', headers)).status, 202);
  const wrong = await post(JSON.stringify([events[0], 7, { ...events[1], id: '' }]), headers);
  assert.deepEqual(
    ((await wrong.json()) as Problem).problems.map(({ path }) => path),
    ['/1', '/2/id'],
  );
});

test('[BR-INT-007] what is no event is refused with every problem', async () => {
  const pathsOf = async (
    body: unknown,
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/cloudevents+json' },
  ) => {
    const answer = await post(JSON.stringify(body), headers);
    assert.equal(answer.status, 422);
    return ((await answer.json()) as Problem).problems.map(({ path }) => path);
  };
  assert.deepEqual(await pathsOf({}), ['/specversion', '/id', '/source', '/type']);
  assert.deepEqual(await pathsOf({ ...EVENT, specversion: '0.3', time: 'noon' }), ['/specversion', '/time']);
  assert.deepEqual(await pathsOf({ ...EVENT, specversion: '1.0', data_base64: 'e30=' }), ['/data_base64']);
  assert.deepEqual(await pathsOf('text'), ['']);
  const binary = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': '%ff',
    'ce-source': 's',
    'ce-type': 't',
  };
  assert.deepEqual(await pathsOf({}, binary), ['/id']);
  assert.deepEqual(await pathsOf({ ...EVENT, specversion: '1.0', data: { labels: 5 } }), ['/data/labels']);
});

test('[BR-INT-007] attributes in headers are unquoted and percent-decoded once', async () => {
  const attributes = {
    'ce-specversion': '1.0',
    'ce-id': 'i',
    'ce-source': '"a \\"b\\""',
    'ce-type': 't',
    'ce-subject': 'K%C3%B6ln%2520',
  };
  assert.equal((await post('{}', { 'content-type': 'application/json', ...attributes })).status, 202);
  assert.deepEqual(last().labels, { alertname: 't', source: 'a "b"', subject: 'K\u00f6ln%20' });
});

test('[BR-INT-007] the handshake allows an origin and says how much may come', async () => {
  const ask = async (name: string, headers: Readonly<Record<string, string>>) => {
    const { status, headers: answered } = await fetch(`${door.url}/v1/webhooks/${name}`, {
      method: 'OPTIONS',
      headers,
    });
    return [
      status,
      answered.get('webhook-allowed-origin'),
      answered.get('webhook-allowed-rate'),
      answered.get('allow'),
    ];
  };
  const origin = { 'WebHook-Request-Origin': 'eventgrid.example' };
  assert.deepEqual(await ask('cloudevents', origin), [200, 'eventgrid.example', '*', 'POST, PUT, OPTIONS']);
  const access = { allowFrom: null, address: null, concurrency: null, source: { perSecond: 2, burst: 2 } };
  door.sources.set('slow', { ...source('slow', 'cloudevents'), access });
  assert.deepEqual(await ask('slow', origin), [200, 'eventgrid.example', '120', 'POST, PUT, OPTIONS']);
  assert.deepEqual(await ask('herald', origin), [204, null, null, 'POST, PUT, OPTIONS']);
  assert.equal((await ask('nobody', origin))[0], 404);
});
