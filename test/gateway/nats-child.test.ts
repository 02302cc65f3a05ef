import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BusUnreachable, connectBus } from '../../bus/connection.ts';
import { startNatsChild } from '../../gateway/nats-child.ts';
import { silentLog } from '../../telemetry/log.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';

test('[BR-SEC-008] the embedded server takes nobody who does not have its password, and has another one at each start', async () => {
  const folder = temporaryFolder();
  const start = () => startNatsChild({ folder, maxFileStore: 64 * 1024 * 1024, log: silentLog });
  const first = await start();
  atEnd(() => first.stop());
  const contact = (url: string) => connectBus({ url, name: 'test', log: silentLog, patience: 5000 });
  await (await contact(first.url)).close();

  const { host } = new URL(first.url);
  for (const who of ['', 'herald:guess@']) {
    const refused = await contact(`nats://${who}${host}`).catch((error: unknown) => error);
    assert.ok(refused instanceof BusUnreachable && refused.isRefused, String(refused));
  }
  assert.equal(statSync(join(folder, 'nats-server.conf')).mode & 0o077, 0);

  await first.stop();
  const second = await start();
  atEnd(() => second.stop());
  assert.notEqual(new URL(second.url).password, new URL(first.url).password);
  await (await contact(second.url)).close();
});
