import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Lookup } from '../../channels/guarded-lookup.ts';
import { verdict } from '../../channels/http-attempt.ts';
import { createOutbound, type OutboundOptions, type OutboundResult } from '../../channels/outbound.ts';
import { atEnd } from '../support/leaks.ts';
import { startReceiver } from '../support/receiver.ts';

const GUARDED: OutboundOptions = { allowPrivateAddresses: false, ca: null, connectTimeout: 5_000 };
const OPEN: OutboundOptions = { ...GUARDED, allowPrivateAddresses: true };

async function post(
  options: OutboundOptions,
  url: string,
  signal = new AbortController().signal,
): Promise<OutboundResult> {
  const outbound = createOutbound(options);
  atEnd(() => outbound.close());
  return await outbound.request({ method: 'POST', url: new URL(url), headers: {}, body: '{}', signal });
}

/** A DNS with a list of answers, one per question; the last one repeats. */
function dns(...answers: readonly (readonly string[])[]): { lookup: Lookup; questions: string[] } {
  const questions: string[] = [];
  const lookup: Lookup = (hostname, _options, callback) => {
    const addresses = answers[Math.min(questions.length, answers.length - 1)] ?? [];
    questions.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup, questions };
}

// The URL parser turns all of these into addresses or names that end at this machine.
const OURSELVES = ['127.0.0.1', '127.1', '0x7f000001', '2130706433', '017700000001', '0', '0.0.0.0', '[::1]', '[::]'];
const MAPPED = ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]'];
const NAMES = ['localhost', 'LOCALHOST'];

test('no way of writing this machine gets through', async () => {
  const receiver = await startReceiver();
  for (const host of [...OURSELVES, ...MAPPED, ...NAMES]) {
    const result = await post(GUARDED, `http://${host}:${receiver.port}/hook`);
    assert.equal(result.kind, 'refused', host);
  }
  assert.equal(receiver.connections, 0);
});

test('neither do private networks and the metadata service', async () => {
  for (const host of [
    '169.254.169.254',
    '10.0.0.1',
    '192.168.0.1',
    '172.20.0.1',
    '100.64.1.1',
    '[fd00:ec2::254]',
    '[fe80::1]',
  ]) {
    assert.equal((await post(GUARDED, `http://${host}/`)).kind, 'refused', host);
    assert.equal((await post(GUARDED, `https://${host}/`)).kind, 'refused', host);
  }
});

test('the refusal names the address and the option that would allow it', async () => {
  const { lookup } = dns(['10.1.2.3']);
  const outcome = verdict(await post({ ...GUARDED, lookup }, 'http://intranet.example/'), 0);
  assert.deepEqual(outcome, {
    kind: 'rejected',
    detail: 'intranet.example (10.1.2.3) is a private address; spec.allowPrivateAddresses: true would allow it',
    failure: { type: 'blocked' },
  });
});

test('one private address among public ones refuses the name', async () => {
  const { lookup } = dns(['8.8.8.8', '2606:4700::1111', '127.0.0.1']);
  assert.equal((await post({ ...GUARDED, lookup }, 'http://mixed.example/')).kind, 'refused');
});

test('the address that was checked is the one that is connected to: the DNS is asked once', async () => {
  const receiver = await startReceiver();
  const refuse = (address: string) => (address === '127.0.0.1' ? null : 'other');
  const { lookup, questions } = dns(['127.0.0.1'], ['127.0.0.2']);
  const url = `http://rebinding.example:${receiver.port}/hook`;
  assert.equal((await post({ ...GUARDED, lookup, refuse }, url)).kind, 'answer');
  assert.deepEqual(questions, ['rebinding.example']);
  assert.equal(receiver.requests[0]?.headers.host, `rebinding.example:${receiver.port}`);
  // Asked again for the next connection, the DNS tells the other address: refused, not connected to.
  assert.equal((await post({ ...GUARDED, lookup, refuse }, url)).kind, 'refused');
  assert.equal(receiver.requests.length, 1);
});

test('of several addresses the next one is tried when one does not answer', async () => {
  const receiver = await startReceiver();
  // Nothing listens there on IPv6.
  const { lookup } = dns(['::1', '127.0.0.1']);
  assert.equal((await post({ ...OPEN, lookup }, `http://two.example:${receiver.port}/`)).kind, 'answer');
});

