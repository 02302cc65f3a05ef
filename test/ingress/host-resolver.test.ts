/** The DNS as it answers: a real name server on loopback, asked by c-ares. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { HostResolver } from '../../ingress/allowed-hosts.ts';
import { dnsServersIn, hostResolver } from '../../ingress/host-resolver.ts';
import { atEnd } from '../support/leaks.ts';
import { type NameServer, startNameServer } from '../support/providers/dns.ts';

let server: NameServer;
let resolver: HostResolver;

before(async () => {
  server = await startNameServer();
  const own = hostResolver([server.address]);
  atEnd(() => own.close());
  resolver = own;
});

test('[BR-WH-022] a name has addresses of both families, for as long as the shortest of its records', async () => {
  server.zones.set('batch.example', { a: ['192.0.2.7', '192.0.2.8'], aaaa: ['2001:db8::7'], ttl: 90 });
  const four = await resolver.resolve('batch.example', 4);
  assert.deepEqual([four.addresses.toSorted(), four.ttl], [['192.0.2.7', '192.0.2.8'], 90]);
  assert.deepEqual(await resolver.resolve('batch.example', 6), { addresses: ['2001:db8::7'], ttl: 90 });
});

test('[BR-WH-022] a name without addresses of a family, or that does not exist, has none; nothing is added to it', async () => {
  server.zones.set('four.example', { a: ['192.0.2.7'] });
  assert.deepEqual((await resolver.resolve('four.example', 6)).addresses, []);
  assert.deepEqual((await resolver.resolve('nobody', 4)).addresses, []);
  assert.deepEqual(
    server.questions.filter((question) => question.includes('nobody')),
    ['A nobody'],
  );
});

test('[BR-WH-022] what a server cannot tell is no answer', async () => {
  server.zones.set('broken.example', { fails: 'servfail' });
  await assert.rejects(resolver.resolve('broken.example', 4), /ESERVFAIL broken\.example/);
});

test('what is asked for when Herald stops is given up', async () => {
  server.zones.set('silent.example', { fails: 'silent' });
  const own = hostResolver([server.address]);
  const asked = own.resolve('silent.example', 4);
  own.close();
  await assert.rejects(asked, /ECANCELLED/);
});

test('name servers are addresses, with a port or without', () => {
  assert.deepEqual(dnsServersIn('10.0.0.53, [fd00::53]:5353,::1'), ['10.0.0.53', '[fd00::53]:5353', '::1']);
  for (const wrong of ['dns.example', '10.0.0.53:0', '10.0.0.53:65536', '[10.0.0.53]', '10.0.0.53,', 'fd00::53:x']) {
    assert.equal(dnsServersIn(wrong), null, wrong);
  }
});
