/** What kind of failure an attempt met, by real connections where one can be made on this machine. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FailureType } from '../../channels/failure.ts';
import { failureOfCode, failureOfReply, failureOfStatus } from '../../channels/failure.ts';
import type { Lookup } from '../../channels/guarded-lookup.ts';
import { requestWithin, verdict } from '../../channels/http-attempt.ts';
import { createOutbound, type OutboundOptions } from '../../channels/outbound.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { type Script, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { LivedChannel } from './lived-channel.ts';

const OPEN: OutboundOptions = { allowPrivateAddresses: true, ca: null, connectTimeout: 5_000 };
const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const never = new AbortController().signal;

function post(url: string, options: Partial<OutboundOptions> = {}, clock = new FakeClock()): Promise<Outcome> {
  const http = createOutbound({ ...OPEN, ...options });
  atEnd(() => http.close());
  const request = { method: 'POST', url: new URL(url), headers: {}, body: '{}' } as const;
  return requestWithin(http, request, { clock, timeout: 1_000, signal: never }).then((result) => verdict(result, 0));
}

function failure(outcome: Outcome) {
  return 'failure' in outcome ? outcome.failure : undefined;
}

test('[BR-ERR-001] a name without an address, a closed port, a certificate of nobody known and silence are told apart', async () => {
  const unknown: Lookup = (_name, _options, callback) =>
    callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), []);
  assert.deepEqual(failure(await post('http://hooks.example/', { lookup: unknown })), {
    type: 'dns',
    host: 'hooks.example',
  });

  const closed = await startReceiver();
  await closed.close();
  assert.deepEqual(failure(await post(closed.url)), { type: 'connect', host: '127.0.0.1' });

  const unproven = await startReceiver({ tls: { key: pem('server.key'), cert: pem('server.pem') } });
  assert.deepEqual(failure(await post(unproven.url)), { type: 'tls', host: '127.0.0.1' });
  const late = await startReceiver({ tls: { key: pem('expired.key'), cert: pem('expired.pem') } });
  assert.equal(failure(await post(late.url, { ca: pem('expired.pem') }))?.type, 'tls');

  const clock = new FakeClock();
  const silent = await startReceiver({ script: { kind: 'hang' } });
  const waiting = post(silent.url, {}, clock);
  await until('the request', () => silent.requests.length === 1);
  clock.advance(1_000);
  assert.equal(failure(await waiting)?.type, 'timeout');

  assert.equal(failure(await post(closed.url, { allowPrivateAddresses: false }))?.type, 'blocked');
});

const ANSWERS: readonly (readonly [number, FailureType])[] = [
  [401, 'credentials'],
  [403, 'credentials'],
  [404, 'gone'],
  [410, 'gone'],
  [429, 'rate-limited'],
  [400, 'rejected'],
  [302, 'rejected'],
  [500, 'server'],
  [503, 'server'],
  [504, 'timeout'],
];

test('[BR-ERR-001] a status that is no success tells the type of the failure', async () => {
  for (const [status, type] of ANSWERS) {
    const script: Script = { kind: 'reply', status };
    const receiver = await startReceiver({ script });
    assert.deepEqual(failure(await post(receiver.url)), { type, host: '127.0.0.1' }, String(status));
    assert.equal(failureOfStatus(status), type);
  }
});

test('[BR-ERR-001] codes of resolvers, sockets and certificates, and replies of mail servers', () => {
  const codes: Readonly<Record<string, FailureType>> = {
    EAI_AGAIN: 'dns',
    ECONNREFUSED: 'connect',
    EHOSTUNREACH: 'connect',
    UND_ERR_CONNECT_TIMEOUT: 'timeout',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
    ERR_TLS_CERT_ALTNAME_INVALID: 'tls',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
    EACCES: 'other',
  };
  for (const [code, type] of Object.entries(codes)) assert.equal(failureOfCode(code), type, code);
  const replies = { 421: 'server', 450: 'server', 535: 'credentials', 550: 'rejected' } as const;
  for (const [code, type] of Object.entries(replies)) assert.equal(failureOfReply(Number(code)), type, code);
});

test('[BR-ERR-001] the event that ends an attempt says what it met, at whom and on what type of channel', () => {
  const channel = new LivedChannel({ type: 'slack', retry: { maxAttempts: 3, initial: 1, max: 1 } });
  channel.queue('a1').pump();
  channel.answer('a1', { kind: 'retry', detail: 'x', notBefore: null, failure: { type: 'dns', host: 'h.example' } });
  assert.deepEqual(channel.events.at(-1)?.type, 'delivery.retry');
  assert.deepEqual('failure' in channel.events.at(-1)! && channel.events.at(-1), {
    ...channel.events.at(-1)!,
    failure: { type: 'dns', host: 'h.example', channelType: 'slack' },
  });
  channel.queue('b1').pump();
  channel.answer('b1', { kind: 'rejected', detail: 'no' });
  const dead = channel.events.find(({ type }) => type === 'delivery.dead');
  assert.deepEqual(dead !== undefined && 'failure' in dead && dead.failure, { type: 'other', channelType: 'slack' });
  channel.queue('s1').pump();
  channel.answer('s1', { kind: 'retry', detail: 'broken off', notBefore: null, failure: null });
  assert.ok(!('failure' in channel.events.at(-1)!), 'that Herald stops is no failure of the channel');
  channel.queue('c1').pump();
  channel.answer('c1', { kind: 'delivered', detail: '200' });
  assert.ok(!('failure' in channel.events.at(-1)!));
});
