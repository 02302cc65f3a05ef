/** The keys of an issuer over HTTPS, from a real TLS server: whom Herald takes for the issuer, and how often it asks. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import type { JwtAuth } from '../../resources/source-auth.ts';
import type { Log } from '../../telemetry/log.ts';
import { issuer } from '../support/providers/issuer.ts';
import { until } from '../support/until.ts';
import { alertNamed, answered, type Door, openDoor, source } from './herald-door.ts';

const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
/** Of receiver.test and 127.0.0.1, by the authority in ca.pem. */
const RIGHT = { cert: pem('server.pem'), key: pem('server.key') };
/** Of the same names, signed by itself, and for no time at all. */
const EXPIRED = { cert: pem('expired.pem'), key: pem('expired.key') };
const CA = pem('ca.pem');
const HOUR = 3_600_000;

type Issuer = Awaited<ReturnType<typeof issuer>>;
type Key = Awaited<ReturnType<Issuer['addKey']>>;

interface Asked {
  readonly door: Door;
  readonly whys: () => readonly string[];
  /** The status, and the code where there is one. */
  ask(token: string): Promise<string>;
}

function jwt(jwksUrl: string, change: Partial<JwtAuth> = {}): JwtAuth {
  const pinned = { issuer: 'https://issuer', audience: 'herald', algorithms: ['ES256'] };
  return { type: 'jwt', jwksUrl, ...pinned, ca: CA, allowPrivateAddresses: true, ...change };
}

async function guarded(auth: JwtAuth): Promise<Asked> {
  const whys: string[] = [];
  const note = (fields: object) => {
    const { event, why } = fields as { readonly event?: string; readonly why: string };
    if (event === 'ingress.jwks-unavailable') whys.push(why);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const door = await openDoor([], { log });
  door.sources.set('s', { ...source('s', 'herald'), auth });
  return {
    door,
    whys: () => whys,
    async ask(token) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const body = JSON.stringify(alertNamed('Down'));
      const response = await answered(door, fetch(`${door.url}/v1/webhooks/s`, { method: 'POST', headers, body }));
      const { type = '' } = (await response.json()) as { readonly type?: string };
      return `${response.status} ${type.replace('urn:herald:problem:', '')}`.trim();
    },
  };
}

let made = 0;

/** Each is another one: what was right once is not checked again. */
function tokenBy(key: Key, kid: string, { clock }: Door, hours = 48): Promise<string> {
  made += 1;
  return new SignJWT({ jti: String(made) })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer('https://issuer')
    .setAudience('herald')
    .setExpirationTime(Math.floor((clock.now() + hours * HOUR) / 1000))
    .sign(key);
}

test('[BR-WH-004] [BR-SEC-006] keys come from a server whose certificate the declared authority signed', async () => {
  const { url, state, addKey } = await issuer({ tls: RIGHT });
  const key = await addKey('k1');
  const { door, ask, whys } = await guarded(jwt(url));
  assert.equal(await ask(await tokenBy(key, 'k1', door)), '202');
  assert.deepEqual([state.fetched, whys()], [1, []]);
});

for (const [what, auth, certificate, why] of [
  ['another host', { host: 'localhost' }, RIGHT, /ERR_TLS_CERT_ALTNAME_INVALID.*localhost/],
  ['a time that is over', { ca: EXPIRED.cert }, EXPIRED, /CERT_HAS_EXPIRED/],
  ['an authority that is not the declared one', { ca: pem('client-ca.pem') }, RIGHT, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
  ['no public authority, where none is declared', { ca: null }, RIGHT, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
  ['nobody but itself', {}, EXPIRED, /DEPTH_ZERO_SELF_SIGNED_CERT|CERT_HAS_EXPIRED/],
] as const) {
  test(`[BR-WH-004] [BR-SEC-001] a certificate of ${what} gives no keys: the sender is told to come again, the log why`, async () => {
    const { url, state, addKey } = await issuer({ tls: certificate });
    const key = await addKey('k1');
    const { host = '127.0.0.1', ...change } = auth as { host?: string; ca?: string | null };
    const { door, ask, whys } = await guarded(jwt(url.replace('127.0.0.1', host), change));
    assert.equal(await ask(await tokenBy(key, 'k1', door)), '503 auth.keys-unavailable');
    assert.equal(state.fetched, 0, 'nothing was asked of it');
    assert.match(whys().join(), why);
    assert.equal(door.publisher.entries.length, 0);
  });
}

test('[BR-SEC-001] an issuer on a private address is asked only where that is allowed', async () => {
  const { url, state, addKey } = await issuer({ tls: RIGHT });
  const { door, ask, whys } = await guarded(jwt(url, { allowPrivateAddresses: false }));
  assert.equal(await ask(await tokenBy(await addKey('k1'), 'k1', door)), '503 auth.keys-unavailable');
  assert.deepEqual([state.connections, /127\.0\.0\.1.*loopback/.test(whys().join())], [0, true], whys().join());
});

test('[BR-SEC-006] many tokens at once have the keys fetched once, and they are kept for ten minutes', async () => {
  const { url, state, addKey } = await issuer({ tls: RIGHT });
  const key = await addKey('k1');
  const { door, ask } = await guarded(jwt(url));
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenBy(key, 'k1', door)));
  assert.deepEqual(new Set(await Promise.all(tokens.map(ask))), new Set(['202']));
  assert.deepEqual([state.fetched, state.connections], [1, 1]);
  door.clock.advance(9 * 60_000);
  assert.equal(await ask(await tokenBy(key, 'k1', door)), '202');
  assert.equal(state.fetched, 1);
  door.clock.advance(2 * 60_000);
  assert.equal(await ask(tokens[0]!), '202');
  assert.equal(state.fetched, 2);
});

