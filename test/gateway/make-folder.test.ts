import assert from 'node:assert/strict';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../gateway/make-folder.ts';
import { temporaryFolder } from '../support/herald.ts';

test('a folder is made with those above it, and stays as it is when it is there, also behind a link', () => {
  const folder = temporaryFolder();
  makeFolder(join(folder, 'a/b/c'));
  assert.ok(statSync(join(folder, 'a/b/c')).isDirectory());
  writeFileSync(join(folder, 'a/b/c/kept'), '');
  mkdirSync(join(folder, 'd'));
  symlinkSync('../a/b', join(folder, 'd/link'));
  makeFolder(join(folder, 'd/link/c'));
  assert.ok(statSync(join(folder, 'a/b/c/kept')).isFile());
});

for (const [what, path] of [
  ['where nothing can be made', () => '/proc/herald-nope/data'],
  ['below a file', (folder: string) => join(folder, 'file/data')],
  ['that is a file', (folder: string) => join(folder, 'file')],
  ['that is a link to nowhere', (folder: string) => join(folder, 'link')],
] as const) {
  // Node's own recursive way goes round for ever in the first case.
  test(`a folder ${what} is an error that names it`, { timeout: 5000 }, () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('./nowhere', join(folder, 'link'));
    assert.throws(
      () => makeFolder(path(folder)),
      (error) => error instanceof Error && /^E[A-Z]+: .*, mkdir '\/.+'$/.test(error.message),
    );
  });
}
