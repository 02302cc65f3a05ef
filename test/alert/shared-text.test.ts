import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sharedText } from '../../alert/shared-text.ts';

const MB = 1e6;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of heap that what `make` returns holds. */
function held(make: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const made = make();
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  assert.ok(made);
  return bytes;
}

/** Made anew each time, in one piece. */
const copyOf = (text: string) => Buffer.from(text).toString();

test('[BR-PERF-032] equal texts are kept once', () => {
  const text = '{"alertname":"DiskFull"}'.padEnd(10_000, ' ');
  const copies = (keep: (copy: string) => string) => () => Array.from({ length: 2000 }, () => keep(copyOf(text)));
  assert.ok(held(copies((copy) => copy)) > 15 * MB, 'the measure sees copies');
  assert.ok(held(copies(sharedText)) < MB);
});

test('[BR-PERF-032] a part of a long text does not keep all of it', () => {
  const part = (i: number) => `${'x'.repeat(100_000)}part ${i} of it`.slice(100_000 - 20);
  const parts = (keep: (text: string) => string) => () => Array.from({ length: 200 }, (_, i) => keep(part(i)));
  assert.ok(held(parts((text) => text)) > 15 * MB, 'the measure sees parts');
  assert.ok(held(parts(sharedText)) < MB);
});

test('a text comes back as it is, in every script, however many came before', () => {
  for (let i = 0; i < 120_000; i++) assert.equal(sharedText(`text ${i % 70_000}`), `text ${i % 70_000}`);
  for (const text of ['', 'Übergröße 東京 🚨', 'a'.repeat(5000), '東京 🚨'.repeat(20_000)])
    assert.equal(sharedText(text), text);
});