test('allowed private addresses are reached', async () => {
  const receiver = await startReceiver();
  const result = await post(OPEN, `${receiver.url}?team=a`);
  assert.ok(result.kind === 'answer');
  const { headers, ...answer } = result;
  assert.deepEqual(answer, {
    kind: 'answer',
    status: 200,
    location: null,
    retryAfter: null,
    text: '',
    complete: true,
  });
  assert.equal(typeof headers.date, 'string');
  assert.equal(receiver.requests[0]?.path, '/hook?team=a');
});

test('[BR-WH-009] a DNS that never answers ends with the signal', async () => {
  const stopping = new AbortController();
  const lookup: Lookup = () => stopping.abort(new Error('enough'));
  const result = await post({ ...GUARDED, lookup }, 'http://slow.example/', stopping.signal);
  assert.equal(result.kind, 'aborted');
});

test('a signal that fired before sends nothing', async () => {
  const receiver = await startReceiver();
  assert.equal((await post(OPEN, receiver.url, AbortSignal.abort())).kind, 'aborted');
  assert.equal(receiver.requests.length, 0);
});

const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

test('[BR-SEC-001] [BR-SEC-002] certificates are verified: authority and name', async () => {
  const receiver = await startReceiver({ tls: { key: pem('server.key'), cert: pem('server.pem') } });
  const { lookup } = dns(['127.0.0.1']);
  const trusting = { ...OPEN, ca: pem('ca.pem'), lookup };
  const unknown = await post({ ...OPEN, lookup }, `https://receiver.test:${receiver.port}/`);
  assert.equal(unknown.kind, 'failed');
  assert.match(unknown.kind === 'failed' ? unknown.detail : '', /UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify/i);
  const otherName = await post(trusting, `https://other.test:${receiver.port}/`);
  assert.match(otherName.kind === 'failed' ? otherName.detail : '', /other\.test/);
  assert.equal(receiver.requests.length, 0);
  assert.equal((await post(trusting, `https://receiver.test:${receiver.port}/`)).kind, 'answer');
  assert.equal((await post(trusting, receiver.url)).kind, 'answer', 'by address');
});

test('[BR-SEC-001] a certificate whose time is over is not trusted, and the failure says so', async () => {
  const receiver = await startReceiver({ tls: { key: pem('expired.key'), cert: pem('expired.pem') } });
  const result = await post({ ...OPEN, ca: pem('expired.pem') }, receiver.url);
  assert.match(result.kind === 'failed' ? result.detail : '', /CERT_HAS_EXPIRED/);
  assert.deepEqual('written' in result && result.written, false);
  assert.equal(receiver.requests.length, 0);
});

test('[BR-SEC-001] a client certificate is shown to who asks for one, and nothing is answered without', async () => {
  const tls = { key: pem('server.key'), cert: pem('server.pem'), ca: pem('client-ca.pem') };
  const receiver = await startReceiver({ tls });
  const trusting = { ...OPEN, ca: pem('ca.pem') };
  const without = await post(trusting, receiver.url);
  assert.equal(without.kind, 'failed');
  assert.equal(receiver.requests.length, 0);
  const identity = { cert: pem('client.pem'), key: pem('client.key') };
  assert.equal((await post({ ...trusting, identity }, receiver.url)).kind, 'answer');
  assert.equal(receiver.requests.length, 1);
});

test('what was never written to a connection is told from what may have arrived', async () => {
  const receiver = await startReceiver({ script: { kind: 'reset' } });
  const reset = await post(OPEN, receiver.url);
  assert.deepEqual([reset.kind, 'written' in reset && reset.written], ['failed', true]);
  await receiver.close();
  const closed = await post(OPEN, receiver.url);
  assert.deepEqual([closed.kind, 'written' in closed && closed.written], ['failed', false]);
});

test('[BR-PERF-034] of an answer as much is read as was asked for, and it says whether that was all', async () => {
  const receiver = await startReceiver({ script: { kind: 'reply', status: 200, body: 'x'.repeat(10_000) } });
  const outbound = createOutbound(OPEN);
  atEnd(() => outbound.close());
  const ask = async (maxAnswer?: number) => {
    const { signal } = new AbortController();
    const bound = maxAnswer === undefined ? {} : { maxAnswer };
    const result = await outbound.request({
      method: 'GET',
      url: new URL(receiver.url),
      headers: {},
      body: null,
      signal,
      ...bound,
    });
    return result.kind === 'answer' ? [result.text.length, result.complete] : result;
  };
  assert.deepEqual(await ask(), [4096, false]);
  assert.deepEqual(await ask(9_999), [9_999, false]);
  assert.deepEqual(await ask(10_000), [10_000, true]);
});
