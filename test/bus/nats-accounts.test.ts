/** examples/nats/accounts.conf at a real nats-server: what each tenant's users can, and cannot, do. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { read } from '../support/source-tree.ts';
import { until } from '../support/until.ts';

let port = 0;
let herald: NatsConnection;

before(async () => {
  const config = read('examples/nats/accounts.conf').replaceAll(/\$[A-Z_]+PASSWORD/g, '"secret"');
  const server = await startNats({ config, maxFileStore: 8 * 1024 ** 3 });
  port = server.port;
  const bus = await connectBus({ url: `nats://herald:secret@127.0.0.1:${port}`, name: 'herald', log: silentLog });
  atEnd(() => bus.close());
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
  herald = bus.nc;
});

async function as(user: string): Promise<NatsConnection> {
  const nc = await connect({ servers: `127.0.0.1:${port}`, user, pass: 'secret', reconnect: false });
  atEnd(() => nc.close());
  return nc;
}

/** What JetStream acknowledges; null: nobody does. */
async function send(nc: NatsConnection, subject: string): Promise<string | null> {
  try {
    return (await nc.request(subject, '{}', { timeout: 1000 })).json<{ stream?: string }>().stream ?? null;
  } catch {
    return null;
  }
}

test('[BR-SEC-008, BR-QUAL-009] a tenant sends alerts into its own subjects and gets the acknowledgement, into no others', async () => {
  const [shop, payments] = [await as('shop-sender'), await as('payments')];
  assert.equal(await send(shop, 'herald.v1.in.shop.app'), 'HERALD_IN');
  assert.equal(await send(payments, 'herald.v1.in.payments.app'), 'HERALD_IN');
  for (const subject of [
    'herald.v1.in.payments.app',
    'herald.internal.query.alerts',
    '$JS.API.STREAM.NAMES',
    '$KV.herald_secrets.shop.x',
  ]) {
    assert.equal(await send(shop, subject), null, `shop ${subject}`);
  }
  for (const subject of [
    'herald.v1.in.shop.app',
    'herald.internal.ingest.a0',
    '$JS.API.STREAM.INFO.HERALD_IN',
    '$KV.herald_api_keys.root',
  ]) {
    assert.equal(await send(payments, subject), null, `payments ${subject}`);
  }
});

test('[BR-SEC-008, BR-QUAL-009] a tenant hears its own events, and nothing else that Herald says', async () => {
  const [shop, payments] = [await as('shop-reader'), await as('payments')];
  const heard = { shop: [] as string[], payments: [] as string[] };
  const listen = (nc: NatsConnection, to: string[], subject: string) =>
    nc.subscribe(subject, { callback: (error, message) => void (error === null && to.push(message.subject)) });
  listen(shop, heard.shop, 'herald.v1.events.shop.>');
  listen(payments, heard.payments, '>');
  await Promise.all([shop.flush(), payments.flush()]);
  const said = ['herald.v1.events.shop.alert.opened', 'herald.internal.query.x', '$KV.herald_secrets.payments.x'];
  for (const subject of [...said, 'herald.v1.events.payments.alert.opened']) herald.publish(subject, '{}');
  await herald.flush();
  await until('both to hear theirs', () => heard.shop.length > 0 && heard.payments.length > 0);
  assert.deepEqual(heard.shop, ['herald.v1.events.shop.alert.opened']);
  assert.deepEqual(heard.payments, ['herald.v1.events.payments.alert.opened']);
});

test('[BR-SEC-008] who listens cannot send, and nobody comes in without a password', async () => {
  assert.equal(await send(await as('shop-reader'), 'herald.v1.in.shop.app'), null);
  await assert.rejects(connect({ servers: `127.0.0.1:${port}`, reconnect: false }));
});
