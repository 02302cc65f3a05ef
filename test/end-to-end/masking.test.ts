/** What a Masking hides, looked for in everything that Herald stores, prints, publishes and sends: the bytes, not the answers. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { fingerprint } from '../../alert/fingerprint.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { consoleChannel, environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

/** Never kept; kept, but never in a public event; found everywhere, or this test would not see the others. */
const SECRET = 'hunter2correcthorse';
const PERSON = 'JaneRoe4711';
const OPEN = 'openpartofthealert';

const MASKINGS = `---
apiVersion: herald/v1
kind: Masking
metadata: { name: credentials }
spec:
  before: storing
  rules:
    - { labels: [session] }
    - { pattern: '(pin|token)[=:]\\s*\\S+', caseSensitive: false, replacement: '$1=[masked]' }
---
apiVersion: herald/v1
kind: Masking
metadata: { name: people }
spec: { rules: [{ labels: [customer], replacement: '[person]' }] }
`;

const labels = { alertname: 'LoginFailed', namespace: 'shop-prod', customer: PERSON, session: SECRET };
const annotations = {
  summary: `${OPEN}: ${PERSON} in session ${SECRET}`,
  description: `PIN: ${SECRET} token=${SECRET}`,
};
const escaped = encodeURIComponent(`logins{session="${SECRET}",customer="${PERSON}"}`);
const alert = { status: 'firing', labels, annotations, generatorURL: `http://prom.example/graph?g0.expr=${escaped}` };
const identity = fingerprint(labels);

let nats: NatsServer;
let connection: NatsConnection;
let receiver: Receiver;
let herald: RunningHerald;
const data = temporaryFolder();
/** Everything that passes NATS. */
const heard: string[] = [];

before(async () => {
  nats = await startNats({ maxFileStore: 4 * 1024 ** 3 });
  connection = await connect({ servers: nats.url });
  atEnd(() => connection.close());
  connection.subscribe('>', {
    callback: (_error, message) => void heard.push(`${message.subject} ${message.string()}`),
  });
  receiver = await startReceiver();
  const channels = route({ receivers: ['ops', 'console'] }) + webhookChannel(receiver.url) + consoleChannel();
  herald = await runningHerald({
    config: { 'herald.yaml': SOURCES + environments() + channels + MASKINGS },
    env: {
      NATS_URL: nats.url,
      HERALD_DATA: data,
      HERALD_PARTITIONS: '1',
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
      HERALD_LOG: 'trace',
      HERALD_ACCESS_LOG: 'all',
    },
  });
});

