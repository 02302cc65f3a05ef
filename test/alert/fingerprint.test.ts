import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { fingerprint, hash16 } from '../../alert/fingerprint.ts';
import { compareUtf8, sortedNames } from '../../alert/label-order.ts';

const PAYLOADS = new URL('../fixtures/payloads/', import.meta.url);

interface Payload {
  readonly alerts: readonly { readonly labels: Record<string, string>; readonly fingerprint: string }[];
}

for (const file of readdirSync(PAYLOADS).filter((name) => name.startsWith('alertmanager'))) {
  test(`[BR-INT-001] the fingerprint equals the one in Alertmanager's own ${file}`, () => {
    const payload: Payload = JSON.parse(readFileSync(new URL(file, PAYLOADS), 'utf8'));
    assert.ok(payload.alerts.length > 0);
    for (const alert of payload.alerts) assert.equal(fingerprint(alert.labels), alert.fingerprint);
  });
}

function fnv1a64(bytes: Iterable<number>): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

test('hash16 is 64-bit FNV-1a over the UTF-8 bytes of any text', () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(hash16(text), fnv1a64(Buffer.from(text)))));
  assert.equal(hash16(''), 'cbf29ce484222325');
  assert.equal(hash16('foobar'), '85944171f73967e8');
});

test('a lone surrogate hashes as the replacement character that it becomes on every wire', () => {
  assert.equal(hash16('a\ud800b'), hash16('a\ufffdb'));
  assert.equal(hash16('a\udc00'), hash16('a\ufffd'));
});

test('[BR-WH-008] a fingerprint is the hash of the labels in byte order of their names, whatever order they came in', () => {
  const labels = fc.dictionary(anyText, anyText, { maxKeys: 12, noNullPrototype: true });
  fc.assert(
    fc.property(labels, (set) => {
      const pairs = Object.entries(set).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const bytes = pairs.flatMap(([name, value]) => [...Buffer.from(name), 0xff, ...Buffer.from(value), 0xff]);
      assert.equal(fingerprint(set), fnv1a64(bytes));
      assert.equal(fingerprint(Object.fromEntries(pairs.toReversed())), fingerprint(set));
    }),
  );
});

test('names are ordered as their UTF-8 bytes are, also where UTF-16 would order otherwise', () => {
  assert.deepEqual(sortedNames({ '\u{1f600}': '', '\uff5e': '', a: '' }), ['a', '\uff5e', '\u{1f600}']);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareUtf8(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
