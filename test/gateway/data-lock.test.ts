import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockData } from '../../gateway/data-lock.ts';
import { StartFailed } from '../../gateway/start-failed.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

const LOCK = new URL('../../gateway/data-lock.ts', import.meta.url).href;

/** A process that takes the lock of each folder that it is told, keeps it, and says what came of it. */
const CONTENDER = `
  const { lockData } = await import(${JSON.stringify(LOCK)});
  const { createInterface } = await import('node:readline');
  for await (const folder of createInterface(process.stdin)) {
    try {
      lockData(folder);
      console.log('got');
    } catch (error) {
      console.log(error.code);
    }
  }`;

function contender() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  atEnd(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  return {
    child,
    said: () => out.split('\n').slice(0, -1),
    tell: (folder: string) => child.stdin.write(`${folder}\n`),
  };
}

const DEAD = '1 0';

for (const [what, left] of [
  ['a folder that is new', {}],
  ['a folder whose owner is gone', { 'herald.pid': DEAD }],
  ['a folder with a lock that nobody can read', { 'herald.pid': 'half' }],
  [
    'a folder whose owner is gone, as is one who was taking it over',
    { 'herald.pid': DEAD, 'herald.pid.takeover': DEAD },
  ],
] as const) {
  test(`of several that start at once on ${what} one gets it`, async () => {
    const above = temporaryFolder();
    // Many, since what goes wrong between two steps of a takeover does so once in hundreds of times.
    const folders = Array.from({ length: 60 }, (_, i) => join(above, String(i)));
    for (const folder of folders) {
      mkdirSync(folder);
      for (const [name, content] of Object.entries(left)) writeFileSync(join(folder, name), content);
    }
    const all = Array.from({ length: 4 }, contender);
    for (const [i, folder] of folders.entries()) {
      for (const { tell } of all) tell(folder);
      await until('each to know', () => all.every(({ said }) => said().length === i + 1), { everyMs: 1 });
      const answers = all.map(({ said }) => said()[i]).sort();
      assert.deepEqual(answers, ['got', 'start.failed', 'start.failed', 'start.failed'], folder);
      assert.deepEqual(readdirSync(folder), ['herald.pid']);
    }

    const last = folders.at(-1)!;
    const owner = all.find(({ said }) => said().at(-1) === 'got')!.child;
    assert.throws(
      () => lockData(last),
      (error) => error instanceof StartFailed && error.message.includes(`${last} is in use by process ${owner.pid};`),
    );
    const ended = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ended;
    lockData(last)();
    assert.deepEqual(readdirSync(last), []);
  });
}

test('a lock that is no file says so, and nobody takes it for stale', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'herald.pid'));
  assert.throws(
    () => lockData(folder),
    (error) => error instanceof StartFailed && /The lock .*herald\.pid cannot be read: EISDIR/.test(error.message),
  );
  assert.deepEqual(readdirSync(folder), ['herald.pid']);
});

test('on a full disk the start says so, and of which file', { skip: process.platform !== 'linux' }, () => {
  const folder = temporaryFolder();
  const draft = join(folder, `herald.pid.${process.pid}`);
  symlinkSync('/dev/full', draft);
  assert.throws(
    () => lockData(folder),
    (error) => error instanceof StartFailed && error.message === `${draft}: ENOSPC: no space left on device, write`,
  );
  assert.deepEqual(readdirSync(folder), []);
});
