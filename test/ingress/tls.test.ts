/** TLS at the edge: certificates reloaded, and clients known by theirs. */

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import { alertNamed, answered, type Door, openDoor, source } from './herald-door.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const pem = (name: string) => readFileSync(fixture(name), 'utf8');
const BODY = JSON.stringify(alertNamed('Down'));

interface Answer {
  readonly status: number;
  /** Of the server's certificate. */
  readonly serial: string;
}

function send(door: Door, name: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port: door.server.tlsPort,
      path: `/v1/webhooks/${name}`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      agent: false,
      // What is asked here is which certificate is shown, not who signed it.
      rejectUnauthorized: false,
      ...options,
    });
    asked.on('error', reject).on('response', (response) => {
      const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, serial }));
    });
    asked.end(BODY);
  });
}

function copies(): { cert: string; key: string; clientCa: null } {
  const folder = mkdtempSync(join(tmpdir(), 'herald-tls-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  copyFileSync(fixture('server.pem'), cert);
  copyFileSync(fixture('server.key'), key);
  return { cert, key, clientCa: null };
}

test('[BR-WH-021] [BR-SEC-001] alerts come over TLS, and nothing older than TLS 1.2', async () => {
  const door = await openDoor([], { tls: copies() });
  assert.equal((await send(door, 'herald')).status, 202);
  await assert.rejects(
    send(door, 'herald', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  );
});

test('[BR-WH-021] a changed certificate is taken up; open connections go on; files that do not fit change nothing', async () => {
  const files = copies();
  const door = await openDoor([], { tls: files });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atEnd(() => agent.destroy());
  const kept = await send(door, 'herald', { agent });
  copyFileSync(fixture('client.pem'), files.cert);
  door.clock.advance(5000);
  assert.equal((await send(door, 'herald')).serial, kept.serial, 'the key does not belong to it');
  copyFileSync(fixture('client.key'), files.key);
  const changed = await until('the new certificate', async () => {
    door.clock.advance(5000);
    const { serial } = await send(door, 'herald');
    return serial === kept.serial ? null : serial;
  });
  assert.deepEqual(await send(door, 'herald', { agent }), kept);
  writeFileSync(files.key, 'no key');
  door.clock.advance(5000);
  assert.equal((await send(door, 'herald')).serial, changed);
  door.clock.advance(5000);
  const told = door.tlsChanges.map(({ event, cert }) => [event, cert]);
  const refused = ['tls.refused', files.cert];
  assert.deepEqual(told, [refused, ['tls.reloaded', files.cert], refused], 'each once, for the audit');
});

test('[BR-WH-004] mTLS: a source asks for a certificate that the CA signed, and for a name in it', async () => {
  const tls = { cert: fixture('server.pem'), key: fixture('server.key'), clientCa: fixture('client-ca.pem') };
  const door = await openDoor([], { tls });
  door.sources.set('any', { ...source('any', 'herald'), auth: { type: 'mtls', subjects: [] } });
  door.sources.set('other', { ...source('other', 'herald'), auth: { type: 'mtls', subjects: ['somebody-else'] } });
  const certificate = { cert: pem('client.pem'), key: pem('client.key') };
  assert.equal((await send(door, 'any', certificate)).status, 202);
  assert.equal((await answered(door, send(door, 'other', certificate))).status, 403);
  assert.equal((await answered(door, send(door, 'any'))).status, 401);
  // The others do not ask for one.
  assert.equal((await send(door, 'herald')).status, 202);
  // Without TLS nobody shows one.
  const plain = fetch(`${door.url}/v1/webhooks/any`, {
    method: 'POST',
    body: BODY,
    headers: { 'content-type': 'application/json' },
  });
  assert.equal((await answered(door, plain)).status, 401);
  await assert.rejects(send(door, 'any', { cert: pem('server.pem'), key: pem('server.key') }), 'another CA signed it');
});
