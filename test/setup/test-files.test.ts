/** What runs all test files, on files that the test made: none is left out, and none that fails goes unnoticed. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import '../support/leaks.ts';
import { ROOT } from '../support/source-tree.ts';
import { temporaryFolder } from './folder.ts';

const PASSES = "import { test } from 'node:test';\ntest('passes', () => {});\n";

async function runFiles(files: Readonly<Record<string, string>>, ...named: string[]) {
  const root = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  // node:test marks its processes, and would take this one for a file of its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const tap = join(root, 'tap');
  const child = spawn(process.execPath, [join(ROOT, 'setup/test-files.mjs'), tap, ...named], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  const report = await readFile(tap, 'utf8');
  const total = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1]);
  return { code, output, passed: total('pass'), failed: total('fail') };
}

test('every file of every depth is run', async () => {
  const names = ['test/one.test.ts', 'test/bench/two.test.ts', 'test/faults/three.test.ts', 'test/a/b/c/four.test.ts'];
  const files = Object.fromEntries(names.map((name) => [name, PASSES]));
  const { code, passed, failed, output } = await runFiles({ ...files, 'test/a/support.ts': 'throw new Error();' });
  assert.deepEqual([code, passed, failed], [0, names.length, 0], output);
});

test('only those that are named are run, where some are', async () => {
  const files = { 'test/a/one.test.ts': PASSES, 'test/a/two.test.ts': PASSES, 'test/b/three.test.ts': PASSES };
  assert.equal((await runFiles(files, 'test/a/*.test.ts')).passed, 2);
  assert.equal((await runFiles(files, 'test/a/one.test.ts', 'test/b/three.test.ts')).passed, 2);
});

test('one that fails, or does not load, makes all of it fail', async () => {
  for (const broken of [PASSES.replace('() => {}', "() => { throw new Error('no'); }"), "import './nothing.ts';"]) {
    const { code, failed, passed, output } = await runFiles({
      'test/one.test.ts': PASSES,
      'test/two.test.ts': broken,
    });
    assert.deepEqual([code, passed, failed], [1, 1, 1], output);
  }
});
