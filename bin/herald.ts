/** The `herald` command. bin/herald starts this with the right Node. */

import { main } from './main.ts';
import { createPrint } from './print.ts';

/** A reader that went away (`herald explain ... | head -1`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main(
  process.argv.slice(2),
  process.env,
  createPrint(process.stdout, process.stderr, process.env),
);
