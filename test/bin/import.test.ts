import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { herald, temporaryFolder } from './captured.ts';

const folder = await temporaryFolder({
  'alertmanager.yml':
    'route: { receiver: r }\nreceivers: [{ name: r, webhook_configs: [{ url: "https://hooks.example/x" }] }]\n',
  'other.yml': 'a: 1\n',
  'broken.yml': 'a: [\n',
});

test('[BR-INT-001] import prints resources that check takes, and what is left to do beside them', async () => {
  const { code, out, err } = await herald(['import', join(folder, 'alertmanager.yml')]);
  assert.equal(code, 0);
  assert.match(err, /^channel r: it may reach private addresses/);
  const config = await temporaryFolder({ 'imported.yaml': out });
  const checked = await herald(['check', config]);
  assert.match(checked.out, /^good: 1 file, 0 sources, 1 channel/, checked.err);
  const { resources, notes } = JSON.parse((await herald(['import', join(folder, 'alertmanager.yml'), '--json'])).out);
  assert.deepEqual([resources.length, notes.length], [2, 1]);
});

test('import says what it cannot read', async () => {
  const other = await herald(['import', join(folder, 'other.yml')]);
  assert.deepEqual([other.code, /other\.yml: has no route/.test(other.err)], [1, true]);
  const broken = await herald(['import', join(folder, 'broken.yml')]);
  assert.deepEqual([broken.code, /is not good YAML/.test(broken.err)], [1, true]);
  const missing = await herald(['import', join(folder, 'nothing.yml')]);
  assert.deepEqual([missing.code, /there is no such file/.test(missing.err)], [1, true]);
});
