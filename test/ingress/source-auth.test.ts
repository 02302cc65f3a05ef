/** Every way to authenticate, through the door: right, wrong, missing, expired, replayed, rotated. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { generateKeyPair, SignJWT } from 'jose';
import { sign } from '../../access/signature.ts';
import { authFaults, type HmacAuth, type JwtAuth, type SourceAuth, sourceAuthOf } from '../../resources/source-auth.ts';
import { issuer } from '../support/providers/issuer.ts';
import { until } from '../support/until.ts';
import { alertNamed, answered, type Door, openDoor, source } from './herald-door.ts';

const BODY = JSON.stringify(alertNamed('Down'));
const hex = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');
type Headers = Readonly<Record<string, string>>;

async function guarded(
  auth: SourceAuth,
): Promise<{ door: Door; send: (headers: Headers, body?: string) => Promise<Response> }> {
  const door = await openDoor();
  door.sources.set('s', { ...source('s', 'herald'), auth });
  return { door, send: (headers, body = BODY) => sendTo(door, headers, body) };
}

function sendTo(door: Door, headers: Headers, body: string): Promise<Response> {
  const asked = fetch(`${door.url}/v1/webhooks/s`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return answered(door, asked);
}

async function codeOf(response: Response): Promise<string> {
  const { type } = (await response.json()) as { readonly type: string };
  return `${response.status} ${type.replace('urn:herald:problem:', '')}`;
}

test('[BR-WH-004] basic: the name and any live password, and nothing else', async () => {
  const { send } = await guarded({ type: 'basic', username: 'prom', passwords: ['new:er', 'older'] });
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  assert.equal((await send(basic('prom:new:er'))).status, 202);
  assert.equal((await send(basic('prom:older'))).status, 202);
  assert.equal(await codeOf(await send(basic('prom:wrong'))), '403 auth.wrong');
  assert.equal(await codeOf(await send(basic('other:older'))), '403 auth.wrong');
  assert.equal(await codeOf(await send(basic('prom:'))), '403 auth.wrong');
  const missing = await send({});
  assert.match(String(missing.headers.get('www-authenticate')), /^Basic realm/);
  assert.equal(await codeOf(missing), '401 auth.missing');
  assert.equal(await codeOf(await send({ authorization: 'Basic !!!' })), '401 auth.missing');
});

const HMAC: Omit<HmacAuth, 'style' | 'header'> = {
  type: 'hmac',
  secrets: ['newer', 'older'],
  timestampHeader: null,
  idHeader: null,
  tolerance: 300,
};

test('[BR-WH-005] [BR-INT-008] a signature over the body as GitHub makes it, by any live secret, in the header that is configured', async () => {
  const { send, door } = await guarded({ ...HMAC, style: 'github', header: 'x-my-signature' });
  for (const secret of ['newer', 'older']) {
    assert.equal((await send({ 'x-my-signature': `sha256=${hex(secret, BODY)}` })).status, 202);
  }
  assert.equal(await codeOf(await send({ 'x-my-signature': `sha256=${hex('wrong', BODY)}` })), '403 auth.wrong');
  assert.equal(await codeOf(await send({ 'x-my-signature': hex('newer', BODY) })), '403 auth.wrong');
  assert.equal(
    await codeOf(await send({ 'x-my-signature': `sha256=${hex('newer', BODY)}` }, `${BODY} `)),
    '403 auth.wrong',
  );
  assert.equal(await codeOf(await send({})), '401 auth.missing');
  assert.equal(door.publisher.entries.length, 2);
});

test('[BR-WH-005] [BR-INT-002] Grafana signs its body, or its body behind the time; a time that is off is refused', async () => {
  const plain = await guarded({ ...HMAC, style: 'grafana', header: 'x-grafana-alerting-signature' });
  assert.equal((await plain.send({ 'x-grafana-alerting-signature': hex('newer', BODY) })).status, 202);
  const timed = await guarded({ ...HMAC, style: 'grafana', header: 'x-sig', timestampHeader: 'x-time' });
  const at = (off: number, signed = 0) => {
    const seconds = Math.round(timed.door.clock.now() / 1000) + off;
    return { 'x-time': String(seconds), 'x-sig': hex('newer', `${seconds + signed}:${BODY}`) };
  };
  assert.equal((await timed.send(at(0))).status, 202);
  assert.equal((await timed.send(at(-290))).status, 202);
  assert.equal(await codeOf(await timed.send(at(-310))), '403 auth.expired');
  assert.equal(await codeOf(await timed.send(at(310))), '403 auth.expired');
  assert.equal(await codeOf(await timed.send(at(0, 1))), '403 auth.wrong');
  assert.equal(await codeOf(await timed.send({ 'x-sig': hex('newer', BODY) })), '401 auth.missing');
  assert.equal(await codeOf(await timed.send({ ...at(0), 'x-time': 'noon' })), '403 auth.wrong');
});

test('[BR-WH-005] what Slack signed and sends again is answered as before, and taken in once', async () => {
  const slack = { style: 'slack', header: 'x-slack-signature', timestampHeader: 'x-slack-request-timestamp' } as const;
  const { send, door } = await guarded({ ...HMAC, ...slack });
  const seconds = String(Math.round(door.clock.now() / 1000));
  const headers = {
    'x-slack-request-timestamp': seconds,
    'x-slack-signature': `v0=${hex('older', `v0:${seconds}:${BODY}`)}`,
  };
  const first = (await (await send(headers)).json()) as object;
  const again = await send(headers);
  assert.deepEqual([again.status, await again.json()], [202, first]);
  assert.equal(door.publisher.entries.length, 1);
  assert.match(await door.metrics.text(), /herald_alerts_rejected_total\{source="s",reason="auth.replayed"\} 1/);
  door.clock.advance(301_000);
  assert.equal(await codeOf(await send(headers)), '403 auth.expired');
});

test('[BR-WH-005] the three headers of Standard Webhooks are called as the Source says', async () => {
  const secret = `whsec_${Buffer.from('a secret of a sender').toString('base64')}`;
  const names = { header: 'Svix-Signature', timestampHeader: 'Svix-Timestamp', idHeader: 'Svix-Id' };
  const { send, door } = await guarded(sourceAuthOf({ type: 'hmac', style: 'standard-webhooks', secret, ...names }));
  const timestamp = String(Math.round(door.clock.now() / 1000));
  const signature = sign({ id: 'm1', timestamp, body: BODY }, secret);
  const signed = { 'svix-id': 'm1', 'svix-timestamp': timestamp, 'svix-signature': signature };
  assert.equal((await send(signed)).status, 202);
  assert.equal(await codeOf(await send({ ...signed, 'svix-id': 'm2' })), '403 auth.wrong');
  const usual = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  assert.equal(await codeOf(await send(usual)), '401 auth.missing');

  const auth = { type: 'hmac', secret: { env: 'S' }, idHeader: 'x-id' };
  const of = (style: string) =>
    authFaults({ format: 'herald', auth: { ...auth, style } }).map(({ path }) => path.join('.'));
  assert.deepEqual([of('github'), of('standard-webhooks')], [['spec.auth.idHeader'], []]);
});

test('[BR-WH-005] by Standard Webhooks an id is one message, also when it is signed anew; what was not stored may come again', async () => {
  const standard = { header: 'webhook-signature', timestampHeader: 'webhook-timestamp', idHeader: 'webhook-id' };
  const secret = `whsec_${Buffer.from('a secret of a sender').toString('base64')}`;
  const { send, door } = await guarded({
    ...HMAC,
    ...standard,
    style: 'standard-webhooks',
    secrets: ['other', secret],
  });
  const signed = (id: string, by = secret) => {
    const timestamp = String(Math.round(door.clock.now() / 1000));
    const signature = sign({ id, timestamp, body: BODY }, by);
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  };
  door.publisher.failing = 'ingest.unavailable';
  assert.equal((await send(signed('m1'))).status, 503);
  door.publisher.failing = null;
  const first = (await (await send(signed('m1'))).json()) as object;
  door.clock.advance(5000);
  assert.deepEqual(await (await send(signed('m1'))).json(), first);
  assert.equal((await send(signed('m2'))).status, 202);
  assert.equal(door.publisher.entries.length, 2);
  assert.equal(await codeOf(await send(signed('m3', 'whsec_d3Jvbmc='))), '403 auth.wrong');
  assert.equal(await codeOf(await send({ ...signed('m3'), 'webhook-id': 'm4' })), '403 auth.wrong');
  assert.equal(await codeOf(await send({ ...signed('m3'), 'webhook-id': '' })), '401 auth.missing');
});

type Key = Awaited<ReturnType<Awaited<ReturnType<typeof issuer>>['addKey']>>;

interface Claims {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: number;
  readonly notBefore?: number;
}

function token(door: Door, key: Key, kid: string, claims: Claims = {}): Promise<string> {
  const now = Math.floor(door.clock.now() / 1000);
  const { issuer: by = 'https://issuer', audience = 'herald', expires = 3600, notBefore = 0 } = claims;
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(by)
    .setAudience(audience)
    .setNotBefore(now + notBefore)
    .setExpirationTime(now + expires)
    .sign(key);
}

function jwt(jwksUrl: string): JwtAuth {
  const pinned = { issuer: 'https://issuer', audience: 'herald', algorithms: ['ES256'] };
  return { type: 'jwt', jwksUrl, ...pinned, ca: null, allowPrivateAddresses: true };
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

test('[BR-WH-004] [BR-INT-008] a token of the issuer, for this audience, in its time, with a pinned algorithm', async () => {
  const { url, state, addKey } = await issuer();
  const key = await addKey('k1');
  const { door, send } = await guarded(jwt(url));
  const good = await token(door, key, 'k1');
  for (let i = 0; i < 3; i++) assert.equal((await send(bearer(good))).status, 202);
  assert.equal(state.fetched, 1);
  const wrong = [
    await token(door, key, 'k1', { issuer: 'https://other' }),
    await token(door, key, 'k1', { audience: 'other' }),
    await token(door, (await generateKeyPair('ES256')).privateKey, 'k1'),
    `${good.slice(0, -6)}AAAAAA`,
    'no.token.at-all',
    // alg none, and a symmetric one made with what everybody can read.
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`,
    await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setIssuer('https://issuer')
      .setAudience('herald')
      .setExpirationTime('1h')
      .sign(Buffer.from('x'.repeat(32))),
  ];
  for (const one of wrong) assert.equal(await codeOf(await send(bearer(one))), '403 auth.wrong', one);
  assert.equal(await codeOf(await send(bearer(await token(door, key, 'k1', { expires: -60 })))), '403 auth.expired');
  assert.equal(await codeOf(await send(bearer(await token(door, key, 'k1', { notBefore: 600 })))), '403 auth.expired');
  assert.equal(await codeOf(await send({})), '401 auth.missing');
  door.clock.advance(3_700_000);
  assert.equal(await codeOf(await send(bearer(good))), '403 auth.expired');
});

test('[BR-SEC-006] the keys of an issuer rotate: a new key is fetched, a withdrawn one is refused once that is known', async () => {
  const { url, keys, state, addKey } = await issuer();
  const [first, { door, send }] = [await addKey('k1'), await guarded(jwt(url))];
  const old = await token(door, first, 'k1', { expires: 7200 });
  assert.equal((await send(bearer(old))).status, 202);
  const second = await addKey('k2');
  keys.shift();
  const fresh = await token(door, second, 'k2', { expires: 7200 });
  // Not fetched again at once: a flood of unknown keys must not reach the issuer.
  assert.equal(await codeOf(await send(bearer(fresh))), '403 auth.wrong');
  door.clock.advance(31_000);
  assert.equal((await send(bearer(fresh))).status, 202);
  assert.equal(await codeOf(await send(bearer(old))), '403 auth.wrong');
  const before = state.fetched;
  state.status = 500;
  door.clock.advance(11 * 60_000);
  assert.equal((await send(bearer(await token(door, second, 'k2')))).status, 202);
  assert.equal(state.fetched, before + 1);
});

test('[BR-WH-004] without the keys of the issuer it is a 503, not a refusal: the sender tries again', async () => {
  const { url, state, addKey } = await issuer();
  state.status = 500;
  const key = await addKey('k1');
  const { door, send } = await guarded(jwt(url));
  const answer = await send(bearer(await token(door, key, 'k1')));
  assert.equal(answer.headers.get('retry-after'), '5');
  assert.equal(await codeOf(answer), '503 auth.keys-unavailable');
});

test('[BR-WH-004] failures of one address are counted and answered later and later; who succeeds does not wait', async () => {
  const { door } = await guarded({ type: 'bearer', tokens: ['sesame'] });
  const ask = (headers: Headers) =>
    fetch(`${door.url}/v1/webhooks/s`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: BODY,
    });
  const delays: number[] = [];
  for (let i = 0; i < 8; i++) {
    const since = door.clock.monotonic();
    assert.equal((await sendTo(door, bearer('guess'), BODY)).status, 403);
    delays.push(door.clock.monotonic() - since);
  }
  assert.ok(delays[0]! >= 50 && delays[3]! >= 400 && delays[7]! >= 2000, String(delays));
  assert.equal((await ask(bearer('sesame'))).status, 202);
  assert.match(await door.metrics.text(), /herald_alerts_rejected_total\{source="s",reason="auth.wrong"\} 8/);
});

test('who hangs up while the answer waits leaves nothing behind', async () => {
  const { door } = await guarded({ type: 'bearer', tokens: ['sesame'] });
  const gone = new AbortController();
  const asked = fetch(`${door.url}/v1/webhooks/s`, { method: 'POST', body: BODY, signal: gone.signal });
  await until('the request to be there', () => door.server.inFlight === 1);
  gone.abort();
  await assert.rejects(asked);
  await until('it to be given up', () => door.server.inFlight === 0);
});
