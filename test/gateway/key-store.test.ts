import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiKey, newKey, revoked } from '../../access/api-key.ts';
import { connectBus } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { KeyStore } from '../../gateway/key-store.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

function keyOf(name: string): ApiKey {
  const grants = [{ role: 'viewer', tenants: null }] as const;
  return newKey({ name, grants, createdAt: NOW, createdBy: 'root', expiresAt: null }, `secret of ${name}`);
}

test('[BR-SEC-005] what was decided on a key stands while others are changed, and not once that key was', async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  const bus = await connectBus({ url: server.url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
  const store = new KeyStore(new FakeClock(), silentLog);
  atEnd(() => store.close());
  await store.useBus(bus);
  assert.ok(await store.put(keyOf('gone'), null));
  const decidedOn = store.keys()!.get('gone')!;

  assert.ok(await store.put(keyOf('other'), null));
  assert.ok(await store.put(revoked(decidedOn, NOW, 'root'), decidedOn), 'only another key was changed');
  assert.equal(await store.put(revoked(decidedOn, NOW, 'somebody'), decidedOn), false);
  assert.equal(store.keys()!.get('gone')!.revoked?.by, 'root');
});
