import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readContent } from '../../ingress/content.ts';
import { alertNamed, type Door, openDoor } from './herald-door.ts';

let door: Door;

before(async () => {
  door = await openDoor();
});

afterEach(() => assert.equal(door.server.inFlight, 0));

const ALERT = Buffer.from(JSON.stringify(alertNamed('x')));

async function statusOf(body: Uint8Array | string, encoding?: string, source = 'herald'): Promise<number> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (encoding !== undefined) headers['content-encoding'] = encoding;
  const response = await fetch(`${door.url}/v1/webhooks/${source}`, {
    method: 'POST',
    headers,
    body: Buffer.from(body),
  });
  await response.arrayBuffer();
  return response.status;
}

test('[BR-WH-013] compressed bodies are accepted', async () => {
  assert.equal(await statusOf(gzipSync(ALERT), 'gzip'), 202);
  assert.equal(await statusOf(deflateSync(ALERT), 'deflate'), 202);
  assert.equal(await statusOf(brotliCompressSync(ALERT), 'BR'), 202);
  assert.equal(await statusOf(ALERT, 'identity'), 202);
});

test('[BR-WH-024] a body that inflates beyond the limit is refused', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000, ' '));
  assert.ok(bomb.length < 1000, 'small enough to pass as it is');
  assert.equal(await statusOf(bomb, 'gzip', 'small'), 413);
});

test('[BR-WH-011] damaged, cut or unknown encodings are refused', async () => {
  assert.equal(await statusOf(ALERT, 'gzip'), 400);
  assert.equal(await statusOf(gzipSync(ALERT).subarray(0, 20), 'gzip'), 400);
  assert.equal(await statusOf(ALERT, 'zstd'), 415);
  assert.equal(await statusOf(gzipSync(ALERT), 'gzip, gzip'), 415);
});

test('[BR-WH-024] bytes that are no UTF-8 are refused, a byte order mark is not', async () => {
  assert.equal(
    await statusOf(Buffer.concat([Buffer.from('{"labels":{"a":"'), Buffer.from([0xff]), Buffer.from('"}}')])),
    400,
  );
  assert.equal(await statusOf(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), ALERT])), 202);
  assert.equal(await statusOf(Buffer.from('\ufeff')), 400);
});

test('[BR-WH-011] empty and broken bodies are refused as unreadable', async () => {
  for (const body of ['', ' ', '{', '{"labels":{"a":"b"}', 'undefined', '{"a":1,}', '\u0000']) {
    assert.equal(await statusOf(body), 400, JSON.stringify(body));
  }
});

test('[BR-WH-024] nesting to any depth is refused or passed over, never a crash', async () => {
  const depth = 500_000;
  assert.equal(await statusOf('['.repeat(depth)), 400);
  assert.equal(await statusOf('['.repeat(depth) + ']'.repeat(depth)), 422);
  assert.equal(await statusOf(`${'{"alerts":'.repeat(depth / 10)}1${'}'.repeat(depth / 10)}`), 422);
  const nested = `{"labels":{"a":"b"},"unknown":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  assert.equal(await statusOf(nested), 202);
});

test('[BR-WH-024] no JSON value is a crash: every body gets 202 or a 4xx with a problem', async () => {
  const fields = fc.constantFrom(
    'alerts',
    'labels',
    'annotations',
    'status',
    'startsAt',
    'endsAt',
    'generatorURL',
    'x',
    '',
  );
  const nearly = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('firing', 'resolved', '2026-11-23T08:57:22Z', '', null, 1, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fields, tie('value'), { maxKeys: 7 }),
    ),
  })).value;
  const source = fc.constantFrom('alertmanager', 'grafana', 'prometheus', 'herald');
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), nearly), source, async (value, name) => {
      const status = await statusOf(JSON.stringify(value), undefined, name);
      assert.ok(status === 202 || status === 400 || status === 422, String(status));
    }),
    { numRuns: 300 },
  );
});

test('what goes wrong behind the inflation fails its request, and not the process', async () => {
  const request = { method: 'POST', url: '', params: {}, query: '', body: gzipSync('a: 1') };
  const headers = { 'content-type': 'application/yaml', 'content-encoding': 'gzip' };
  const faulty = {
    read() {
      throw new Error('a bug');
    },
  };
  const reading = readContent({ ...request, headers }, { name: 's', maxBodyBytes: 1000 }, faulty);
  await assert.rejects(async () => reading, /a bug/);
});