test('[BR-SEC-006] a new key is taken up within half a minute, a withdrawn one is refused once that is known', async () => {
  const { url, keys, state, addKey } = await issuer({ tls: RIGHT });
  const first = await addKey('k1');
  const { door, ask } = await guarded(jwt(url));
  const old = await tokenBy(first, 'k1', door);
  assert.equal(await ask(old), '202');
  const second = await addKey('k2');
  keys.shift();
  const fresh = await tokenBy(second, 'k2', door);
  assert.equal(await ask(fresh), '403 auth.wrong', 'a flood of unknown keys must not reach the issuer');
  assert.equal(state.fetched, 1);
  door.clock.advance(31_000);
  assert.equal(await ask(fresh), '202');
  assert.equal(await ask(old), '403 auth.wrong');
  assert.equal(state.fetched, 2);
});

test('[BR-SEC-006] who takes the address of the issuer gives no keys: those that are known stay good, for a day', async () => {
  const { url, keys, state, addKey, present } = await issuer({ tls: RIGHT });
  const right = await addKey('k1');
  const { door, ask, whys } = await guarded(jwt(url));
  assert.equal(await ask(await tokenBy(right, 'k1', door)), '202');
  present(EXPIRED);
  const forged = await addKey('k2');
  keys.shift();
  door.clock.advance(11 * 60_000);
  assert.equal(await ask(await tokenBy(forged, 'k2', door)), '403 auth.wrong');
  assert.equal(await ask(await tokenBy(right, 'k1', door)), '202');
  assert.equal(state.fetched, 1, 'the other one was asked');
  assert.ok(whys().length > 0);
  door.clock.advance(24 * HOUR);
  assert.equal(await ask(await tokenBy(right, 'k1', door)), '503 auth.keys-unavailable');
  present(RIGHT);
  door.clock.advance(31_000);
  assert.equal(await ask(await tokenBy(right, 'k1', door)), '403 auth.wrong', 'it was withdrawn meanwhile');
});

test('[BR-SEC-006] an authority that is declared anew, in a reload, is the one that counts', async () => {
  const { url, state, addKey, present } = await issuer({ tls: RIGHT });
  const key = await addKey('k1');
  const { door, ask } = await guarded(jwt(url, { ca: pem('client-ca.pem') }));
  const token = await tokenBy(key, 'k1', door);
  assert.equal(await ask(token), '503 auth.keys-unavailable');
  const declare = (auth: JwtAuth) => door.sources.set('s', { ...source('s', 'herald'), auth });
  declare(jwt(url, { ca: pem('client-ca.pem') + CA }));
  assert.equal(await ask(token), '202');
  declare(jwt(url, { ca: pem('client-ca.pem') + CA }));
  assert.equal(await ask(token), '202');
  assert.equal(state.fetched, 1, 'a reload that changes nothing of it keeps the keys');
  present(EXPIRED);
  declare(jwt(url, { ca: pem('client-ca.pem') }));
  assert.equal(await ask(token), '503 auth.keys-unavailable');
});

test('[BR-SEC-006] a declaration that a reload took away leaves nothing: neither keys, nor tokens, nor a connection', async () => {
  const { url, state, addKey } = await issuer({ tls: RIGHT });
  const key = await addKey('k1');
  const [auth, other] = [jwt(url), jwt(url, { audience: 'other' })];
  const { door, ask } = await guarded(auth);
  const token = await tokenBy(key, 'k1', door);
  assert.equal(await ask(token), '202');
  await door.tokens.keepOnly([other, jwt(url)]);
  assert.equal(await ask(token), '202');
  assert.deepEqual([state.fetched, state.open()], [1, 1], 'it is declared still');
  await door.tokens.keepOnly([other]);
  await until('the connection to end', () => state.open() === 0);
  assert.equal(await ask(token), '202', 'declared again, or asked for by who came before the reload');
  assert.equal(state.fetched, 2);
});
