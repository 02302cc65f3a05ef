/** preview: what a channel would send, from a configuration folder alone. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../support/leaks.ts';
import { ROOT } from '../support/source-tree.ts';
import { herald, temporaryFolder } from './captured.ts';

/** Whoever connects here was sent something. */
const connections: string[] = [];
const server = createServer((socket) => {
  connections.push(String(socket.remotePort));
  socket.destroy();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
atEnd(() => new Promise((resolve) => server.close(resolve)));
const { port } = server.address() as { port: number };

const RESOURCES = `
apiVersion: herald/v1
kind: Source
metadata: { name: alertmanager }
spec: { format: alertmanager }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: hook }
spec: { type: webhook, url: 'http://127.0.0.1:${port}/in', allowPrivateAddresses: true }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: mail }
spec: { type: email, host: 127.0.0.1, port: ${port}, security: none, allowPrivateAddresses: true, from: h@example.org, to: [o@example.org] }
---
apiVersion: herald/v1
kind: Masking
metadata: { name: pods }
spec: { rules: [{ annotations: [summary], replacement: hidden }] }
---
apiVersion: herald/v1
kind: Template
metadata: { name: subject }
spec: { for: { type: email }, parts: { subject: "{{ status | text }} {{ alerts[0].startsAt | time: 'clock' }}" } }
`;

const folder = await temporaryFolder({ 'all.yaml': RESOURCES });
const critical = join(ROOT, 'test/fixtures/payloads/alertmanager-0.25-firing-critical.json');
const preview = (...words: string[]) =>
  herald(['preview', ...words, '--config', folder], { HERALD_LISTEN: '127.0.0.1:1' });

test('[BR-NOT-007] preview shows the message about the alerts of a file, masked, and sends nothing', async () => {
  const { code, out } = await preview('hook', critical);
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^POST http://127\\.0\\.0\\.1:${port}/in \\(application/json\\)$`, 'm'));
  assert.match(out, /^ {2}"receiver": "hook",$/m);
  assert.match(out, /"alertname": "KubePodCrashLooping"/);
  assert.match(out, /"summary": "hidden"/);
  const { type, messages } = JSON.parse((await preview('hook', critical, '--json')).out) as {
    type: string;
    messages: { body: string }[];
  };
  assert.equal(type, 'webhook');
  assert.equal((JSON.parse(messages[0]!.body) as { version: string }).version, '4');
  assert.deepEqual(connections, []);
});

test('[BR-NOT-008] preview shows the mail in the language and zone of a reader, and writes its HTML to a file', async () => {
  const file = join(await temporaryFolder({}), 'mail.html');
  const { code, out, err } = await preview(
    'mail',
    critical,
    '--language',
    'de',
    '--time-zone',
    'Asia/Tokyo',
    '--out',
    file,
  );
  assert.deepEqual([code, out], [0, '']);
  assert.match(err, /HTML is in .*mail\.html/);
  assert.match(await readFile(file, 'utf8'), /^<!DOCTYPE html><html lang="de">/);
  const shown = await preview(
    'mail',
    critical,
    '--language',
    'de',
    '--time-zone',
    'Asia/Tokyo',
    '--to',
    'a@example.org',
  );
  assert.match(shown.out, /^to \(text\/plain\)\na@example\.org$/m);
  assert.match(shown.out, /^subject \(text\/plain\)\nAusgelöst \d\d:\d\d$/m);
  assert.deepEqual(connections, []);
});

test('preview without an alert shows a made-up one; an unknown channel, zone or file is told', async () => {
  assert.match((await preview('hook')).out, /"alertname": "HighLatency"/);
  const wrong = await preview('hok');
  assert.deepEqual([wrong.code, wrong.out], [1, '']);
  assert.match(wrong.err, /no Channel "hok" is declared; did you mean hook\?/);
  assert.equal((await preview('hook', '--time-zone', 'Mars')).code, 2);
  assert.match((await preview('hook', '/no/such/file')).err, /cannot read \/no\/such\/file/);
  assert.match((await preview('hook', 'default/0123456789abcdef')).err, /no answer from http:\/\/127\.0\.0\.1:1/);
  assert.equal((await preview()).code, 2);
});
