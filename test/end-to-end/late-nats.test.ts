/** A Herald with stored secrets whose NATS comes seconds later: the port is served from the start, and says what is missing. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type HeraldProcess, startHerald } from '../support/herald.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, post } from './alerts.ts';
import { consoleChannel, environments, route, source } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const TOKEN = 'the-token-that-is-stored';
const LATE = 3000;
const WITH_SECRETS = `${source('guarded', 'herald', 'auth: { type: bearer, token: { secret: in-token } }')}---
apiVersion: herald/v1
kind: Channel
metadata: { name: slack }
spec: { type: slack, token: { secret: slack }, channel: '#ops', signingSecret: { secret: slack } }
`;

let nats: NatsServer;
/** Its data and its configuration; it runs no more. */
let first: RunningHerald;

before(async () => {
  nats = await startNats({ maxFileStore: 4 * 1024 ** 3 });
  const rest = source('open', 'herald') + environments() + route({ receivers: ['console'] }) + consoleChannel();
  first = await runningHerald({
    config: { 'rest.yaml': rest },
    env: {
      NATS_URL: nats.url,
      HERALD_SECRET_KEY: randomBytes(32).toString('base64'),
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
    },
  });
  const env = { ...first.env, HERALD_LISTEN: new URL(first.url).host };
  for (const name of ['in-token', 'slack'])
    assert.equal((await runCommand(['secret', 'set', name], env, TOKEN)).code, 0);
  await first.declare('secrets.yaml', WITH_SECRETS);
  assert.equal((await first.stop()).code, 0);
  await nats.kill9();
});

/** Serves HTTP, and no more is known of it. */
async function served(): Promise<HeraldProcess> {
  const herald = await startHerald({ env: first.env });
  await until('the port to be served', () => get(`${herald.url}/healthz`).catch(() => null), { everyMs: 20 });
  return herald;
}

const sendTo = (herald: HeraldProcess, name: string, token: string) =>
  post(`${herald.url}/v1/webhooks/${name}`, alertsOf({ alertname: 'Late' }), { authorization: `Bearer ${token}` });

const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  `${status} ${(body as { type?: string }).type?.replace('urn:herald:problem:', '') ?? ''}`;

test('[BR-SEC-014] without NATS the port is served at once; what needs a stored secret answers 503 and says why, until NATS comes', async () => {
  const herald = await served();
  const since = performance.now();
  while (performance.now() - since < LATE) {
    assert.equal((await get(`${herald.url}/healthz`)).status, 200);
    const { status, body } = await get(`${herald.url}/readyz`);
    assert.equal(status, 503);
    assert.ok((body as { reasons: string[] }).reasons.includes('NATS has not been reached yet'));
    for (const token of [TOKEN, 'guessed']) {
      const answer = await sendTo(herald, 'guarded', token);
      assert.equal(codeOf(answer), '503 source.untold');
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    }
    assert.equal(codeOf(await sendTo(herald, 'open', '')), '503 ingest.not-admitting');
    assert.equal(codeOf(await sendTo(herald, 'unknown', '')), '404 source.unknown');
    const click = await post(`${herald.url}/v1/interactions/slack/default/slack`, 'payload={}');
    assert.equal(codeOf(click), '503 secrets.unavailable');
    assert.equal(codeOf(await get(`${herald.url}/v1/secrets`)), '503 access.unavailable');
    await pause(200);
  }
  await nats.restart();
  await herald.ready();
  assert.equal((await sendTo(herald, 'guarded', TOKEN)).status, 202);
  assert.equal((await sendTo(herald, 'guarded', 'guessed')).status, 403);
  assert.equal((await sendTo(herald, 'open', '')).status, 202);
  await until('the alert to be told', () => /FIRING/.test(herald.stdout()));
  assert.equal((await herald.stop()).code, 0);
  await nats.kill9();
});

test('[BR-SEC-014] a Herald that waits for NATS stops at once when it is told to', async () => {
  const herald = await served();
  const { code, ms } = await herald.stop();
  assert.equal(code, 0);
  assert.ok(ms < 5000, `${ms} ms: before an attempt to reach NATS is given up`);
  assert.doesNotMatch(herald.stdout(), /ready/);
});

test('[BR-SEC-014] when NATS comes and the store has not what is declared, the start ends and names it', async () => {
  await first.declare('more.yaml', source('more', 'herald', 'auth: { type: bearer, token: { secret: never-set } }'));
  const herald = await served();
  assert.equal(codeOf(await sendTo(herald, 'more', '')), '503 source.untold');
  await nats.restart();
  const said =
    /the store has no secret never-set of tenant default; allowed: one that was set before, with Herald running: herald secret set never-set/;
  await until('it to say so', () => said.test(herald.stderr()));
  await until('it to end', async () => (await get(`${herald.url}/healthz`).catch(() => null)) === null);
});
