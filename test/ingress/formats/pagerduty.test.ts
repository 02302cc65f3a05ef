import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Door, openDoor } from '../herald-door.ts';

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
  const { text } = await send({ ...EVENT, event_action: 'acknowledge' });
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
