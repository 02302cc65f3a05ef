/** Folders that Herald keeps its data in. */

import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartFailed } from './start-failed.ts';

/**
 * With those above it; one that is there stays. Throws StartFailed. One by one: Node's own way of making them all goes round for ever where
 * a file system says that something is missing in a folder which is there, as /proc does.
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder);
  try {
    if (isFolder(path)) return;
    if (dirname(path) !== path) makeFolder(dirname(path));
    mkdirOnce(path);
  } catch (cause) {
    if (cause instanceof StartFailed) throw cause;
    throw new StartFailed(`the folder ${path} cannot be made or used: ${(cause as Error).message}`, { cause });
  }
}

/** Another process may be faster. */
function mkdirOnce(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
