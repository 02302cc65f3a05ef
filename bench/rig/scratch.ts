/** What a benchmark starts and must end: processes, folders. Ended in the opposite order, whatever happens. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();
process.once('exit', () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

export class Scratch {
  readonly #ends: (() => unknown)[] = [];

  atEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** A new folder of its own, removed at the end. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'herald-bench-'));
    folders.add(path);
    this.atEnd(() => {
      rmSync(path, { recursive: true, force: true });
      folders.delete(path);
    });
    return path;
  }

  async end(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) await end();
  }
}

/** Runs with a scratch of its own: what one case started is gone before the next begins. */
export async function withScratch<T>(run: (scratch: Scratch) => Promise<T>): Promise<T> {
  const scratch = new Scratch();
  try {
    return await run(scratch);
  } finally {
    await scratch.end();
  }
}
