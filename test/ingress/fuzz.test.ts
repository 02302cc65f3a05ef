/** Bodies that nobody means: mutations of real ones, and made-up structure. `npm run fuzz` tries many more (HERALD_FUZZ, HERALD_FUZZ_SEED). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { openDoor } from './herald-door.ts';

const REQUESTS = Number(process.env.HERALD_FUZZ ?? 400);
const SEED = Number(process.env.HERALD_FUZZ_SEED ?? 20261125);
const SOURCES = ['alertmanager', 'grafana', 'prometheus', 'herald', 'cloudevents', 'pagerduty'];
const TYPES = [
  'application/json',
  'application/yaml',
  'application/xml',
  'application/x-www-form-urlencoded',
  'application/cloudevents+json',
];
const ALLOWED = new Set([202, 400, 413, 415, 422]);
const AT_ONCE = 8;

const real = readFileSync(new URL('../fixtures/payloads/alertmanager-0.25-firing-critical.json', import.meta.url));

/** Real bytes with some of them changed, doubled or left out. */
const mutated = fc
  .array(fc.tuple(fc.nat(real.length - 1), fc.nat(255), fc.constantFrom('set', 'drop', 'double')), {
    minLength: 1,
    maxLength: 12,
  })
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

test('[BR-WH-024] [BR-WH-011] whatever comes is answered, with 202 or a 4xx that says why, and nothing breaks', async () => {
  const door = await openDoor();
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const cases = fc.sample(fc.tuple(fc.constantFrom(...SOURCES), fc.constantFrom(...TYPES), body), {
    numRuns: REQUESTS,
    seed: SEED,
  });
  for (let i = 0; i < cases.length; i += AT_ONCE) {
    await Promise.all(
      cases.slice(i, i + AT_ONCE).map(async ([name, type, bytes]) => {
        const answer = await fetch(`${door.url}/v1/webhooks/${name}`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: bytes,
        });
        await answer.arrayBuffer();
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (!ALLOWED.has(answer.status) && !(answer.status === 400 && name === 'prometheus')) {
          wrong.push(`${answer.status} ${name} ${type} ${bytes.toString('base64').slice(0, 2000)}`);
        }
      }),
    );
  }
  assert.deepEqual(wrong, []);
  assert.ok(
    (statuses.get(202) ?? 0) > 0 && (statuses.get(400) ?? 0) > 0 && (statuses.get(422) ?? 0) > 0,
    JSON.stringify([...statuses]),
  );
  assert.equal(door.server.inFlight, 0);
  assert.equal((await fetch(`${door.url}/healthz`)).status, 200);
});
