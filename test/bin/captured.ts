/** Runs the herald command in this process and keeps what it prints. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExitCode } from '../../bin/command.ts';
import { main } from '../../bin/main.ts';
import { createPrint } from '../../bin/print.ts';
import type { Variables } from '../../gateway/variables.ts';
import { atEnd } from '../support/leaks.ts';

export interface Captured {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export async function herald(words: readonly string[], variables: Variables = {}): Promise<Captured> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const code = await main(words, variables, createPrint(stream('out'), stream('err'), variables));
  return { code, ...written };
}

export async function temporaryFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-bin-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}
