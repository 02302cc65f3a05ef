/** One line per step with its seconds, on standard error; the output of the programs goes to a log file. */

import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';

const started = performance.now();

export function seconds(since = started) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** What is missing and how to mend it: shown without a stack. */
export class SetupProblem extends Error {}

/** Says when a step starts, that it goes on (every 15 s), and how long it took. */
export async function step(title, work) {
  const since = performance.now();
  say(`  .. ${title}`);
  const reminder = setInterval(() => say(`     still at it: ${title} (${seconds(since)})`), 15_000);
  try {
    const result = await work();
    say(`  ok ${title} (${seconds(since)})`);
    return result;
  } catch (error) {
    say(`  failed ${title} (${seconds(since)})`);
    throw error;
  } finally {
    clearInterval(reminder);
  }
}

const running = new Set();
let ending = false;

/** Ends what was started, with all its children, and lets nothing be started any more. For a set-up that is broken off. */
export function endPrograms() {
  ending = true;
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/**
 * Runs a program with its output in `logFile`. In a process group of its own, so that an interrupted set-up can end it
 * with all its children: a compiler left behind would write into the tree that the next set-up makes.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, logFile: string, onStart?: (pid: number) => void }} options
 */
export function run(program, args, { cwd, env, logFile, onStart = () => {} }) {
  return new Promise((resolve, reject) => {
    if (ending) throw new SetupProblem(`${program} was not run: the set-up is broken off.`);
    const log = createWriteStream(logFile);
    log.once('error', reject);
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    if (child.pid !== undefined) onStart(child.pid);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const finish = (code) => {
      running.delete(child);
      log.end(() => resolve({ ok: code === 0, code, logFile, output: () => readFileSync(logFile, 'utf8') }));
    };
    child.once('error', (error) => {
      running.delete(child);
      log.end();
      reject(new SetupProblem(`${program} cannot be run: ${error.message}`, { cause: error }));
    });
    child.once('close', finish);
  });
}

export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
