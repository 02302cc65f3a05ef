/** Reads `FILE|-`. */

import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandFailed, UsageError } from './command.ts';

export async function readInput(file: string): Promise<Buffer<ArrayBuffer>> {
  if (file === '-') return Buffer.from(await buffer(process.stdin));
  try {
    return Buffer.from(await readFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : (error as Error).message;
    throw new CommandFailed(`cannot read ${file}: ${why}`, { cause: error });
  }
}

/** Seconds, as milliseconds. Throws UsageError. */
export function seconds(name: string, value: string | true | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const given = /^(\d+(?:\.\d+)?)s?$/.exec(String(value))?.[1];
  if (given === undefined) throw new UsageError(`--${name} ${value}: a number of seconds, as in 10 or 10s`);
  return Number(given) * 1000;
}
