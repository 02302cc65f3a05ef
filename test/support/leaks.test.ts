import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a test file by itself, as the runner of the whole suite would. */
function runAlone(fixture: string): Promise<Run> {
  const file = fileURLToPath(new URL(`../fixtures/leaks/${fixture}`, import.meta.url));
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--test', file],
      { env: { ...env, HERALD_TEST_LEAK_GRACE_MS: '300' } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}

test('a test file that leaves a server behind fails and is told so', async () => {
  const run = await runAlone('server.ts');
  assert.equal(run.code, 1);
  assert.match(run.output, /leak: .*server\.ts did not end after its tests; still held: 1 TCPServerWrap/);
});

test('a test file that leaves a child process and a timer behind fails and names both', async () => {
  const run = await runAlone('child.ts');
  assert.equal(run.code, 1);
  assert.match(run.output, /still held: (?=.*1 ProcessWrap)(?=.*1 Timeout)/);
});

test('what was registered with atEnd ends with the file, also when a before hook registered it', async () => {
  const run = await runAlone('clean.ts');
  assert.equal(run.code, 0, run.output);
});
