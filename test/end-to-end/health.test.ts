import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { type Cluster, startCluster } from '../faults/cluster.ts';
import { oneWebhook } from '../faults/resources.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { runningHerald } from './running-herald.ts';

const NOBODY = 'http://127.0.0.1:9/nobody';
const ROLES = [
  ['actors', 'herald_recovery_seconds_count'],
  ['archive', 'process_resident_memory_bytes'],
  ['ingress', 'herald_http_requests_total'],
] as const;

let cluster: Cluster;
/** Where the health of the actors is served that the first test has left running. */
let actors: string | null = null;

before(async () => {
  cluster = await startCluster({ partitions: 2, resources: oneWebhook({ receiverUrl: NOBODY }) });
});

test('[BR-MON-001] each role that runs apart serves its health, readiness and metrics on an address of its own', async () => {
  for (const [role, metric] of ROLES) {
    const listen = `127.0.0.1:${await freePort()}`;
    const herald = await cluster.start(role, { HERALD_HEALTH_LISTEN: listen });
    await herald.ready();
    const get = (path: string) => fetch(`http://${listen}${path}`);
    await until(`${role} to be ready`, async () => (await get('/readyz')).status === 200);
    assert.equal((await get('/healthz')).status, 200);
    assert.match(await (await get('/metrics')).text(), new RegExp(`^${metric}`, 'm'));
    assert.equal((await get('/v1/alerts')).status, 404);
    if (role === 'actors') actors = listen;
    else await herald.stop();
  }
});

/** The health address of one that runs. */
async function runningActors(): Promise<string> {
  if (actors !== null) return actors;
  const listen = `127.0.0.1:${await freePort()}`;
  const herald = await cluster.start('actors', { HERALD_HEALTH_LISTEN: listen });
  await herald.ready();
  return listen;
}

test('a health address that is taken is named, and nothing starts', async () => {
  actors = await runningActors();
  const second = await cluster.start('actors', { HERALD_HEALTH_LISTEN: actors });
  await assert.rejects(second.ready());
  assert.match(second.stderr(), new RegExp(`HERALD_HEALTH_LISTEN: cannot listen on ${actors}: in use`));
});

test('a role whose NATS is gone says so on its health address', async () => {
  const listen = await runningActors();
  await cluster.nats.stop();
  let reasons: unknown;
  await until('readyz to notice', async () => {
    const response = await fetch(`http://${listen}/readyz`);
    ({ reasons } = (await response.json()) as { reasons?: unknown });
    return response.status === 503;
  });
  assert.deepEqual(reasons, ['the connection to NATS is lost']);
});

test('[BR-MON-001] told to stop, a Herald says 503 on readyz and to senders while it finishes, and ends with exit code 0', async () => {
  const receiver = await startReceiver();
  receiver.answerWith({ kind: 'hang' });
  const config = SOURCES + environments() + route({ receivers: ['ops'] }) + webhookChannel(receiver.url);
  const herald = await runningHerald({ config: { 'herald.yaml': config } });
  const alert = { status: 'firing', labels: { alertname: 'Slow' } };
  const send = () => post(`${herald.url}/v1/webhooks/herald`, alert);
  assert.equal((await send()).status, 202);
  await until('the notification to be under way', () => receiver.requests.length > 0);
  const stopped = herald.stop();
  await until('the signal to arrive', () => herald.logged('stopping').length > 0);
  const ready = await fetch(`${herald.url}/readyz`);
  assert.deepEqual([ready.status, await ready.json()], [503, { status: 'not ready', reasons: ['shutting down'] }]);
  assert.equal((await fetch(`${herald.url}/healthz`)).status, 200);
  const refused = await fetch(`${herald.url}/v1/webhooks/herald`, { method: 'POST', body: JSON.stringify(alert) });
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
  assert.deepEqual((await stopped).code, 0);
  await assert.rejects(fetch(`${herald.url}/readyz`));
});
