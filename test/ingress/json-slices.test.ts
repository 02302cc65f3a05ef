import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseInSlices } from '../../ingress/json-slices.ts';
import { Turns } from '../../ingress/turns.ts';
import '../support/leaks.ts';

type Parsed = { readonly value: unknown } | { readonly error: string };

async function sliced(text: string, piece: number): Promise<Parsed> {
  try {
    return { value: await parseInSlices(Buffer.from(text), new Turns(), piece) };
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return { error: error.message };
  }
}

function whole(text: string): unknown {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

async function same(text: string, piece: number): Promise<void> {
  const expected = whole(text);
  const found = await sliced(text, piece);
  if (expected === null) assert.ok('error' in found, `${text} was read as ${JSON.stringify(found)}`);
  else assert.deepEqual(found, expected, text);
}

const spaced = fc.constantFrom(undefined, 1, '\t', ' \r\n');
const piece = fc.integer({ min: 1, max: 60 });

test('any JSON is read as JSON.parse reads it, however small the pieces', async () => {
  const value = fc.jsonValue({ maxDepth: 12 });
  await fc.assert(
    fc.asyncProperty(value, spaced, piece, (json, space, size) => same(JSON.stringify(json, null, space), size)),
    { numRuns: 500 },
  );
});

test('[BR-WH-024] what JSON.parse refuses is refused, wherever the fault stands', async () => {
  const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value));
  const faults = fc.array(
    fc.tuple(fc.nat(), fc.constantFrom('', '"', '\\', ',', ':', '[', ']', '{', '}', ' ', '1', '-', 'e')),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  await fc.assert(
    fc.asyncProperty(json, faults, piece, (text, changes, size) => {
      let broken = text;
      for (const [place, by] of changes) {
        const at = place % (broken.length + 1);
        broken = broken.slice(0, at) + by + broken.slice(at + (place % 2));
      }
      return same(broken, size);
    }),
    { numRuns: 2000 },
  );
});

test('names that mean something to JavaScript, doubled names and odd texts stay what they are', async () => {
  for (const text of [
    '{"__proto__":{"a":1},"constructor":[1],"b":2}',
    '{"a":1,"b":[1,2,3],"a":{"c":2}}',
    '{"a\\"}b":"]\\\\","c":["\\u0000\\ud800"]}',
    ' [ ] ',
    ' { } ',
    '[[[[[[[[[[[[1,2]]]]]]]]]]]]',
    `[${'['.repeat(200)}`,
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '[1 2]',
    '[1]]',
    '["a]',
    '{"a"',
    '{"a":',
    '[}',
    '',
    '"a" 1',
  ]) {
    for (const size of [1, 2, 7, 1000]) await same(text, size);
  }
  const read = await sliced('{"__proto__":{"polluted":1},"x":[1,2,3,4,5,6,7,8,9]}', 4);
  assert.ok('value' in read);
  assert.equal(Object.getPrototypeOf(read.value), Object.prototype);
});

test('a fault in a large body is told with its place', async () => {
  const text = `{"alerts":[${'{"labels":{"a":"b"}},'.repeat(20)}{"labels":nothing}]}`;
  const found = await sliced(text, 30);
  assert.match('error' in found ? found.error : '', /byte 431/);
});

test('[BR-WH-024] what nobody could go through in slices is refused: objects of too many members, and what is large and deep', async () => {
  const members = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',')}}`;
  const piece = 64 * 1024;
  await same(members(50_000), piece);
  assert.deepEqual(await sliced(members(50_001), piece), {
    error: 'An object of more than 50000 members in JSON at byte 538891',
  });
  const deep = (depth: number, bytes: number) => `${'['.repeat(depth)}${'1,'.repeat(bytes / 2)}1${']'.repeat(depth)}`;
  for (const [depth, bytes] of [
    [32, 4_000_000],
    [33, 900_000],
    [200, 900_000],
  ] as const)
    await same(deep(depth, bytes), piece);
  const refused = await sliced(deep(33, 1_100_000), piece);
  assert.match(
    'error' in refused ? refused.error : '',
    /^More than 1048576 bytes, nested more than 32 deep, in JSON at byte 32$/,
  );
});
