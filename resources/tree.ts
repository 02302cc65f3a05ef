/** The files of a configuration directory: every *.yaml and *.yml below it, with the directories that must be watched for them. */

import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Problem } from './problem.ts';

export interface TreeFile {
  /** The directory as given, and the way below it. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface Tree {
  /** In the order of their names. */
  readonly files: readonly TreeFile[];
  readonly problems: readonly Problem[];
  /** Real paths: a change of any of the files shows as an event in one of these. */
  readonly directories: readonly string[];
}

const LARGEST_FILE = 4 * 1024 * 1024;
const MOST_FILES = 10_000;
const DEEPEST = 32;

interface Walk {
  readonly files: TreeFile[];
  readonly problems: Problem[];
  readonly directories: Set<string>;
  /** Real paths of those whose entries were gone through. */
  readonly visited: Set<string>;
}

export async function readTree(dir: string): Promise<Tree> {
  const walk: Walk = { files: [], problems: [], directories: new Set(), visited: new Set() };
  await visitDirectory(dir, 0, walk);
  if (walk.files.length === 0 && walk.problems.length === 0) {
    walk.problems.push(ofFile(dir, 'holds no *.yaml or *.yml file; allowed: a directory with resources'));
  }
  return { files: walk.files, problems: walk.problems, directories: [...walk.directories] };
}

async function visitDirectory(dir: string, depth: number, walk: Walk): Promise<void> {
  try {
    const real = await realpath(dir);
    // A symbolic link may lead back up.
    if (walk.visited.has(real)) return;
    const names = await readdir(real);
    walk.visited.add(real);
    walk.directories.add(real);
    // Hidden ones are no resources: editors' files, and the versions behind a ConfigMap's links (..data, ..2026_11_23...).
    for (const name of names.filter((one) => !one.startsWith('.')).sort()) await visit(join(dir, name), depth, walk);
  } catch (error) {
    walk.problems.push(ofFile(dir, explain(error, 'a directory with resources')));
  }
}

async function visit(path: string, depth: number, walk: Walk): Promise<void> {
  const isYaml = /\.ya?ml$/.test(path);
  try {
    const stats = await stat(path);
    if (stats.isDirectory() && depth < DEEPEST) return await visitDirectory(path, depth + 1, walk);
    if (!stats.isFile() || !isYaml) return;
    if (stats.size > LARGEST_FILE)
      walk.problems.push(ofFile(path, `has ${stats.size} bytes; allowed: ${LARGEST_FILE}`));
    else if (walk.files.length >= MOST_FILES) throw new Error(`more than ${MOST_FILES} files`);
    else await take(path, walk);
  } catch (error) {
    // Links that lead nowhere are only of interest where they would be resources.
    if (isYaml) walk.problems.push(ofFile(path, explain(error, 'a readable file')));
  }
}

async function take(path: string, walk: Walk): Promise<void> {
  walk.directories.add(dirname(await realpath(path)));
  walk.files.push({ file: path, bytes: await readFile(path) });
}

function explain(error: unknown, allowed: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return `does not exist; allowed: ${allowed}`;
  if (code === 'EACCES' || code === 'EPERM') return `may not be read by this user; allowed: ${allowed}`;
  if (code === 'ENOTDIR') return `is not a directory; allowed: ${allowed}`;
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function ofFile(file: string, message: string): Problem {
  return { file, line: 0, column: 0, path: '', message };
}
