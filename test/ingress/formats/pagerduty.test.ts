import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { readReceipt } from '../../../ingress/receipt.ts';
import { checkedNetworks } from '../../../resources/network.ts';
import { answered, type Door, openDoor, source } from '../herald-door.ts';

const ROUTING_KEY = 'R0123456789ABCDEF0123456789ABCDE';
const EVENT = {
  routing_key: ROUTING_KEY,
  event_action: 'trigger',
  dedup_key: 'disk/n1',
  client: 'nagios',
  client_url: 'https://nagios.example/n1',
  payload: {
    summary: 'Disk of n1 is full',
    source: 'n1',
    severity: 'critical',
    timestamp: '2026-11-23T08:57:22.338+0000',
    component: 'disk',
    custom_details: { free: 0 },
  },
};

let door: Door;

before(async () => {
  door = await openDoor();
});

async function send(event: unknown): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${door.url}/v1/webhooks/pagerduty`, {
    method: 'POST',
    headers,
    body: JSON.stringify(event),
  });
  return { status: answer.status, text: await answer.text() };
}

const last = () => door.publisher.entries.at(-1)!.alert;

test('[BR-INT-003] an event that triggers is an alert, and its end is the end of the same alert', async () => {
  const { status, text } = await send(EVENT);
  const { dedup_key, status: said } = JSON.parse(text) as { dedup_key: string; status: string };
  assert.deepEqual([status, said, dedup_key], [202, 'success', 'disk/n1']);
  const opened = last();
  assert.deepEqual(opened.labels, {
    alertname: 'Disk of n1 is full',
    source: 'n1',
    severity: 'critical',
    component: 'disk',
    dedup_key: 'disk/n1',
  });
  assert.deepEqual(opened.annotations, { summary: 'Disk of n1 is full', details: '{"free":0}', client: 'nagios' });
  assert.deepEqual([opened.startsAt, opened.generatorURL], [Date.parse('2026-11-23T08:57:22.338Z'), EVENT.client_url]);
  assert.equal((await send({ routing_key: ROUTING_KEY, event_action: 'resolve', dedup_key: 'disk/n1' })).status, 202);
  assert.deepEqual([last().status, last().fingerprint], ['resolved', opened.fingerprint]);
  await send({ ...EVENT, payload: { ...EVENT.payload, severity: 'warning' } });
  assert.equal(last().fingerprint, opened.fingerprint);
});

test('[BR-INT-003] without a dedup_key one is made, the same for the same event', async () => {
  const { dedup_key: _, ...event } = EVENT;
  const keyOf = async () => (JSON.parse((await send(event)).text) as { dedup_key: string }).dedup_key;
  const key = await keyOf();
  assert.match(key, /^[0-9a-f]{16}$/);
  assert.equal(await keyOf(), key);
});

test('[BR-INT-003] what is wrong is named; the routing key is neither kept nor repeated', async () => {
  const { text } = await send({ ...EVENT, event_action: 'forget' });
  assert.match(text, /\/event_action/);
  const wrong = await send({
    routing_key: [ROUTING_KEY],
    event_action: 'trigger',
    payload: { severity: 'bad', timestamp: 'x' },
  });
  const { problems } = JSON.parse(wrong.text) as { problems: { path: string }[] };
  const paths = ['/routing_key', '/payload/summary', '/payload/source', '/payload/severity', '/payload/timestamp'];
  assert.deepEqual([wrong.status, problems.map(({ path }) => path)], [422, paths]);
  await send(EVENT);
  for (const said of [text, wrong.text, JSON.stringify(door.publisher.entries)])
    assert.doesNotMatch(said, /R0123456789/);
});

const KEYED = { type: 'routing-key', keys: [ROUTING_KEY, 'older'] } as const;

function declareKeyed(): void {
  door.sources.set('nagios', { ...source('nagios', 'pagerduty'), auth: KEYED });
}

async function enqueue(
  event: unknown,
  path = '/v2/enqueue',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const asked = fetch(door.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  const answer = await answered(door, asked);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test("[BR-INT-003] PagerDuty's own path takes events by their routing key, and no other", async () => {
  declareKeyed();
  for (const routing_key of [ROUTING_KEY, 'older']) {
    const { status, body } = await enqueue({ ...EVENT, routing_key });
    assert.deepEqual([status, body.status, body.dedup_key], [202, 'success', 'disk/n1']);
    assert.equal(last().source, 'nagios');
    assert.doesNotMatch(JSON.stringify(last()), new RegExp(routing_key));
  }
  const stored = door.publisher.entries.length;
  for (const [routing_key, status] of [
    ['somebody-elses', 403],
    ['', 401],
    [undefined, 401],
    [[ROUTING_KEY], 401],
  ] as const) {
    const refused = await enqueue({ ...EVENT, routing_key });
    assert.equal(refused.status, status, String(routing_key));
    assert.doesNotMatch(JSON.stringify(refused.body), /somebody-elses/);
  }
  assert.equal((await enqueue([EVENT])).status, 401);
  assert.equal(door.publisher.entries.length, stored);
});

test("[BR-WH-024] of strangers, PagerDuty's path reads nothing but JSON, and nothing where no Source has a routing key", async () => {
  declareKeyed();
  const post = (to: Door, type: string) =>
    fetch(`${to.url}/v2/enqueue`, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(EVENT) });
  for (const type of ['application/yaml', 'application/xml', 'application/x-www-form-urlencoded']) {
    assert.equal((await post(door, type)).status, 415, type);
  }
  assert.equal((await post(await openDoor(), 'application/json')).status, 404);
});

test('[BR-WH-004] the routing key is the credential on the path of its source, too', async () => {
  declareKeyed();
  assert.equal((await enqueue(EVENT, '/v1/webhooks/nagios')).status, 202);
  assert.equal((await enqueue({ ...EVENT, routing_key: 'wrong' }, '/v1/webhooks/nagios')).status, 403);
});

test('[BR-INT-003] an event that acknowledges is a command for the alert of its key, answered when it is carried out', async () => {
  declareKeyed();
  await enqueue(EVENT);
  const { fingerprint } = last();
  const stored = door.publisher.entries.length;
  const event = { routing_key: ROUTING_KEY, event_action: 'acknowledge', dedup_key: 'disk/n1' };
  const { status, body } = (await enqueue(event)) as { status: number; body: Record<string, unknown> };
  const { id, ...told } = body;
  assert.deepEqual(
    [status, told],
    [202, { accepted: 0, status: 'success', message: 'Event processed', dedup_key: 'disk/n1' }],
  );
  assert.equal(readReceipt(String(id))?.count, 0);
  assert.deepEqual(door.acknowledged.at(-1), { tenant: 'default', fingerprint, by: 'source/nagios' });
  assert.equal(door.publisher.entries.length, stored);
  assert.equal((await enqueue({ ...event, dedup_key: '' })).status, 422);
  door.publisher.failing = 'ingest.unavailable';
  assert.equal((await enqueue(event)).status, 503);
  door.publisher.failing = null;
});

test("[BR-WH-022] what bounds a source bounds it on PagerDuty's path as well", async () => {
  declareKeyed();
  const access = {
    allowFrom: { networks: checkedNetworks(['192.0.2.0/24']), hosts: [] },
    source: null,
    address: null,
    concurrency: null,
  };
  door.sources.set('nagios', { ...door.sources.get('nagios')!, access });
  assert.equal((await enqueue(EVENT)).status, 403);
  door.sources.set('nagios', { ...source('nagios', 'pagerduty'), auth: KEYED, bulk: true });
  door.state.sheddingBulk = true;
  assert.equal((await enqueue(EVENT)).status, 503);
  door.state.sheddingBulk = false;
  door.state.admitting = false;
  assert.equal((await enqueue(EVENT)).status, 503);
  door.state.admitting = true;
});
