/** The `herald` command. bin/herald starts this with the right Node. */

import { main } from './main.ts';
import { endWithOutput } from './output.ts';
import { createPrint } from './print.ts';

endWithOutput(process.stdout, process.stderr);

process.exitCode = await main(
  process.argv.slice(2),
  process.env,
  createPrint(process.stdout, process.stderr, process.env),
);
