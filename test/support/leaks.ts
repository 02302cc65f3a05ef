/**
 * What a test file starts, it ends. Importing this (the other files of this folder do) makes the file fail when its process
 * does not end by itself after its tests: something still holds it, a server, a socket, a timer, a worker, a child process.
 *
 * node:test runs each file in a process of its own and waits for that process, so a leak would otherwise hang the whole run.
 */

import { writeSync } from 'node:fs';
import { after } from 'node:test';

type Cleanup = () => unknown;

const cleanups: Cleanup[] = [];
const baseline = countByKind(process.getActiveResourcesInfo());
const graceMs = Number(process.env.HERALD_TEST_LEAK_GRACE_MS ?? 10_000);

/**
 * Runs `cleanup` after the last test of the file, the last one registered first. Unlike node:test's own `after` it means the
 * end of the file wherever it is called: an `after` that is registered inside a `before` hook runs when that hook ends.
 */
export function atEnd(cleanup: Cleanup): void {
  cleanups.push(cleanup);
}

after(async () => {
  const failures: unknown[] = [];
  for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  // Other `after` hooks of the file may still follow, so the verdict waits; it is unref'd, so it costs nothing without a leak.
  setTimeout(failBecauseAlive, graceMs).unref();
  if (failures.length > 0) throw new AggregateError(failures, 'cleaning up after the test file failed');
});

function failBecauseAlive(): void {
  const held = Object.entries(countByKind(process.getActiveResourcesInfo()))
    .map(([kind, count]) => [kind, count - (baseline[kind] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  const what = held.length > 0 ? held.join(', ') : 'something that Node does not list (a native add-on)';
  // Written synchronously: process.exit does not wait for streams.
  writeSync(2, `leak: ${process.argv[1]} did not end after its tests; still held: ${what}\n`);
  process.exit(1);
}

function countByKind(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
