/** The connection to NATS of a process, where NATS does not know who it says it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BusUnreachable, connectBus } from '../../bus/connection.ts';
import { freePort } from '../../gateway/free-port.ts';
import { openBus } from '../../gateway/open-bus.ts';
import { silentLog } from '../../telemetry/log.ts';
import '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const CONFIG = 'authorization { users: [{ user: herald, password: right }] }';
const count = { alert: 1, channel: 1 };

test('[BR-SEC-015] a sign-in that NATS refuses is told once, for the audit, and one that it takes is not', async () => {
  const { port } = await startNats({ config: CONFIG, maxFileStore: 8 * 1024 ** 3 });
  const url = (password: string) => `nats://herald:${password}@127.0.0.1:${port}`;
  const told: string[] = [];
  const stop = new AbortController();
  const open = (password: string) =>
    openBus({
      ...{ url: url(password), name: 'test', isStarting: false, count, sizes: { ingestMaxBytes: 64 * 1024 * 1024 } },
      ...{ log: silentLog, signal: stop.signal, signInRefused: () => void told.push(password) },
    });
  const refused = open('wrong');
  await until('the refusal', () => told.length > 0);
  const bus = await open('right');
  await bus?.close();
  stop.abort();
  assert.equal(await refused, null);
  assert.deepEqual(told, ['wrong']);
});

test('[BR-REL-004] that no NATS answers is said at once, and once', async () => {
  const stop = new AbortController();
  const said: string[] = [];
  const since = performance.now();
  const opened = openBus({
    ...{ url: `nats://127.0.0.1:${await freePort()}`, name: 'test', isStarting: false, count },
    ...{ sizes: { ingestMaxBytes: 64 * 1024 * 1024 }, signal: stop.signal, signInRefused: () => {} },
    log: { ...silentLog, error: (_, message) => void said.push(message) },
  });
  await until('it to be said', () => said.length > 0);
  // It would be tried for five seconds.
  assert.ok(performance.now() - since < 3000);
  assert.match(said[0]!, /^no NATS server with JetStream answers at nats:\S+; trying on$/);
  stop.abort();
  assert.equal(await opened, null);
  assert.equal(said.length, 1);
});

test('[BR-SEC-001] a NATS that does not speak TLS is not spoken to where the URL asks for it', async () => {
  const { port } = await startNats();
  for (const url of [`tls://herald:secret@127.0.0.1:${port}`, `nats://127.0.0.1:1,tls://127.0.0.1:${port}`])
    await assert.rejects(connectBus({ url, name: 'test', log: silentLog, patience: 0 }), BusUnreachable, url);
});

test('a NATS that is not there is no refusal', async () => {
  const asked = connectBus({ url: `nats://127.0.0.1:${await freePort()}`, name: 'test', log: silentLog, patience: 0 });
  await assert.rejects(asked, (error) => error instanceof BusUnreachable && !error.isRefused);
});
