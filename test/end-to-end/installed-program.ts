/** Programs that Debian's packages or their own releases put on a machine, run by tests as they are. */

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Ended } from './running-herald.ts';

/** null where none of these names is installed; the test set-up tries to. */
export function findInstalled(...names: readonly string[]): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** To its end. */
export function runInstalled(program: string, words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(program, [...words], { timeout: 60_000 }, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}
