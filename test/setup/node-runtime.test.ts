import assert from 'node:assert/strict';
import { existsSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { bringRuntime, currentRuntime, fits, NODE_VERSION } from '../../setup/node-runtime.mjs';
import '../support/leaks.ts';
import { temporaryFolder } from './folder.ts';

const PACKAGE = `node-${process.platform}-${process.arch}`;
const lock = { running: () => {} };

/** An npm that installs a Node which says the version that it was asked for; `process.env.HALF` breaks it off. */
const NPM = `
const fs = require('node:fs');
const path = require('node:path');
fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
const folder = path.join(process.argv[process.argv.indexOf('--prefix') + 1], 'node_modules/${PACKAGE}');
fs.mkdirSync(path.join(folder, 'bin'), { recursive: true });
fs.mkdirSync(path.join(folder, 'include/node'), { recursive: true });
fs.writeFileSync(path.join(folder, 'bin/node'), '#!/bin/sh\\necho \\'["${NODE_VERSION}","127"]\\'\\n', { mode: 0o755 });
fs.writeFileSync(path.join(folder, 'include/node/node_version.h'), '');
if (fs.existsSync('half')) process.exit(1);
fs.writeFileSync(path.join(folder, '../.package-lock.json'), '{}');
`;

async function checkout(): Promise<{ root: string; bring: () => Promise<{ version: string; headers: string }> }> {
  const root = await temporaryFolder();
  await mkdir(join(root, 'npm'));
  await mkdir(join(root, '.runtime'));
  await writeFile(join(root, 'npm/npm-cli.js'), NPM);
  const bring = async () => {
    const before = process.env.npm_execpath;
    process.env.npm_execpath = join(root, 'npm/npm-cli.js');
    try {
      return await bringRuntime(root, lock, null);
    } finally {
      if (before === undefined) delete process.env.npm_execpath;
      else process.env.npm_execpath = before;
    }
  };
  return { root, bring };
}

test('it runs on 22.22.2 and newer, below 24', () => {
  for (const version of ['22.22.2', 'v22.22.2', '22.22.10', '22.23.0', '22.100.0', '23.0.0'])
    assert.ok(fits(version), version);
  for (const version of ['18.20.0', '20.20.2', '22.22.1', '22.9.9', '24.0.0', '24.22.2', '22.23.0-rc.1', '']) {
    assert.ok(!fits(version), version);
  }
  assert.ok(fits(NODE_VERSION));
});

test('a runtime is brought once, with its headers, and bin/node leads to it', async () => {
  const { root, bring } = await checkout();
  assert.equal(currentRuntime(root), null);
  const runtime = await bring();
  assert.equal(runtime.version, NODE_VERSION);
  assert.equal(runtime.headers, join(root, '.runtime/node_modules', PACKAGE));
  assert.equal(readlinkSync(join(root, '.runtime/bin/node')), join(runtime.headers, 'bin/node'));
  assert.deepEqual(currentRuntime(root), runtime);
});

test('one that is half installed is not used, and is brought anew', async () => {
  const { root, bring } = await checkout();
  await writeFile(join(root, 'half'), '');
  await assert.rejects(bring(), /npm could not bring Node/);
  assert.equal(currentRuntime(root), null);
  await writeFile(join(root, '.runtime/node_modules', PACKAGE, 'left-over'), '');
  await rm(join(root, 'half'));
  await bring();
  assert.ok(!existsSync(join(root, '.runtime/node_modules', PACKAGE, 'left-over')));
});

test('a complete one without a stamp is taken as it is; a damaged one is not', async () => {
  const { root, bring } = await checkout();
  const { headers } = await bring();
  await rm(join(root, '.runtime/ready.json'));
  await rm(join(root, 'npm/npm-cli.js'));
  assert.equal((await bring()).version, NODE_VERSION);
  await rm(join(root, '.runtime/ready.json'));
  await writeFile(join(headers, 'bin/node'), 'no program');
  await assert.rejects(bring());
});

test("a host's Node that was replaced, or that went away, is looked for again", async () => {
  const { root } = await checkout();
  const host = join(root, 'host/bin/node');
  await mkdir(dirname(host), { recursive: true });
  await writeFile(host, '');
  await chmod(host, 0o755);
  const found = { path: host, headers: join(root, 'host'), version: '22.22.2', abi: '127', packaged: false };
  await bringRuntime(root, lock, found);
  assert.equal(currentRuntime(root)?.path, host);
  await utimes(host, new Date(0), new Date(0));
  assert.equal(currentRuntime(root), null);
  await bringRuntime(root, lock, found);
  await rm(host);
  assert.equal(currentRuntime(root), null);
});
