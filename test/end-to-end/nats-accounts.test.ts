/** A Herald on a NATS with an account for each tenant, as examples/nats/accounts.conf has it: what tenants reach of each other, and of Herald. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startHerald, temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { read } from '../support/source-tree.ts';
import { until } from '../support/until.ts';
import { alertsOf, get } from './alerts.ts';
import { environments, source } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const TENANTS = ['shop', 'payments'];
let nats: NatsServer;
let herald: RunningHerald;

before(async () => {
  const config = read('examples/nats/accounts.conf').replaceAll(/\$[A-Z_]+PASSWORD/g, '"secret"');
  nats = await startNats({ config, maxFileStore: 4 * 1024 ** 3 });
  const of = (tenant: string) => source(`${tenant}-app`, 'herald', '', tenant) + environments(tenant);
  herald = await runningHerald({
    config: { 'tenants.yaml': TENANTS.map(of).join('') },
    env: {
      NATS_URL: `nats://herald:secret@127.0.0.1:${nats.port}`,
      HERALD_AUDIT_KEY: 'a key of the audit chain for tests only',
      HERALD_PARTITIONS: '1',
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
    },
  });
});

async function as(user: string): Promise<NatsConnection> {
  const connection = await connect({ servers: `127.0.0.1:${nats.port}`, user, pass: 'secret', reconnect: false });
  atEnd(() => connection.close());
  return connection;
}

async function isTaken(connection: NatsConnection, subject: string, body: string): Promise<boolean> {
  const answer = await connection.request(subject, body, { timeout: 2000 }).catch(() => null);
  return answer?.json<{ stream?: string }>().stream === 'HERALD_IN';
}

test('[BR-SEC-008, BR-QUAL-009] a tenant sends by its own account, its alert is its own, and only it hears of that', async () => {
  const [shop, reader, payments] = [await as('shop-sender'), await as('shop-reader'), await as('payments')];
  const heard = { shop: [] as string[], payments: [] as string[] };
  reader.subscribe('herald.v1.events.shop.>', { callback: (_, message) => void heard.shop.push(message.subject) });
  payments.subscribe('>', { callback: (_, message) => void heard.payments.push(message.subject) });
  await Promise.all([reader.flush(), payments.flush()]);
  const body = JSON.stringify(alertsOf({ alertname: 'CardsRefused', namespace: 'cards-prod' }));
  assert.equal(await isTaken(shop, 'herald.v1.in.payments.payments-app', body), false, 'shop for payments');
  assert.equal(await isTaken(payments, 'herald.v1.in.payments.payments-app', body), true);
  const events = () => heard.payments.filter((subject) => subject.startsWith('herald.'));
  await until('payments to hear of it', () => events().includes('herald.v1.events.payments.alert.opened'));
  assert.ok(
    // What it sends itself is among it.
    events().every((subject) => /^herald\.v1\.(events|in)\.payments\./.test(subject)),
    events().join(),
  );
  const { alerts } = (await get(`${herald.url}/v1/alerts`)).body as { alerts: { tenant: string }[] };
  assert.deepEqual(
    alerts.map(({ tenant }) => tenant),
    ['payments'],
  );
  assert.equal(await isTaken(shop, 'herald.v1.in.shop.shop-app', body), true);
  await until('shop to hear of its own', () => heard.shop.length > 0);
  assert.ok(heard.shop.every((subject) => subject.startsWith('herald.v1.events.shop.')));
});

test('[BR-SEC-015] a Herald whom NATS does not take says so, without the password, serves its port, and is not ready', async () => {
  const wrong = await startHerald({
    env: {
      ...herald.env,
      HERALD_DATA: temporaryFolder(),
      NATS_URL: `nats://herald:guessed@127.0.0.1:${nats.port}`,
    },
  });
  await until('it to say so', () => wrong.logged('bus.waiting').length > 0);
  assert.equal((await get(`${wrong.url}/readyz`)).status, 503);
  assert.match(wrong.stderr(), /uthorization/);
  assert.ok(!wrong.stderr().includes('guessed'));
  await wrong.stop();
});

test('[BR-SEC-001] tls:// in NATS_URL: the certificate of NATS must be signed by an authority that is trusted', async () => {
  const file = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
  const config = `tls { cert_file: "${file('server.pem')}", key_file: "${file('server.key')}" }`;
  const secured = await startNats({ config, maxFileStore: 4 * 1024 ** 3 });
  const env = (more: object) => ({
    ...herald.env,
    ...more,
    HERALD_DATA: temporaryFolder(),
    NATS_URL: `tls://127.0.0.1:${secured.port}`,
  });
  const stranger = await startHerald({ env: env({}) });
  await until('it to refuse', () => stranger.logged('bus.waiting').length > 0);
  assert.match(stranger.stderr(), /certificate/);
  await stranger.stop();
  const trusting = await startHerald({ env: env({ NODE_EXTRA_CA_CERTS: file('ca.pem') }) });
  await trusting.ready();
  await trusting.stop();
});
