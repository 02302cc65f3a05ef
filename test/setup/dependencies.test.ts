import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockfileDrift, matchesLockfile, missingTools } from '../../setup/dependencies.mjs';
import { findProgram } from '../../setup/host-programs.mjs';
import '../support/leaks.ts';
import { temporaryFolder } from './folder.ts';

type Packages = Record<string, { version?: string; optional?: boolean }>;

const WANTED: Packages = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/for-here': { version: '1.0.0', optional: true },
  'node_modules/for-elsewhere': { version: '1.0.0', optional: true },
};

async function installed(packages: Packages): Promise<string> {
  const root = await temporaryFolder();
  for (const path of ['node_modules/a', 'node_modules/for-here']) await mkdir(join(root, path), { recursive: true });
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: WANTED }));
  await writeFile(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  return root;
}

const { '': _, 'node_modules/for-elsewhere': __, ...HERE } = WANTED;

test('what is installed matches when all that is not optional is there in its version', async () => {
  assert.ok(matchesLockfile(await installed(HERE)));
  assert.ok(matchesLockfile(await installed({ ...HERE, 'node_modules/more': { version: '1.0.0', optional: true } })));
});

test('a missing, another or an additional package is no match', async () => {
  const { 'node_modules/a': _a, ...without } = HERE;
  assert.ok(!matchesLockfile(await installed(without)));
  assert.ok(!matchesLockfile(await installed({ ...HERE, 'node_modules/a': { version: '1.0.1' } })));
  assert.ok(!matchesLockfile(await installed({ ...HERE, 'node_modules/more': { version: '1.0.0' } })));
  assert.ok(!matchesLockfile(await temporaryFolder()));
});

test('direct dependencies that the lockfile was not made for are named', async () => {
  const root = await temporaryFolder();
  await writeFile(
    join(root, 'package.json'),
    JSON.stringify({ dependencies: { a: '1.0.0', b: '1.0.0' }, devDependencies: { c: '1.0.0' } }),
  );
  const locked = { dependencies: { a: '1.0.0', b: '2.0.0' }, devDependencies: { d: '1.0.0' } };
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': locked } }));
  assert.deepEqual(lockfileDrift(root), ['b', 'c', 'd']);
});

test('the parts of the toolchain that are missing are named; any C++ compiler will do', async () => {
  const folder = await temporaryFolder();
  assert.deepEqual(missingTools(folder), ['python3', 'make', 'g++']);
  for (const name of ['make', 'clang++']) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  assert.deepEqual(missingTools(`/nowhere:${folder}`), ['python3']);
});

test('a program is found in the PATH, and only if it can be run', async () => {
  const folder = await temporaryFolder();
  const program = join(folder, 'herald-test-program');
  assert.equal(findProgram('herald-test-program', folder), null);
  await writeFile(program, '');
  assert.equal(findProgram('herald-test-program', folder), null);
  await chmod(program, 0o755);
  assert.equal(findProgram('herald-test-program', `:${folder}`), program);
});
