import { resolve, sep } from 'node:path';
import type { Environment } from '../gateway/environment.ts';
import { StartFailed } from '../gateway/start-failed.ts';
import { CommandFailed } from './command.ts';

/** What an operator can mend is shown as it is; anything else keeps its stack. */
export async function mendable(running: Promise<void>, { data }: Pick<Environment, 'data'>): Promise<void> {
  try {
    await running;
  } catch (error) {
    if (error instanceof StartFailed) throw new CommandFailed(error.message);
    if (isRefusal(error) && (isWithin(error.path, data) || isWithin(data, error.path)))
      throw new CommandFailed(
        `${error.path}: ${error.message.replace(/,.*/s, '')}; HERALD_DATA must be a folder in which this user may write`,
      );
    throw error;
  }
}

/** By the file system. */
function isRefusal(error: unknown): error is NodeJS.ErrnoException & { readonly path: string } {
  return error instanceof Error && 'errno' in error && 'path' in error && typeof error.path === 'string';
}

function isWithin(path: string, folder: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}
