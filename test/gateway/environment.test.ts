import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EnvironmentInvalid, readEnvironment } from '../../gateway/environment.ts';
import type { Variables } from '../../gateway/variables.ts';
import '../support/leaks.ts';

const read = (variables: Variables) => readEnvironment(variables, '/work', '/opt/herald');

function problemsOf(variables: Variables): string[] {
  try {
    read(variables);
    return [];
  } catch (error) {
    assert.ok(error instanceof EnvironmentInvalid, String(error));
    return error.problems.map(({ name }) => name);
  }
}

test('without variables everything has its default, and an empty variable counts as not set', () => {
  const defaults = {
    listen: { host: '127.0.0.1', port: 8080 },
    data: '/opt/herald/data',
    config: '/opt/herald/config',
    natsUrl: null,
    externalUrl: null,
    partitions: 8,
    logLevel: 'info',
  };
  const unset = read({});
  assert.partialDeepStrictEqual(unset, defaults);
  assert.deepEqual(read({ HERALD_LISTEN: '', HERALD_DATA: '', NATS_URL: '', DATABASE_URL: '', HERALD_LOG: '' }), unset);
});

test('a relative folder that is set counts from where the command was called', () => {
  const { data, config } = read({ HERALD_DATA: 'd', HERALD_CONFIG: '/etc/herald' });
  assert.deepEqual([data, config], ['/work/d', '/etc/herald']);
});

test('addresses are host:port, IPv6 in brackets', () => {
  assert.deepEqual(read({ HERALD_LISTEN: '[::1]:0' }).listen, { host: '::1', port: 0 });
  assert.deepEqual(read({ HERALD_LISTEN: 'localhost:65535' }).listen, { host: 'localhost', port: 65535 });
  for (const wrong of ['8080', ':8080', 'a:65536', 'a:-1', '::1:80', 'http://a:80', 'a:b']) {
    assert.deepEqual(problemsOf({ HERALD_LISTEN: wrong }), ['HERALD_LISTEN'], wrong);
  }
});

test('several NATS servers may be named, with and without a scheme', () => {
  assert.equal(read({ NATS_URL: 'nats://a:4222, tls://b:4222' }).natsUrl, 'nats://a:4222,tls://b:4222');
  assert.equal(read({ NATS_URL: '127.0.0.1:4222' }).natsUrl, '127.0.0.1:4222');
  for (const wrong of ['http://a', 'nats://', 'a b', ','])
    assert.deepEqual(problemsOf({ NATS_URL: wrong }), ['NATS_URL'], wrong);
});

test('every problem is reported, not only the first', () => {
  const variables = {
    HERALD_LISTEN: 'x',
    NATS_URL: 'http://x',
    HERALD_PARTITIONS: '1.5',
    HERALD_LOG: 'loud',
    DATABASE_URL: 'postgres://x',
  };
  assert.deepEqual(problemsOf(variables).sort(), Object.keys(variables).sort());
});

test('whatever a variable holds: an environment, or problems that name it', () => {
  const names = [
    'HERALD_LISTEN',
    'NATS_URL',
    'HERALD_PARTITIONS',
    'HERALD_LOG',
    'HERALD_DATA',
    'HERALD_CONFIG',
  ] as const;
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
      assert.ok(problemsOf({ [name]: value }).every((problem) => problem === name));
    }),
  );
});

test('where people reach Herald is an HTTP address, kept without a slash at its end', () => {
  assert.equal(
    read({ HERALD_EXTERNAL_URL: 'https://alerts.example/herald/' }).externalUrl,
    'https://alerts.example/herald',
  );
  assert.throws(() => read({ HERALD_EXTERNAL_URL: 'alerts.example' }), /HERALD_EXTERNAL_URL=alerts.example: http:/);
});

test('health may have an address of its own', () => {
  assert.equal(read({}).healthListen, null);
  assert.deepEqual(read({ HERALD_HEALTH_LISTEN: '[::1]:9090' }).healthListen, { host: '::1', port: 9090 });
  assert.deepEqual(problemsOf({ HERALD_HEALTH_LISTEN: '9090' }), ['HERALD_HEALTH_LISTEN']);
});

test('[BR-WH-022] trusted proxies are networks, and the access log has one of three modes', () => {
  const { trustedProxies, accessLog } = read({ HERALD_TRUSTED_PROXIES: '10.0.0.0/8, ::1', HERALD_ACCESS_LOG: 'all' });
  assert.deepEqual([trustedProxies, accessLog], [['10.0.0.0/8', '::1'], 'all']);
  assert.deepEqual([read({}).trustedProxies, read({}).accessLog], [[], 'refused']);
  assert.equal(read({}).connectionsPerAddress, 2000);
  assert.equal(read({ HERALD_CONNECTIONS_PER_ADDRESS: '50' }).connectionsPerAddress, 50);
  assert.equal(read({ HERALD_CONNECTIONS_PER_ADDRESS: 'off' }).connectionsPerAddress, Number.POSITIVE_INFINITY);
  for (const wrong of ['0', '-1', '1.5', 'none'])
    assert.deepEqual(problemsOf({ HERALD_CONNECTIONS_PER_ADDRESS: wrong }), ['HERALD_CONNECTIONS_PER_ADDRESS'], wrong);
  assert.deepEqual(problemsOf({ HERALD_TRUSTED_PROXIES: '10.0.0.0/33', HERALD_ACCESS_LOG: 'some' }), [
    'HERALD_TRUSTED_PROXIES',
    'HERALD_ACCESS_LOG',
  ]);
});

test('[BR-WH-022] the name servers for host names of sources are addresses', () => {
  assert.deepEqual(read({}).dnsServers, []);
  assert.deepEqual(read({ HERALD_DNS_SERVERS: '10.0.0.53, [fd00::53]:5353' }).dnsServers, [
    '10.0.0.53',
    '[fd00::53]:5353',
  ]);
  assert.deepEqual(problemsOf({ HERALD_DNS_SERVERS: 'dns.example' }), ['HERALD_DNS_SERVERS']);
});

test('[BR-WH-021] TLS needs a port, a certificate and its key; a client CA may stand beside them', () => {
  assert.equal(read({}).tls, null);
  const files = { HERALD_TLS_CERT: 'tls.crt', HERALD_TLS_KEY: '/run/tls.key' };
  const tls = { HERALD_TLS_LISTEN: '0.0.0.0:8443', ...files };
  assert.deepEqual(read(tls).tls, {
    listen: { host: '0.0.0.0', port: 8443 },
    files: { cert: '/work/tls.crt', key: '/run/tls.key', clientCa: null },
  });
  assert.equal(read({ ...tls, HERALD_TLS_CLIENT_CA: 'ca.pem' }).tls?.files.clientCa, '/work/ca.pem');
  assert.deepEqual(problemsOf({ HERALD_TLS_LISTEN: '0.0.0.0:8443' }), ['HERALD_TLS_CERT', 'HERALD_TLS_KEY']);
});
