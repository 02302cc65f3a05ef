/**
 * Bodies that nobody means: mutations of real ones, made-up structure, broken compression, and senders that go away in the middle.
 * `npm run fuzz` tries many more (HERALD_FUZZ, HERALD_FUZZ_SEED), and looks whether memory grows.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { growthOf, memoryAfter, type Point, printed } from '../support/memory.ts';
import { until } from '../support/until.ts';
import { type Door, openDoor } from './herald-door.ts';

const REQUESTS = Number(process.env.HERALD_FUZZ ?? 400);
const SEED = Number(process.env.HERALD_FUZZ_SEED ?? 20261125);
const SOURCES = ['alertmanager', 'grafana', 'prometheus', 'herald', 'cloudevents', 'pagerduty'];
const TYPES = [
  'application/json',
  'application/yaml',
  'application/xml',
  'application/x-www-form-urlencoded',
  'application/cloudevents+json',
  'text/plain',
];
const ALLOWED = new Set([202, 400, 413, 415, 422]);
const AT_ONCE = 8;
/** Memory is measured where enough comes for its growth to be told from its noise. */
const MEASURED_FROM = 20_000;
const POINTS = 24;
/** Bytes a request in the second half. The least that could be kept of one, an entry of a map, takes a hundred. */
const MOST_LIVE = 50;
/** The allocator keeps what it was given back; that it has it twice over cannot be told from a leak earlier. */
const MOST_RESIDENT = 1000;

const real = readFileSync(new URL('../fixtures/payloads/alertmanager-0.25-firing-critical.json', import.meta.url));

/** Real bytes with some of them changed, doubled or left out. */
const change = fc.tuple(fc.nat(real.length - 1), fc.nat(255), fc.constantFrom('set', 'drop', 'double'));
const mutated = fc
  .oneof(fc.array(change, { maxLength: 1 }), fc.array(change, { minLength: 2, maxLength: 12 }))
  .map((changes) => {
    let bytes = Buffer.from(real);
    for (const [at, byte, how] of changes) {
      const place = Math.min(at, bytes.length - 1);
      if (how === 'set') bytes[place] = byte;
      else if (how === 'drop') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)]);
      else bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.max(0, place - 40))]);
    }
    return bytes;
  });

const odd = fc.constantFrom(
  '{"labels":{"a":1e400}}',
  '{"labels":{"a":"b","a":"c"}}',
  '{"labels":{"a":"\\u0000\\u202e\\ud800"}}',
  `{"alerts":${'['.repeat(5000)}`,
  `[${'{"labels":{"a":"b"}},'.repeat(200)}{}]`,
  '{"__proto__":{"labels":{"a":"b"}},"constructor":1}',
  `{"labels":${JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`l${i}`, 'x'])))}}`,
  '<a><![CDATA[x]]></a>',
  '&a [*a, *a]',
  '\ufeff{}',
);

const body = fc.oneof(
  mutated,
  odd.map((text) => Buffer.from(text)),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

type Encoding = 'none' | 'gzip' | 'broken' | 'unknown';

/** Attributes of an event in headers, as a sender could write them that knows neither quotes nor percent-encoding. */
const attributes = fc.dictionary(
  fc.constantFrom('ce-id', 'ce-source', 'ce-type', 'ce-subject', 'ce-time', 'ce-x', 'ce-token', 'ce-__proto__', 'ce-'),
  fc.string({
    unit: fc.constantFrom('a', '.ok', '%', '%C3', '%BC', '%00', '"', '\\', ' ', '\u00fc', '\u00ff'),
    maxLength: 12,
  }),
  { noNullPrototype: true },
);
const event = fc.option(
  attributes.map((some) => ({ 'ce-specversion': '1.0', 'ce-id': 'i', 'ce-source': 's', 'ce-type': 't', ...some })),
  { freq: 1 },
);

interface Case {
  readonly source: string;
  readonly type: string;
  readonly encoding: Encoding;
  readonly event: Readonly<Record<string, string>> | null;
  readonly body: Buffer;
}

const casesOf = (count: number, round: number): Case[] =>
  fc.sample(
    fc.record<Case>({
      source: fc.constantFrom(...SOURCES),
      type: fc.constantFrom(...TYPES),
      encoding: fc.constantFrom<Encoding>('none', 'none', 'none', 'none', 'gzip', 'broken', 'unknown'),
      event,
      body,
    }),
    { numRuns: count, seed: SEED + round },
  );

async function send(door: Door, { source, type, encoding, event: written, body: bytes }: Case): Promise<number> {
  const coding = { none: {}, gzip: { 'content-encoding': 'gzip' }, broken: { 'content-encoding': 'gzip' } };
  const headers = encoding === 'unknown' ? { 'content-encoding': 'zstd' } : coding[encoding];
  const answer = await fetch(`${door.url}/v1/webhooks/${source}`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers, ...written },
    body: encoding === 'gzip' ? gzipSync(bytes) : bytes,
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Half of a body, and gone. */
async function sendHalf(door: Door, { source, type, body: bytes }: Case): Promise<void> {
  const socket = connect(door.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const length = bytes.length + 10;
  const head = `POST /v1/webhooks/${source} HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
  await new Promise((resolve) => socket.write(Buffer.concat([Buffer.from(head), bytes]), resolve));
  socket.destroy();
  await once(socket, 'close');
}

test('[BR-WH-024] [BR-WH-011] whatever comes is answered, with 202 or a 4xx that says why, and nothing breaks or grows', async (t) => {
  const door = await openDoor();
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const points: Point[] = [];
  const round = Math.ceil(REQUESTS / POINTS / AT_ONCE) * AT_ONCE;
  for (let done = 0; done < REQUESTS; done += round) {
    const cases = casesOf(Math.min(round, REQUESTS - done), done);
    for (let i = 0; i < cases.length; i += AT_ONCE) {
      const some = cases.slice(i, i + AT_ONCE);
      const [answered] = await Promise.all([
        Promise.all(some.map((one) => send(door, one))),
        ...some.slice(0, 1).map((one) => sendHalf(door, one)),
      ]);
      for (const [at, status] of answered.entries()) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const { source, type, encoding, event: written, body: bytes } = some[at]!;
        if (!ALLOWED.has(status))
          wrong.push(
            `${status} ${source} ${type} ${encoding} ${JSON.stringify(written)} ${bytes.toString('base64').slice(0, 2000)}`,
          );
      }
    }
    assert.deepEqual(wrong, []);
    // What the test's own store was handed is no memory of Herald's.
    door.publisher.frames.length = 0;
    if (REQUESTS >= MEASURED_FROM) points.push(await memoryAfter(done + cases.length));
  }
  t.diagnostic(`answers ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`);
  for (const status of [202, 400, 415, 422]) assert.ok((statuses.get(status) ?? 0) > 0, `none with ${status}`);
  await until('those that went away to be let go', () => door.server.inFlight === 0);
  assert.equal((await fetch(`${door.url}/healthz`)).status, 200);
  if (points.length === 0) return;
  const [live, resident] = [growthOf(points, 'live'), growthOf(points, 'resident')];
  t.diagnostic(printed(points));
  t.diagnostic(`bytes a request in the second half: ${live.toFixed(1)} live, ${resident.toFixed(1)} resident`);
  assert.ok(live <= MOST_LIVE, `${live} bytes of live memory stay of each request; allowed: ${MOST_LIVE}`);
  assert.ok(resident <= MOST_RESIDENT, `the process grows by ${resident} bytes a request; allowed: ${MOST_RESIDENT}`);
});
