/** bin/herald itself: how it finds its Node and its checkout, and what process it becomes. */

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../support/leaks.ts';
import { ROOT } from '../support/source-tree.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from './captured.ts';

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(program, [...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

test('it works from any directory, through absolute and relative symbolic links, with spaces in their names', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'a bin'));
  await symlink(join(ROOT, 'bin/herald'), join(folder, 'a bin/first'));
  await symlink('a bin/first', join(folder, 'herald'));
  const { code, out } = await run(join(folder, 'herald'), ['bench', '--help'], { cwd: '/' });
  assert.equal(code, 0);
  assert.match(out, /^Usage: herald bench/);
});

test('its exit codes reach the shell', async () => {
  assert.equal((await run(join(ROOT, 'bin/herald'), ['nonsense'])).code, 2);
  const unreachable = { env: { ...process.env, HERALD_LISTEN: '127.0.0.1:1' } };
  assert.equal((await run(join(ROOT, 'bin/herald'), ['status'], unreachable)).code, 1);
});

test('it becomes Node itself, so that a signal to it reaches Herald', {
  skip: process.platform !== 'linux',
}, async () => {
  // Waits for its standard input, which stays open.
  const child = spawn(join(ROOT, 'bin/herald'), ['send', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  atEnd(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await until('the process runs bin/herald.ts', async () => {
    const words = (await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).split('\0');
    return words[0]?.endsWith('/node') && words.some((word) => word.endsWith('bin/herald.ts'));
  });
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [null, 'SIGTERM']);
});

test('where nothing was set up it says what to do', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  await copyFile(join(ROOT, 'bin/herald'), join(folder, 'bin/herald'));
  const programs = join(folder, 'programs');
  await mkdir(programs);
  for (const name of ['dirname', 'readlink']) await symlink(await which(name), join(programs, name));
  const start = () => run('/bin/sh', [join(folder, 'bin/herald'), 'status'], { env: { PATH: programs } });

  assert.match((await start()).err, /there is no Node\. Run `npm start` in /);

  await fakeNode(programs, 'v20.20.2');
  const old = await start();
  assert.equal(old.code, 1);
  assert.match(old.err, /it needs Node 22 \(22\.22\.2 or newer\), and .*node is v20\.20\.2/);

  await fakeNode(programs, 'v22.23.3');
  assert.match((await start()).err, /its dependencies are missing/);
});

test('it takes the versions of Node that the set-up takes', async () => {
  const { fits } = await import('../../setup/node-runtime.mjs');
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  await copyFile(join(ROOT, 'bin/herald'), join(folder, 'bin/herald'));
  await symlink(await which('dirname'), join(folder, 'dirname'));
  for (const version of [
    'v18.20.0',
    'v22.22.1',
    'v22.22.2',
    'v22.22.10',
    'v22.9.0',
    'v22.23.0',
    'v22.100.0',
    'v23.0.0',
    'v24.0.0',
  ]) {
    await fakeNode(folder, version);
    const { err } = await run('/bin/sh', [join(folder, 'bin/herald')], { env: { PATH: folder } });
    assert.equal(!err.includes('it needs Node'), fits(version), `${version}: ${err}`);
  }
});

async function fakeNode(folder: string, version: string): Promise<void> {
  await writeFile(join(folder, 'node'), `#!/bin/sh\necho ${version}\n`);
  await chmod(join(folder, 'node'), 0o755);
}

async function which(name: string): Promise<string> {
  return (await run('/bin/sh', ['-c', `command -v ${name}`])).out.trim();
}
