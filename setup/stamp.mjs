/** A stamp says that a part of the set-up was finished, and for what. It is written last, and whole or not at all. */

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The content of a JSON file, or null when it is missing or damaged. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

export function writeStamp(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content)}\n`);
  renameSync(draft, file);
}
