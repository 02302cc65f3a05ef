/** Debian's packages, by an apt-get that the test made. */

import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { installDebianPackages } from '../../setup/host-programs.mjs';
import '../support/leaks.ts';
import { temporaryFolder } from './folder.ts';

const PATH = process.env.PATH ?? '';
after(() => {
  process.env.PATH = PATH;
});

/** `apt`: a shell script, which may fail. Its calls are written down. */
async function machine(apt: string) {
  const root = await temporaryFolder();
  await mkdir(join(root, '.runtime'));
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin/apt-get'), `#!/bin/sh\necho "$@" >> ${root}/calls\n${apt}\n`);
  await writeFile(join(root, 'bin/systemctl'), '#!/bin/sh\n');
  for (const name of ['apt-get', 'systemctl']) await chmod(join(root, 'bin', name), 0o755);
  process.env.PATH = `${join(root, 'bin')}${delimiter}${PATH}`;
  const held: number[] = [];
  return {
    held,
    install: (...names: string[]) =>
      installDebianPackages(
        root,
        names.map((name) => ({ package: name })),
        { running: (pid: number) => held.push(pid) },
      ),
    calls: async () => (await readFile(join(root, 'calls'), 'utf8')).trim().split('\n'),
  };
}

test('all packages come by one call, which holds the lock', async () => {
  const { install, calls, held } = await machine('exit 0');
  await install('one', 'two');
  assert.deepEqual(await calls(), ['install -y --no-install-recommends one two']);
  assert.ok(held.length >= 1);
});

test('where they are not known the lists are brought first', async () => {
  const { install, calls } = await machine('[ "$1" = update ] && touch "$0.lists"; [ -e "$0.lists" ]');
  await install('one', 'two');
  const call = 'install -y --no-install-recommends one two';
  assert.deepEqual(await calls(), [call, 'update', call]);
});

test('what apt-get said is told when it fails', async () => {
  const { install } = await machine('echo "E: Unable to locate package two"; exit 100');
  await assert.rejects(install('one', 'two'), /apt-get install one two failed:\nE: Unable to locate package two/);
});
