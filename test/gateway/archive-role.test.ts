/** The archive in its thread, before it is open: what holds it up is known outside. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { startArchive } from '../../gateway/archive-role.ts';
import { silentLog } from '../../telemetry/log.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const withJetStream = (state: string) => `accounts { A { jetstream: ${state}, users: [{ user: a, password: p }] } }`;

test('[BR-REL-004] an archive whose thread is refused by NATS tells what a person has to mend, and opens once that is done', async () => {
  const options = { config: withJetStream('enabled'), maxFileStore: 4 * 1024 ** 3 };
  const nats = await startNats(options);
  const natsUrl = `nats://a:p@127.0.0.1:${nats.port}`;
  const count = { alert: 1, channel: 1 };
  const bus = await connectBus({ url: natsUrl, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  await ensureStreams(bus, count, { ingestMaxBytes: 16 * 1024 * 1024 });
  options.config = withJetStream('disabled');
  await nats.restart();
  const told: (string | null)[] = [];
  const starting = startArchive({
    environment: { data: temporaryFolder(), logLevel: 'silent' },
    ...{ natsUrl, bus, count, inThread: true, log: silentLog, tell: (why) => void told.push(why) },
  });
  const seen = () => told;
  await until('it to be told', () => /\(10039\): enable JetStream/.test(String(told.at(-1))), {
    timeoutMs: 30_000,
    seen,
  });
  options.config = withJetStream('enabled');
  await nats.restart();
  const archive = await starting;
  assert.equal(told.at(-1), null);
  assert.equal(archive.problem(), null);
  await archive.stop();
});
