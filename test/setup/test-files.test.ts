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
  return { code, output, root, passed: total('pass'), failed: total('fail') };
}

test('every file of every depth is run', async () => {
  const names = ['test/one.test.ts', 'test/bench/two.test.ts', 'test/faults/three.test.ts', 'test/a/b/c/four.test.ts'];
  const files = Object.fromEntries(names.map((name) => [name, PASSES]));
  const { code, passed, failed, output } = await runFiles({ ...files, 'test/a/support.ts': 'throw new Error();' });
  // One more says that those of `a` are loaded.
  assert.deepEqual([code, passed, failed], [0, names.length + 1, 0], output);
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

const IN = (name: string) => `import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
test('runs', () => appendFileSync('pids', '${name} ' + process.pid + '\\n'));
`;

test('short files of one folder share a process; those of others, long ones, and those with a hook of their own do not', async () => {
  const hook = "import { afterEach } from 'node:test';\nafterEach(() => {});\n";
  const { code, passed, output, root } = await runFiles({
    'test/a/one.test.ts': IN('one'),
    'test/a/deep/two.test.ts': IN('two'),
    'test/a/hooked.test.ts': hook + IN('hooked'),
    'test/b/other.test.ts': IN('other'),
    'test/faults/long1.test.ts': IN('long1'),
    'test/faults/long2.test.ts': IN('long2'),
  });
  // Two more say that those of `a` and of `b` are loaded.
  assert.deepEqual([code, passed], [0, 6 + 2], output);
  const lines = (await readFile(join(root, 'pids'), 'utf8')).trim().split('\n');
  const pids = Object.fromEntries(lines.map((line) => line.split(' ')));
  assert.equal(pids.one, pids.two);
  assert.equal(new Set(Object.values(pids)).size, 5, JSON.stringify(pids));
});

test('one of several in a process that does not load, or fails, is said by its name and keeps no other from being run', async () => {
  const { code, passed, failed, output } = await runFiles({
    'test/a/broken.test.ts': "import './nothing.ts';",
    'test/a/failing.test.ts': PASSES.replace('() => {}', "() => { throw new Error('no'); }"),
    'test/a/good.test.ts': PASSES,
  });
  assert.deepEqual([code, passed, failed], [1, 1 + 1, 2], output);
  assert.match(output, /test\/a\/broken\.test\.ts is loaded/);
  assert.match(output, /test\/a\/failing\.test\.ts:2/);
});

test('no test of a shared process begins before all of its files are loaded', async () => {
  const slow = "import { setTimeout } from 'node:timers/promises';\nawait setTimeout(300);\n";
  const ends = "import { after } from 'node:test';\nimport { appendFileSync } from 'node:fs';\n";
  const { code, passed, output, root } = await runFiles({
    // As support/leaks.ts does, which is imported by most: it is about the end of the process.
    'test/a/one.test.ts': `${ends}{\n  after(() => appendFileSync('pids', 'end 0\\n'));\n}\n${PASSES}`,
    'test/a/two.test.ts': slow + IN('two'),
  });
  assert.deepEqual([code, passed], [0, 3], output);
  const lines = (await readFile(join(root, 'pids'), 'utf8')).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['two', 'end'],
  );
});
