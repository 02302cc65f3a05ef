/**
 * What `npm test` runs after the set-up: format and lint, types, dead code, then every test file. All
 * stages run even when one fails; a table of seconds ends it, and one line with the numbers.
 * Arguments are test files or globs to run instead of all.
 */

import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentRuntime } from './node-runtime.mjs';
import { say, seconds } from './progress.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Six to seven minutes on two usual cores; on a host that gives a third of that, still an end. */
const RUN_LIMIT_MS = 25 * 60_000;
const TAP_FILE = join(root, '.runtime/test.tap');

const runtime = currentRuntime(root);
if (!runtime) {
  say('Not set up: run `npm test`, or `node setup/setup.mjs --for-tests` first.');
  process.exit(1);
}

const modules = join(root, 'node_modules');
const files = process.argv.slice(2);
const stages = [
  { name: 'biome', args: [join(modules, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'] },
  { name: 'tsc', args: [join(modules, 'typescript/bin/tsc'), '-p', root] },
  { name: 'knip', args: [join(modules, 'knip/bin/knip.js')] },
  {
    name: 'tests',
    args: [
      '--disable-warning=ExperimentalWarning',
      // As bin/herald has it: to load what is tested is most of the time of a short file.
      `--import=${join(root, 'bin/stripped.mjs')}`,
      join(root, 'setup/test-files.mjs'),
      TAP_FILE,
      ...files,
    ],
  },
];

let current = null;

function runStage({ name, args }) {
  return new Promise((resolve) => {
    say(`\n== ${name}`);
    const since = performance.now();
    // A group of its own, so that at the time limit the servers that tests started end, too.
    current = spawn(runtime.path, args, {
      cwd: root,
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    current.once('error', (error) => say(`${name} cannot be run: ${error.message}`));
    current.once('close', (code, signal) => {
      current = null;
      resolve({ name, ok: code === 0, took: seconds(since), why: signal ?? `exit code ${code}` });
    });
  });
}

/** Programs that tests start by name must find the same Node. */
function environment() {
  const { NODE_COMPILE_CACHE: _, ...rest } = process.env;
  return { ...rest, PATH: `${dirname(runtime.path)}:${process.env.PATH}` };
}

function endAll(exitCode, why) {
  if (current?.pid) process.kill(-current.pid, 'SIGKILL');
  say(`\n${why}`);
  process.exit(exitCode);
}

/** node:test's own totals, from its TAP report. */
function totals() {
  try {
    const tap = readFileSync(TAP_FILE, 'utf8');
    const total = (name) =>
      Number(
        tap
          .match(new RegExp(`^# ${name} (\\d+)$`, 'gm'))
          ?.at(-1)
          ?.split(' ')
          .at(-1) ?? 0,
      );
    return { passed: total('pass'), failed: total('fail') + total('cancelled'), skipped: total('skipped') };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

setTimeout(() => endAll(1, `Ended after ${RUN_LIMIT_MS / 60_000} minutes.`), RUN_LIMIT_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => endAll(130, `Ended by ${signal}.`));

rmSync(TAP_FILE, { force: true });
const results = [];
for (const stage of stages) results.push(await runStage(stage));

const { passed, failed, skipped } = totals();
const failedStages = results.filter(({ ok }) => !ok);
console.log('');
for (const { name, ok, took, why } of results)
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(6)} ${took}${ok ? '' : ` (${why})`}`);
// A failed stage counts as one failure; the stage of the tests only where no test of its own says so.
const failures = failed + failedStages.filter(({ name }) => name !== 'tests' || failed === 0).length;
console.log(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failures === 0 ? 0 : 1;
