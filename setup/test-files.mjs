/**
 * Runs test files, in Herald's own Node: `node setup/test-files.mjs TAP_FILE [FILE...]`, all without any. The first are those that take long:
 * begun at the end, one of them would keep the others' processor waiting.
 */

import { hash } from 'node:crypto';
import { createWriteStream, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';

/** Folders of `test/` whose files start processes, or a nats-server: seconds each. The others' take a fraction of one. */
const LONG = ['faults', 'end-to-end', 'actors', 'archive'];
/** A test that takes longer hangs. A file counts as one, and that of the benchmarks needs five minutes on a slow and busy machine. */
const LIMIT_MS = 480_000;

const [tapFile, ...named] = process.argv.slice(2);

/** Benchmarks, the longest, at the very beginning. Among the long ones those that compute are mixed with those that wait. */
function allFiles() {
  const files = readdirSync('test', { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  const placed = files.map((file) => {
    const [folder] = file.split(sep);
    const rank = folder === 'bench' ? 0 : LONG.includes(folder) ? 1 : 2;
    return { file: join('test', file), place: `${rank} ${rank === 1 ? hash('sha1', file) : file}` };
  });
  return placed.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ file }) => file);
}

const results = run({
  ...(named.length > 0 ? { globPatterns: named } : { files: allFiles() }),
  // Many wait for processes, timers and the network most of their time: two for each processor keep it busy. Each may take half a GB.
  concurrency: Math.min(2 * availableParallelism(), 8),
  timeout: LIMIT_MS,
});
results.on('test:summary', ({ file, success }) => {
  if (file === undefined && !success) process.exitCode = 1;
});
results.compose(tap).pipe(createWriteStream(tapFile));
results.compose(spec).pipe(process.stdout);
