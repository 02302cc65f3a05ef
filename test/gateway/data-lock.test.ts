import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockData } from '../../gateway/data-lock.ts';
import { StartFailed } from '../../gateway/start-failed.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

const LOCK = new URL('../../gateway/data-lock.ts', import.meta.url).href;

/** A process that takes the lock once it is told to, and says what came of it. */
const CONTENDER = `
  const { lockData } = await import(${JSON.stringify(LOCK)});
  process.stdin.once('data', () => {
    try {
      lockData(process.argv[1]);
      console.log('got');
    } catch (error) {
      console.log(error.code);
    }
    setInterval(() => {}, 1000);
  });
  console.log('here');`;

async function contenders(count: number, folder: string) {
  const all = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    atEnd(() => child.kill('SIGKILL'));
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    return { child, said: () => out.trim().split('\n') };
  });
  await until('all to be here', () => all.every(({ said }) => said()[0] === 'here'));
  return all;
}

for (const [what, left] of [
  ['a folder that is new', null],
  ['a folder whose owner is gone', '1 0'],
  ['a folder with a lock that nobody can read', 'half'],
] as const) {
  test(`of several that start at once on ${what} one gets it`, async () => {
    const folder = temporaryFolder();
    if (left !== null) writeFileSync(join(folder, 'herald.pid'), left);
    const all = await contenders(4, folder);
    for (const { child } of all) child.stdin.write('now');
    await until('each to know', () => all.every(({ said }) => said().length === 2));
    const answers = all.map(({ said }) => said()[1]).sort();
    assert.deepEqual(answers, ['got', 'start.failed', 'start.failed', 'start.failed']);
    assert.deepEqual(readdirSync(folder), ['herald.pid']);

    const owner = all.find(({ said }) => said()[1] === 'got')!.child;
    assert.throws(
      () => lockData(folder),
      (error) => error instanceof StartFailed && error.message.includes(`${folder} is in use by process ${owner.pid};`),
    );
    const ended = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ended;
    lockData(folder)();
    assert.deepEqual(readdirSync(folder), []);
  });
}
