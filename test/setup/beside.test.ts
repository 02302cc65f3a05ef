import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { beside } from '../../setup/beside.mjs';
import { run, SetupProblem } from '../../setup/progress.mjs';
import '../support/leaks.ts';
import { isRunning } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from './folder.ts';

/** A program that runs until `let-go` is there; `pid()` once it has begun. */
async function waiting() {
  const folder = await temporaryFolder();
  const code = `const { existsSync } = require('node:fs'); setInterval(() => existsSync('let-go') && process.exit(), 5);`;
  let pid: number | undefined;
  return {
    pid: () => pid,
    letGo: () => writeFile(join(folder, 'let-go'), ''),
    async run() {
      const onStart = (started: number) => {
        pid = started;
      };
      const logFile = join(folder, 'log');
      const { ok } = await run(process.execPath, ['-e', code], { cwd: folder, env: process.env, logFile, onStart });
      if (!ok) throw new SetupProblem('it was ended');
    },
  };
}

test('both run at the same time, and both have to succeed', async () => {
  const [quick, slow] = [await waiting(), await waiting()];
  const both = beside(quick.run, slow.run);
  await until('both to run', () => quick.pid() !== undefined && slow.pid() !== undefined);
  await Promise.all([quick.letGo(), slow.letGo()]);
  await both;
});

test('when the slow one fails the quick one is let finish', async () => {
  const quick = await waiting();
  let finished = false;
  const both = beside(
    async () => {
      await quick.run();
      finished = true;
    },
    async () => {
      throw new SetupProblem('npm failed');
    },
  );
  both.catch(() => undefined);
  await until('it to run', () => quick.pid() !== undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isRunning(quick.pid()!));
  await quick.letGo();
  await assert.rejects(both, { message: 'npm failed' });
  assert.ok(finished);
});

// The last one: after it nothing is started any more.
test('when the quick one fails the slow one is ended, starts nothing more, and the reason told is that of the quick one', async () => {
  const slow = await waiting();
  const folder = await temporaryFolder();
  const both = beside(
    async () => {
      await until('the other to run', () => slow.pid() !== undefined);
      throw new SetupProblem('no nats-server');
    },
    async () => {
      await slow.run().catch(() => undefined);
      await run(process.execPath, ['-e', "require('node:fs').writeFileSync('started', '')"], {
        cwd: folder,
        env: process.env,
        logFile: join(folder, 'log'),
      });
    },
  );
  await assert.rejects(both, { message: 'no nats-server' });
  assert.ok(!isRunning(slow.pid()!));
  assert.ok(!existsSync(join(folder, 'started')));
});
