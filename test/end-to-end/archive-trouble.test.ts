/** What is wrong with the archive is told by readyz: of everything in one process as of an archive apart. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { startHerald, temporaryFolder } from '../support/herald.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, post } from './alerts.ts';
import { consoleChannel, environments, route, source } from './resources.ts';
import { runningHerald } from './running-herald.ts';

interface Readiness {
  readonly status: string;
  readonly reasons?: readonly string[];
  readonly notes?: readonly string[];
}

async function readiness(address: string) {
  const { status, body } = await get(`${address}/readyz`);
  return { code: status, ...(body as Readiness) };
}

test('[BR-REL-004] [BR-REL-014] an archive that has a rival or stands still is told by readyz: 503 where it runs apart, a note beside the other roles, which go on', async () => {
  const nats = await startNats({ maxFileStore: 4 * 1024 ** 3 });
  const health = `127.0.0.1:${await freePort()}`;
  const herald = await runningHerald({
    config: {
      'all.yaml': source('any', 'herald') + environments() + route({ receivers: ['console'] }) + consoleChannel(),
    },
    env: {
      NATS_URL: nats.url,
      HERALD_PARTITIONS: '1',
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
      HERALD_HEALTH_LISTEN: health,
    },
  });
  const send = async (alertname: string) =>
    (await post(`${herald.url}/v1/webhooks/any`, alertsOf({ alertname }))).status;
  const told = (alertname: string) => until('it to be told', () => herald.stdout().includes(alertname));
  assert.deepEqual(await readiness(herald.url), { code: 200, status: 'ready' });

  const listen = `127.0.0.1:${await freePort()}`;
  const apart = await startHerald({
    role: 'archive',
    env: { ...herald.env, HERALD_DATA: temporaryFolder(), HERALD_HEALTH_LISTEN: listen },
  });
  await apart.ready();
  const rival = /^another archive runs, on \S+ with \S+archive\.sqlite: stop one of them, or both lose events$/;
  await until(
    'both to say so',
    async () => {
      const [one, two] = await Promise.all([readiness(herald.url), readiness(`http://${listen}`)]);
      return one.notes !== undefined && two.reasons !== undefined;
    },
    { timeoutMs: 30_000 },
  );
  const [{ code, status, notes = [] }, other] = [await readiness(herald.url), await readiness(`http://${listen}`)];
  assert.deepEqual([code, status, notes.length], [200, 'ready', 1]);
  assert.match(notes[0]!, rival);
  assert.deepEqual([other.code, other.status, other.reasons?.length], [503, 'not ready', 1]);
  assert.match(other.reasons![0]!, rival);
  assert.deepEqual((await readiness(`http://${health}`)).notes, notes);
  assert.equal(await send('Rivals'), 202);
  await apart.stop();
  await until('it to be alone', async () => (await readiness(herald.url)).notes === undefined, { timeoutMs: 30_000 });

  await told('Rivals');
  await nats.kill9();
  rmSync(nats.storeDir, { recursive: true });
  await nats.restart();
  const still = await until('it to stand still', async () => (await readiness(herald.url)).notes, {
    timeoutMs: 30_000,
  });
  const [said] = herald.logged('archive.unusable') as { error?: { message?: string } }[];
  assert.deepEqual(still, [said?.error?.message]);
  assert.match(still[0]!, /do not belong together/);
  // Just after the return of NATS what waits is unseen for a moment, also once it was seen: 503 again, until the next look.
  const often = { timeoutMs: 30_000 };
  await until('it to be accepted', async () => (await send('StandsStill')) === 202, often);
  await told('StandsStill');
  const ready = await until(
    'it to be ready',
    async () => {
      const now = await readiness(herald.url);
      return now.code === 200 && now;
    },
    often,
  );
  assert.deepEqual(ready, { code: 200, status: 'ready', notes: still });
  const shows = async () => /is ready\nbut archive file /.test((await herald.command('status')).out);
  await until('the command to show it', shows, often);
  assert.equal((await herald.stop()).code, 0);
});
