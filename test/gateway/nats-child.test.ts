import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BusUnreachable, connectBus } from '../../bus/connection.ts';
import { startNatsChild } from '../../gateway/nats-child.ts';
import { type Log, silentLog } from '../../telemetry/log.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

test('[BR-SEC-008] the embedded server takes nobody who does not have its password, and has another one at each start', async () => {
  const folder = temporaryFolder();
  const start = () => startNatsChild({ folder, maxFileStore: 64 * 1024 * 1024, log: silentLog });
  const first = await start();
  atEnd(() => first.stop());
  const contact = (url: string, patience = 5000) => connectBus({ url, name: 'test', log: silentLog, patience });
  await (await contact(first.url)).close();

  const { host } = new URL(first.url);
  for (const who of ['', 'herald:guess@']) {
    const refused = await contact(`nats://${who}${host}`, 0).catch((error: unknown) => error);
    assert.ok(refused instanceof BusUnreachable && refused.isRefused, String(refused));
  }
  assert.equal(statSync(join(folder, 'nats-server.conf')).mode & 0o077, 0);

  await first.stop();
  const second = await start();
  atEnd(() => second.stop());
  assert.notEqual(new URL(second.url).password, new URL(first.url).password);
  await (await contact(second.url)).close();
});

test('on Linux the embedded server interrupts nobody: it is a batch process, where that can be had', {
  skip: process.platform !== 'linux',
}, async () => {
  const start = async () => {
    const child = await startNatsChild({ folder: temporaryFolder(), maxFileStore: 64 * 1024 * 1024, log: silentLog });
    atEnd(() => child.stop());
    await (await connectBus({ url: child.url, name: 'test', log: silentLog })).close();
    return child.pid ?? 0;
  };
  assert.deepEqual(policiesOf(await start()), [SCHED_BATCH]);

  const path = process.env.PATH;
  process.env.PATH = temporaryFolder();
  try {
    assert.deepEqual(policiesOf(await start()), [SCHED_OTHER]);
  } finally {
    process.env.PATH = path;
  }
});

test('a server that ends at once is started again, ever more rarely, and its last words are in the log', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'nats-server');
  writeFileSync(program, '#!/bin/sh\necho "[1] [INF] Starting"\necho "[1] [FTL] the store is damaged" >&2\nexit 1\n');
  chmodSync(program, 0o755);
  const ends: { readonly at: number; readonly said: unknown }[] = [];
  const log: Log = {
    ...silentLog,
    error: (fields) => void ends.push({ at: performance.now(), said: 'said' in fields && fields.said }),
  };
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  const starting = startNatsChild({ folder: join(folder, 'nats'), maxFileStore: 64 * 1024 * 1024, log });
  const child = await starting.finally(() => {
    process.env.PATH = path;
  });
  atEnd(() => child.stop());
  await until('it to end three times', () => ends.length >= 3);
  await child.stop();
  assert.deepEqual(ends[0]?.said, ['[1] [FTL] the store is damaged']);
  const [first, second, third] = ends.map(({ at }) => at) as [number, number, number];
  assert.ok(
    second - first >= 290 && third - second >= 590,
    `after ${second - first} ms, then after ${third - second} ms`,
  );
});

/** sched(7) */
const SCHED_OTHER = 0;
const SCHED_BATCH = 3;

/** By which its threads are scheduled: proc(5), field 41 of stat. */
function policiesOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const policies = threads.map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
  });
  return [...new Set(policies)];
}
