import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Lookup } from '../../channels/guarded-lookup.ts';
import { verdict } from '../../channels/http-attempt.ts';
import { httpSettings } from '../../channels/http-options.ts';
import { createOutbound, type OutboundOptions } from '../../channels/outbound.ts';
import type { ProxyOptions } from '../../channels/proxy-tunnel.ts';
import { InvalidChannelOptions } from '../../channels/sender.ts';
import { type ConnectProxyOptions, startConnectProxy } from '../support/connect-proxy.ts';
import { atEnd } from '../support/leaks.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** Names lead to these addresses; what is not listed does not exist. */
const NAMES: Readonly<Record<string, string>> = { 'receiver.test': '203.0.113.7', 'intranet.test': '10.0.0.7' };
const lookup: Lookup = (hostname, _options, callback) => {
  const address = NAMES[hostname];
  if (address === undefined) callback(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }), []);
  else callback(null, [{ address, family: 4 }]);
};
/** The documentation's own addresses stand for public ones here. */
const refuse = (address: string) => (address.startsWith('203.0.113.') ? null : 'private');

async function setUp(proxyOptions: ConnectProxyOptions = {}, change: Partial<ProxyOptions> = {}) {
  const tls = { key: pem('server.key'), cert: pem('server.pem') };
  const secure = await startReceiver({ tls });
  const plain = await startReceiver();
  const proxy = await startConnectProxy(proxyOptions);
  const through: ProxyOptions = {
    url: new URL(proxy.url),
    credentials: null,
    allowPrivateAddress: true,
    resolvesNames: false,
    ...change,
  };
  const options: OutboundOptions = {
    ...{ allowPrivateAddresses: false, ca: pem('ca.pem'), connectTimeout: 5000 },
    ...{ lookup, refuse, proxy: through },
  };
  const outbound = createOutbound(options);
  atEnd(() => outbound.close());
  const post = (url: string, signal = new AbortController().signal) =>
    outbound.request({ method: 'POST', url: new URL(url), headers: {}, body: '{}', signal });
  return { secure, plain, proxy, post };
}

test('[BR-SEC-001] through a proxy the other end is verified by its name, and the proxy is asked for the checked address', async () => {
  const { secure, proxy, post } = await setUp();
  const result = await post(`https://receiver.test:${secure.port}/hook`);
  assert.equal(result.kind, 'answer', JSON.stringify(result));
  assert.deepEqual(proxy.asked, [`203.0.113.7:${secure.port}`]);
  assert.equal(secure.requests[0]?.headers.host, `receiver.test:${secure.port}`);
});

test('plain HTTP goes through a tunnel, too', async () => {
  const { plain, proxy, post } = await setUp();
  assert.equal((await post(`http://receiver.test:${plain.port}/hook`)).kind, 'answer');
  assert.equal(proxy.asked.length, 1);
});

test('private addresses are refused with a proxy as without, and the proxy is not even asked', async () => {
  const { proxy, post } = await setUp();
  for (const url of ['https://intranet.test/', 'https://10.0.0.1/', 'http://[::1]/', 'http://127.0.0.1/']) {
    assert.equal((await post(url)).kind, 'refused', url);
  }
  assert.deepEqual(proxy.asked, []);
});

test('neither is a proxy at a private address reached, unless the channel allows that', async () => {
  const { proxy, post } = await setUp({}, { allowPrivateAddress: false });
  assert.equal((await post('https://receiver.test/')).kind, 'refused');
  assert.deepEqual(proxy.asked, []);
});

test('a proxy that resolves names is asked for the name; addresses are still judged', async () => {
  const { plain, proxy, post } = await setUp({}, { resolvesNames: true });
  assert.equal((await post(`http://only-the-proxy-knows.test:${plain.port}/`)).kind, 'answer');
  assert.deepEqual(proxy.asked, [`only-the-proxy-knows.test:${plain.port}`]);
  assert.equal((await post('http://10.0.0.1/')).kind, 'refused');
});

test('credentials go to the proxy and nowhere else; without them it says so', async () => {
  const authorization = `Basic ${Buffer.from('herald:secret').toString('base64')}`;
  const { plain, proxy, post } = await setUp({ authorization }, { credentials: 'herald:secret' });
  assert.equal((await post(`http://receiver.test:${plain.port}/`)).kind, 'answer');
  assert.deepEqual(proxy.authorizations, [authorization]);
  assert.equal(plain.requests[0]?.headers['proxy-authorization'], undefined);
  const other = await setUp({ authorization });
  const outcome = verdict(await other.post(`http://receiver.test:${other.plain.port}/`), 0, 'uncertain');
  assert.equal(outcome.kind, 'retry', 'nothing was written to the provider');
  assert.match(outcome.detail, /made no connection to 203\.0\.113\.7:\d+: HTTP 407: it wants credentials/);
});

test('a proxy that refuses, or does not answer, is a failure that may pass', async () => {
  const { plain, post } = await setUp({ refuseWith: 503 });
  const result = await post(`http://receiver.test:${plain.port}/`);
  assert.deepEqual([result.kind, 'written' in result && result.written], ['failed', false]);
  const silent = await setUp({ silent: true });
  const stopping = new AbortController();
  const asking = silent.post(`http://receiver.test:${silent.plain.port}/`, stopping.signal);
  await until('the proxy to be asked', () => silent.proxy.asked.length === 1);
  stopping.abort();
  assert.equal((await asking).kind, 'aborted');
});

test('[BR-PERF-033] a tunnel is used again', async () => {
  const { plain, proxy, post } = await setUp();
  for (let times = 0; times < 5; times += 1) await post(`http://receiver.test:${plain.port}/`);
  assert.equal(plain.requests.length, 5);
  assert.ok(proxy.asked.length <= 2, `${proxy.asked.length} tunnels`);
});

test('what is wrong with a proxy is told with its place', () => {
  const url = 'http://proxy:3128';
  assert.deepEqual(httpSettings({ proxy: { url, credentials: 'u:p:w\n' } }).proxy?.credentials, 'u:p:w');
  for (const credentials of ['', 'alone', ':x', 'a:b\nc']) {
    assert.throws(
      () => httpSettings({ proxy: { url, credentials } }),
      (error: unknown) => error instanceof InvalidChannelOptions && error.path === 'proxy.credentials',
      credentials,
    );
  }
});
