import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { uncounted } from '../../ingress/access-metrics.ts';
import { codingOf, compressing } from '../../ingress/compress.ts';
import { startHttpServer } from '../../ingress/http.ts';
import type { Reply, Route } from '../../ingress/route.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';

const LARGE = JSON.stringify({ text: 'the same words again and again, '.repeat(200) });
const JSON_TYPE = { 'content-type': 'application/json' };

const route = (path: string, reply: Reply, method: Route['method'] = 'GET'): Route =>
  compressing({ method, path, access: 'everyone', headers: [], handle: async () => reply });

const ROUTES = [
  route('/large', { status: 200, headers: JSON_TYPE, body: LARGE }),
  route('/small', { status: 200, headers: JSON_TYPE, body: '{}' }),
  route('/picture', { status: 200, headers: { 'content-type': 'image/png' }, body: LARGE }),
  route('/command', { status: 200, headers: JSON_TYPE, body: LARGE }, 'POST'),
];

let port = 0;

before(async () => {
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await startHttpServer({ listen, shared: false, routes: ROUTES, log: silentLog, metrics: uncounted });
  atEnd(() => server.close(0));
  port = server.port;
});

/** As it came: fetch would have it decompressed. */
async function get(path: string, accepted?: string, method = 'GET') {
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
  return new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const asked = request({ port, path, method, headers }, (answer) => {
      buffer(answer).then((body) => resolve({ headers: answer.headers, body }), reject);
    });
    asked.on('error', reject).end();
  });
}

test('[BR-WH-013] a large answer is compressed as the client takes it, and reads the same', async () => {
  const brotli = await get('/large', 'gzip, deflate, br');
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.equal(brotliDecompressSync(brotli.body).toString(), LARGE);
  const zipped = await get('/large', 'gzip');
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(zipped.body).toString(), LARGE);
  assert.equal(zipped.headers['content-length'], String(zipped.body.length));
  assert.ok(zipped.body.length < LARGE.length / 10);
});

test('[BR-WH-013] whoever does not ask gets it as it is, and a cache learns that it may differ', async () => {
  for (const accepted of [undefined, 'identity', 'gzip;q=0, br;q=0', 'zstd']) {
    const plain = await get('/large', accepted);
    assert.equal(plain.headers['content-encoding'], undefined, accepted);
    assert.equal(plain.headers.vary, 'accept-encoding');
    assert.equal(plain.body.toString(), LARGE);
  }
});

test('[BR-WH-013] small answers, pictures and answers to commands stay as they are', async () => {
  for (const [path, method] of [
    ['/small', 'GET'],
    ['/picture', 'GET'],
    ['/command', 'POST'],
  ] as const) {
    const { headers } = await get(path, 'gzip, br', method);
    assert.equal(headers['content-encoding'], undefined, path);
  }
});

test('what a client takes is read as RFC 9110 has it', () => {
  assert.equal(codingOf(''), null);
  assert.equal(codingOf('*'), 'br');
  assert.equal(codingOf('gzip;q=1.0, br;q=0.5'), 'gzip');
  assert.equal(codingOf('br;q=0, *;q=0.1'), 'gzip');
  assert.equal(codingOf('x-gzip'), 'gzip');
  assert.equal(codingOf('GZIP ; q=0.3'), 'gzip');
  assert.equal(codingOf('br;q=nonsense'), null);
});
