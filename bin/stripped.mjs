/**
 * Loaded before everything else by bin/herald, in each of its threads: the text of a TypeScript file without its types is kept in
 * `.runtime/stripped/`, since to take the types away is a third of the time of a start, and Node 22 does it anew at each. An entry
 * holds the digest of what it was made from, so a changed file is never answered by its old text.
 *
 * Plain JavaScript: else Node would have to load what strips types for this file alone.
 */

import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, '.runtime/stripped');

// Node 23 has it from 23.5 on. Without, everything is as it is without this file.
registerHooks?.({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
    const file = fileURLToPath(url);
    const name = relative(root, file);
    // What stands elsewhere, someone's plug-in, is not ours to keep.
    if (name.startsWith('..')) return nextLoad(url, context);
    const text = readFileSync(file, 'utf8');
    const entry = join(folder, name.replaceAll(sep, '+'));
    const digest = hash('sha256', `${process.version} ${text}`);
    const source = read(entry, digest) ?? keep(entry, digest, stripTypeScriptTypes(text));
    return { format: 'module', source, shortCircuit: true };
  },
});

function read(entry, digest) {
  try {
    const kept = readFileSync(entry, 'utf8');
    return kept.startsWith(`${digest}\n`) ? kept.slice(digest.length + 1) : null;
  } catch {
    return null;
  }
}

function keep(entry, digest, source) {
  const draft = `${entry}.${process.pid}.${threadId}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, `${digest}\n${source}`);
    // Whole or not at all: others start at the same time.
    renameSync(draft, entry);
  } catch {
    // Where nothing can be written, in a read-only image, each start takes its time and nothing else is different.
  }
  return source;
}
