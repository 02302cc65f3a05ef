/** Names of namespaces from a command line, from standard input or from a file. */

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { CommandFailed } from './command.ts';

/** `-` stands for standard input. */
export async function* namesIn(words: readonly string[]): AsyncGenerator<string> {
  for (const word of words) {
    if (word !== '-') yield word;
    else yield* linesOf('-');
  }
}

/** Without empty lines, and without white space around. Throws CommandFailed. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const name = line.trim();
      if (name !== '') yield name;
    }
  } catch (error) {
    throw new CommandFailed(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
