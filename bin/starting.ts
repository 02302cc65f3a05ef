import { StartFailed } from '../gateway/start-failed.ts';
import { CommandFailed } from './command.ts';

/** What an operator can mend is shown as it is; anything else keeps its stack. */
export async function mendable(running: Promise<void>): Promise<void> {
  try {
    await running;
  } catch (error) {
    if (error instanceof StartFailed) throw new CommandFailed(error.message);
    throw error;
  }
}
