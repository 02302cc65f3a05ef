/** The set-up as a whole, with an npm that the test made. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readlinkSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { newCheckout } from './checkout.ts';

const INSTALL = 'install --no-save --include=dev --ignore-scripts';

test('it installs once; with nothing to do it runs no program and says nothing', async () => {
  const checkout = await newCheckout();
  const first = await checkout.setUp();
  assert.equal(first.code, 0, first.output);
  assert.match(first.output, /Setting up Herald[\s\S]*ok dependencies \([\d.]+ s\)[\s\S]*Set up in [\d.]+ s/);
  assert.deepEqual(await checkout.setUp(), { code: 0, output: '' });
  assert.deepEqual(await checkout.npmCalls(), [INSTALL]);
  assert.ok(readlinkSync(join(checkout.root, '.runtime/bin/node')).endsWith('/node'));
  assert.ok(!existsSync(join(checkout.root, '.runtime/setup.lock')));
});

test('another lockfile or a removed node_modules makes it install again', async () => {
  const checkout = await newCheckout();
  await checkout.setUp();
  await rm(join(checkout.root, 'node_modules'), { recursive: true });
  assert.equal((await checkout.setUp()).code, 0);
  const changed = { packages: { '': { dependencies: { one: '1.0.0' } }, 'node_modules/one': { version: '1.0.1' } } };
  await writeFile(join(checkout.root, 'package-lock.json'), JSON.stringify(changed));
  assert.equal((await checkout.setUp()).code, 0);
  assert.deepEqual(await checkout.npmCalls(), [INSTALL, INSTALL, INSTALL]);
});

test("someone's own complete installation is taken as it is", async () => {
  const checkout = await newCheckout();
  await checkout.setUp();
  await rm(join(checkout.root, 'node_modules/.herald-ready.json'));
  assert.equal((await checkout.setUp()).code, 0);
  assert.equal((await checkout.npmCalls()).length, 1);
});

test('native parts that do not load are built, and only those whose scripts may run', async () => {
  const checkout = await newCheckout({ unbuilt: '' });
  const { code, output } = await checkout.setUp();
  assert.equal(code, 0, output);
  assert.deepEqual(await checkout.npmCalls(), [INSTALL, 'rebuild re2']);
});

test('package.json and lockfile that disagree are told of before anything is removed', async () => {
  const checkout = await newCheckout();
  await checkout.setUp();
  await writeFile(
    join(checkout.root, 'package-lock.json'),
    JSON.stringify({ packages: { '': { dependencies: { one: '2.0.0' } } } }),
  );
  const { code, output } = await checkout.setUp();
  assert.equal(code, 1);
  assert.match(output, /disagree on one: run npm install/);
  assert.ok(existsSync(join(checkout.root, 'node_modules/one')));
});

test('what npm says when it fails is shown', async () => {
  const checkout = await newCheckout({
    'npm/npm-cli.js': "console.error('npm error no such registry'); process.exit(1);",
  });
  const { code, output } = await checkout.setUp();
  assert.equal(code, 1);
  assert.match(output, /npm install failed[\s\S]*npm error no such registry/);
  assert.doesNotMatch(output, /\n {4}at /, 'no stack');
});

test('where it may not write it says so, with the place', async () => {
  const checkout = await newCheckout({ '.runtime': 'a file' });
  const { code, output } = await checkout.setUp();
  assert.equal(code, 1);
  const place = join(checkout.root, '.runtime');
  assert.ok(output.includes(`The set-up stopped. ${place}: E`), output);
  assert.match(output, /It must be able to write to \.runtime and node_modules in /);
  assert.doesNotMatch(output, /\n {4}at /, 'no stack');
});

test('interrupted, it ends npm; the next one starts over and finishes', async () => {
  const checkout = await newCheckout({ hang: '' });
  const { child, output } = checkout.startSetUp();
  const ended = once(child, 'close');
  await until('npm is half-way', () => existsSync(join(checkout.root, 'node_modules/one/half')), { seen: output });
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
  await rm(join(checkout.root, 'hang'));
  const next = await checkout.setUp();
  assert.equal(next.code, 0, next.output);
  assert.deepEqual(await checkout.npmCalls(), [INSTALL, INSTALL]);
});

test('killed, its npm keeps the next one waiting; when that is gone, too, the next one takes over', async () => {
  const checkout = await newCheckout({ hang: '' });
  const first = checkout.startSetUp();
  const firstEnded = once(first.child, 'exit');
  await until('npm is half-way', () => existsSync(join(checkout.root, 'node_modules/one/half')), {
    seen: first.output,
  });
  first.child.kill('SIGKILL');
  await firstEnded;
  await rm(join(checkout.root, 'hang'));

  const second = checkout.startSetUp();
  const ended = once(second.child, 'close');
  await until('it waits', () => second.output().includes('waiting for it'), { seen: second.output });
  assert.equal((await checkout.npmCalls()).length, 1);
  const lock = JSON.parse(await readFile(join(checkout.root, '.runtime/setup.lock'), 'utf8'));
  process.kill(lock.programs.at(-1).pid, 'SIGKILL');
  assert.deepEqual(await ended, [0, null], second.output());
  assert.equal((await checkout.npmCalls()).length, 2);
});

test('two at once install once', async () => {
  const checkout = await newCheckout();
  const runs = await Promise.all([checkout.setUp(), checkout.setUp(), checkout.setUp()]);
  assert.deepEqual(
    runs.map(({ code }) => code),
    [0, 0, 0],
  );
  assert.deepEqual(await checkout.npmCalls(), [INSTALL]);
});
