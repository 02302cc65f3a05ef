/** A NATS that answers and refuses what Herald needs: a person has to change it, and is told what. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { writeResources } from '../faults/resources.ts';
import { startHerald, temporaryFolder } from '../support/herald.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';
import { get } from './alerts.ts';

const allowing = (streams: number) =>
  `accounts { A { jetstream: { max_file: 4000000000, max_mem: 1000000, max_streams: ${streams} }, users: [{ user: a, password: p }] } }`;
const WHY =
  'NATS refuses, "maximum number of streams reached" (10027): raise max_streams of the account, or remove streams that nobody uses';

async function reasons(address: string) {
  const { status, body } = await get(`${address}/readyz`);
  return [status, (body as { reasons: string[] }).reasons];
}

test('[BR-REL-004] an account that allows too few streams is named by log and readyz with what to do, and Herald starts once it allows them', async () => {
  const options = { config: allowing(5), maxFileStore: 4 * 1024 ** 3 };
  const nats = await startNats(options);
  const env = () => {
    const folder = temporaryFolder();
    return {
      NATS_URL: `nats://a:p@127.0.0.1:${nats.port}`,
      HERALD_DATA: `${folder}/data`,
      HERALD_CONFIG: writeResources(folder, { receiverUrl: 'http://127.0.0.1:9/nobody' }),
      HERALD_PARTITIONS: '1',
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
    };
  };
  const health = `127.0.0.1:${await freePort()}`;
  const all = await startHerald({ env: env() });
  const archive = await startHerald({ role: 'archive', env: { ...env(), HERALD_HEALTH_LISTEN: health } });
  for (const one of [all, archive])
    await until('it to say so', () => one.logged('bus.waiting').some(({ msg }) => msg === `${WHY}; trying on`), {
      timeoutMs: 30_000,
      seen: one.stderr,
    });
  assert.deepEqual(await reasons(all.url), [503, ['deciding has not started yet', WHY]]);
  assert.deepEqual(await reasons(`http://${health}`), [503, [WHY]]);
  // Beside the other it would be its rival.
  assert.equal((await archive.stop()).code, 0);
  options.config = allowing(100);
  await nats.restart();
  await all.ready();
  assert.deepEqual((await get(`${all.url}/readyz`)).body, { status: 'ready' });
  assert.equal((await all.stop()).code, 0);
});
