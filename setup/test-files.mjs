/**
 * Runs test files, in Herald's own Node: `node setup/test-files.mjs TAP_FILE [FILE...]`, all without any. The first are those that take long:
 * begun at the end, one of them would keep the others' processor waiting.
 *
 * Files that are named have a process each. Of all of them those that are short are run several in one, folder by folder: to load what is
 * tested took most of their time, again and again.
 */

import { hash } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';

/** Folders of `test/` whose files start processes, or a nats-server: seconds each. The others' take a fraction of one. */
const LONG = ['faults', 'end-to-end', 'actors', 'setup'];
/** A test that takes longer hangs. A file counts as one, and that of the benchmarks needs five minutes on a slow and busy machine. */
const LIMIT_MS = 480_000;
/** In one process at most: it is done within a minute, so that none of them is alone at the end. */
const TOGETHER = 24;
/** At the top of a file they are about all tests of its process; and what measures its process wants one for itself. */
const ALONE = /^(before|after|beforeEach|afterEach)\(|workersOn\(|\/memory\.ts'|memoryUsage/m;

const [tapFile, ...named] = process.argv.slice(2);

/** Benchmarks, the longest, at the very beginning. Among the long ones those that compute are mixed with those that wait. */
function allFiles() {
  const long = [];
  const short = [];
  const shared = new Map();
  for (const name of readdirSync('test', { recursive: true }).filter((each) => each.endsWith('.test.ts'))) {
    const folder = dirname(name) === '.' ? null : name.split(sep)[0];
    const file = join('test', name);
    if (folder === 'bench') long.push({ file, place: `0 ${file}` });
    else if (LONG.includes(folder)) long.push({ file, place: `1 ${hash('sha1', file)}` });
    else if (folder === null || ALONE.test(readFileSync(file, 'utf8'))) short.push(file);
    else shared.set(folder, [...(shared.get(folder) ?? []), file]);
  }
  for (const [folder, files] of shared) {
    files.sort();
    const parts = Math.ceil(files.length / TOGETHER);
    for (let part = 0; part < parts; part++) {
      // Every so manieth: neighbours are alike, and long ones are to be spread.
      const file = together(
        `${folder}-${part + 1}`,
        files.filter((_, i) => i % parts === part),
      );
      long.push({ file, place: `1 ${hash('sha1', file)}` });
    }
  }
  return [...long.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ file }) => file), ...short.sort()];
}

/**
 * Writes the file that runs them; a file that cannot be loaded is a test that fails, and keeps no other from being run. No test begins before
 * all are loaded: node:test takes those of the first file for all, and ends, when they are done before there are more.
 */
function together(name, files) {
  const entry = join('.runtime/test-together', `${name}.mjs`);
  mkdirSync(dirname(entry), { recursive: true });
  const urls = files.map((file) => [file, pathToFileURL(resolve(file)).href]);
  writeFileSync(
    entry,
    `import { after, test } from 'node:test';

const loaded = Promise.withResolvers();
const busy = setInterval(() => {}, 1000);
test('the files of ${name} are loaded', () => loaded.promise);
for (const [file, url] of ${JSON.stringify(urls, null, 2)}) {
  try {
    await import(url);
  } catch (error) {
    test(file + ' is loaded', () => {
      throw error;
    });
  }
}
clearInterval(busy);
loaded.resolve();

// Who ends the process before would have the tests of all others pass that were not run.
let done = false;
after(() => {
  done = true;
});
process.on('exit', () => {
  if (!done) process.exitCode = 1;
});
`,
  );
  return entry;
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
