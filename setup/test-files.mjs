/**
 * Runs test files, in Herald's own Node: `node setup/test-files.mjs TAP_FILE [FILE...]`, all without any. The first are those that take long:
 * begun at the end, one of them would keep the others' processor waiting.
 */

import { createWriteStream, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';

/** Folders of `test/` whose files start processes, or a nats-server: seconds each. The others' take a fraction of one. */
const LONG = ['bench', 'faults', 'end-to-end', 'actors', 'archive'];
/** A test that takes longer hangs. A file counts as one, and that of the benchmarks needs two minutes on a busy machine. */
const LIMIT_MS = 240_000;

const [tapFile, ...named] = process.argv.slice(2);

function allFiles() {
  const files = readdirSync('test', { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  const rank = (file) => {
    const place = LONG.findIndex((folder) => file.startsWith(join(folder, '/')));
    return place < 0 ? LONG.length : place;
  };
  return files.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).map((file) => join('test', file));
}

const results = run({
  ...(named.length > 0 ? { globPatterns: named } : { files: allFiles() }),
  // Many wait for processes, timers and the network most of their time: two for each processor keep it busy.
  concurrency: 2 * availableParallelism(),
  timeout: LIMIT_MS,
});
results.on('test:summary', ({ file, success }) => {
  if (file === undefined && !success) process.exitCode = 1;
});
results.compose(tap).pipe(createWriteStream(tapFile));
results.compose(spec).pipe(process.stdout);
