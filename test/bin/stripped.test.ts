/** bin/stripped.mjs in a checkout of its own: when what it kept is taken, and when it is not. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import '../support/leaks.ts';
import { ROOT } from '../support/source-tree.ts';
import { temporaryFolder } from './captured.ts';

const SAYS = (what: string) => `const said: string = '${what}';\nconsole.log(said);\n`;

interface Checkout {
  readonly root: string;
  /** Where what was stripped is kept. */
  readonly kept: string;
  /** What `a/one.ts`, or another, prints under bin/stripped.mjs. */
  run(file?: string): Promise<string>;
}

async function checkout(): Promise<Checkout> {
  // The name needs escaping in a URL.
  const root = join(await temporaryFolder(), 'a checkout');
  for (const folder of ['bin', 'a', '.runtime']) await mkdir(join(root, folder), { recursive: true });
  await copyFile(join(ROOT, 'bin/stripped.mjs'), join(root, 'bin/stripped.mjs'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'a/one.ts'), SAYS('one'));
  return {
    root,
    kept: join(root, '.runtime/stripped'),
    async run(file = join(root, 'a/one.ts')) {
      const hook = ['--disable-warning=ExperimentalWarning', '--import', join(root, 'bin/stripped.mjs')];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...hook, file]);
      assert.equal(stderr, '');
      return stdout.trim();
    },
  };
}

test('what was stripped is kept, and taken at the next start', async () => {
  const { kept, run } = await checkout();
  assert.equal(await run(), 'one');
  assert.deepEqual(await readdir(kept), ['a+one.ts']);
  const entry = join(kept, 'a+one.ts');
  const text = await readFile(entry, 'utf8');
  assert.ok(!text.includes(': string'));
  await writeFile(entry, text.replace("'one'", "'kept'"));
  assert.equal(await run(), 'kept');
});

test('a changed file is stripped anew, and its entry replaced', async () => {
  const { root, kept, run } = await checkout();
  await run();
  await writeFile(join(root, 'a/one.ts'), SAYS('two'));
  assert.equal(await run(), 'two');
  assert.match(await readFile(join(kept, 'a+one.ts'), 'utf8'), /'two'/);
  assert.deepEqual(await readdir(kept), ['a+one.ts']);
});

test('a broken-off entry is none', async () => {
  const { kept, run } = await checkout();
  await run();
  for (const broken of ['', 'x', '\n']) {
    await writeFile(join(kept, 'a+one.ts'), broken);
    assert.equal(await run(), 'one');
  }
});

test('where nothing can be kept everything runs all the same', async () => {
  const { root, run } = await checkout();
  await writeFile(join(root, '.runtime/stripped'), 'a file, where the folder would be');
  assert.equal(await run(), 'one');
});

test('modules outside the checkout are not kept', async () => {
  const { kept, run } = await checkout();
  const elsewhere = await temporaryFolder();
  await writeFile(join(elsewhere, 'package.json'), '{"type":"module"}');
  await writeFile(join(elsewhere, 'plugin.ts'), SAYS('elsewhere'));
  assert.equal(await run(join(elsewhere, 'plugin.ts')), 'elsewhere');
  assert.deepEqual(await readdir(kept).catch(() => []), []);
});

test('what went wrong is told with its own line and column', async () => {
  const { root, run } = await checkout();
  await writeFile(
    join(root, 'a/one.ts'),
    'interface Gone { readonly a: string }\n\nconst b = null as unknown as Gone;\nb.a.at(0);\n',
  );
  for (const time of ['first', 'second']) {
    await assert.rejects(run(), (error: Error) => /a%20checkout\/a\/one\.ts:4:3/.test(error.message), time);
  }
});

test('each thread takes it', async () => {
  const { root, kept, run } = await checkout();
  const main = "import { Worker } from 'node:worker_threads';\nnew Worker(import.meta.dirname + '/one.ts');\n";
  await writeFile(join(root, 'a/main.ts'), main);
  assert.equal(await run(join(root, 'a/main.ts')), 'one');
  assert.deepEqual((await readdir(kept)).sort(), ['a+main.ts', 'a+one.ts']);
});
