import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLock } from '../../setup/lock.mjs';
import { atEnd } from '../support/leaks.ts';
import { ROOT } from '../support/source-tree.ts';
import { temporaryFolder } from './folder.ts';

const lockFile = async () => join(await temporaryFolder(), 'setup.lock');

/** Something alive that is no one's parent. */
function bystander(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  atEnd(() => child.kill('SIGKILL'));
  return child.pid!;
}

test('the second waits until the first releases, and is told for whom', async () => {
  const file = await lockFile();
  const first = await takeLock(file);
  let waitsFor: number | undefined;
  let released = false;
  const second = takeLock(
    file,
    ({ holder }) => {
      waitsFor = holder?.pid;
      released = true;
      first.release();
    },
    1,
  );
  (await second).release();
  assert.equal(waitsFor, process.pid);
  assert.ok(released);
  assert.ok(!existsSync(file));
});

test('a lock whose holder is gone, or whose pid is another process now, is taken over', async () => {
  for (const holder of [
    { pid: 0x7ffffffe, startedAt: '1' },
    { pid: process.pid, startedAt: 'long ago' },
  ]) {
    const file = await lockFile();
    writeFileSync(file, JSON.stringify({ host: hostname(), holder, programs: [] }));
    (await takeLock(file, () => assert.fail('waits'))).release();
  }
});

test('a damaged lock is taken over', async () => {
  for (const content of ['{"ho', 'null', '']) {
    const file = await lockFile();
    writeFileSync(file, content);
    (await takeLock(file, () => assert.fail('waits'))).release();
  }
});

test('while the program of a dead holder lives, the lock is held: it may still write', async () => {
  const file = await lockFile();
  const lock = await takeLock(file);
  const program = bystander();
  lock.running(program);
  const content = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...content, holder: { pid: 0x7ffffffe, startedAt: '1' } }));
  const second = takeLock(file, () => process.kill(program, 'SIGKILL'), 1);
  (await second).release();
});

test('each of the programs that run beside each other holds it', async () => {
  const file = await lockFile();
  const lock = await takeLock(file);
  const [gone, program] = [bystander(), bystander()];
  lock.running(gone);
  lock.running(program);
  const content = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...content, holder: { pid: 0x7ffffffe, startedAt: '1' } }));
  process.kill(gone, 'SIGKILL');
  const second = takeLock(file, () => process.kill(program, 'SIGKILL'), 1);
  (await second).release();
});

test('of many that want it at once, over a stale one, only one has it at a time', async () => {
  const file = await lockFile();
  const counter = `${file}.counter`;
  writeFileSync(counter, '0');
  writeFileSync(file, JSON.stringify({ host: hostname(), holder: { pid: 0x7ffffffe, startedAt: '1' }, programs: [] }));
  const contenders = Array.from({ length: 4 }, () =>
    fork(join(ROOT, 'test/setup/contender.mjs'), [file, counter, '10']),
  );
  const codes = await Promise.all(contenders.map(async (child) => (await once(child, 'exit'))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.equal(readFileSync(counter, 'utf8'), '40');
});