async function send(path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(herald.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

const published = (type: string) => heard.filter((message) => message.startsWith(`herald.v1.events.default.${type} `));

/** Files below the folder that hold the text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && readFileSync(file).includes(text));
}

test('[BR-SEC-012] [BR-WH-024] what is masked before storing is in no message of NATS, no file, no notification and no log', async () => {
  assert.equal((await send('/v1/webhooks/herald', { alerts: [alert] })).status, 202);
  const changed = { ...annotations, summary: `${OPEN} again, token: ${SECRET}` };
  assert.equal((await send('/api/v2/alerts', [{ ...alert, annotations: changed }])).status, 200);
  const tried = await (await send('/v1/webhooks/herald?dryRun=true', { alerts: [alert] })).text();
  assert.match(tried, /"session":"\[masked\]"/);
  assert.equal((await send('/v1/webhooks/herald', { alerts: [{ ...alert, status: SECRET }] })).status, 422);
  await receiver.received(1);
  await until('both events', () => published('alert.opened').length > 0 && published('alert.updated').length > 0);
  await send('/v1/webhooks/herald', { alerts: [{ ...alert, status: 'resolved' }] });
  await receiver.received(2);
  await until('the end as an event', () => published('alert.resolved').length > 0);
  await until('the delivery as an event', () => published('notification.delivered').length >= 4);

  const found = {
    nats: heard.filter((message) => message.includes(SECRET)).map((message) => message.slice(0, 100)),
    files: [...filesWith(data, SECRET), ...filesWith(nats.storeDir, SECRET)],
    notifications: receiver.requests.filter(({ body }) => body.includes(SECRET)),
    printed: herald.stdout().includes(SECRET) || herald.stderr().includes(SECRET),
  };
  assert.deepEqual(found, { nats: [], files: [], notifications: [], printed: false });
});

test('[BR-SEC-012] this test would see it: what nothing hides is in all of these', () => {
  assert.ok(heard.some((message) => message.startsWith('herald.internal.') && message.includes(OPEN)));
  assert.ok(published('alert.opened').some((message) => message.includes(OPEN)));
  assert.ok(filesWith(nats.storeDir, OPEN).length > 0);
  assert.ok(filesWith(data, OPEN).some((file) => file.includes('archive.sqlite')));
  assert.ok(receiver.requests.some(({ body }) => body.includes(OPEN)));
  assert.ok(herald.stdout().includes(OPEN));
});

test('[BR-SEC-012] what is masked before leaving is in the archive, and in no public event', async () => {
  assert.ok(filesWith(data, PERSON).length > 0);
  const events = heard.filter((message) => message.startsWith('herald.v1.events.'));
  assert.deepEqual(
    events.filter((message) => message.includes(PERSON)),
    [],
  );
  assert.ok(published('alert.opened').some((message) => message.includes('"customer":"[person]"')));
  assert.ok(published('alert.resolved').some((message) => message.includes('"customer":"[person]"')));
});

test('its identity is that of the labels as they came', async () => {
  const answer = await fetch(`${herald.url}/v1/alerts/default/${identity}`);
  const { labels: kept, annotations: told } = (await answer.json()) as Record<'labels' | 'annotations', object>;
  assert.deepEqual(kept, { ...labels, session: '[masked]' });
  assert.deepEqual(told, {
    summary: `${OPEN}: ${PERSON} in session [masked]`,
    description: 'PIN=[masked] token=[masked]',
  });
});

test('[BR-SEC-012] a changed Masking holds for the events after it', async () => {
  const more = MASKINGS.replace('labels: [customer]', 'labels: [customer, order]');
  const file = SOURCES + environments() + route() + webhookChannel(receiver.url);
  await herald.declare('herald.yaml', file + more);
  await until('it to be in force', () => herald.logged('resources.applied').length === 1);
  await until('it to be written', () => heard.some((m) => m.includes('masks.events') && m.includes('"order"')));
  await send('/v1/webhooks/herald', { alerts: [{ labels: { alertname: 'Late', order: 'number98765' } }] });
  await until('its event', () => published('alert.opened').length > 1);
  assert.match(published('alert.opened')[1]!, /"order":"\[person\]"/);
});

test('[BR-SEC-012] by NATS: an alert is masked, and of what cannot be read nothing is kept', async () => {
  const js = jetstream(connection);
  const other = { ...alert, labels: { ...labels, alertname: 'ByNats' } };
  await js.publish('herald.v1.in.default.herald', JSON.stringify({ alerts: [other] }));
  await js.publish('herald.v1.in.default.herald', `{"alerts": [token=${SECRET}`);
  await js.publish('herald.v1.in.default.nowhere', `token=${SECRET}`);
  const letters = await until('two dead letters', async () => {
    const { out } = await herald.command('dead-letters', '--json');
    return (JSON.parse(out) as unknown[]).length === 2 ? out : null;
  });
  assert.match(letters, /its content is not kept, for default masks before storing/);
  await until('its event', () => published('alert.opened').some((message) => message.includes('ByNats')));
  const encoded = Buffer.from(`token=${SECRET}`).toString('base64');
  const kept = heard.filter((message) => [SECRET, encoded].some((text) => message.includes(text)));
  const subjects = kept.map((message) => message.split(' ')[0]);
  assert.deepEqual([...new Set(subjects)].sort(), ['herald.v1.in.default.herald', 'herald.v1.in.default.nowhere']);
  assert.deepEqual(filesWith(data, SECRET), []);
});
