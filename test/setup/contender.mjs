/** Takes the lock again and again; each time it adds one to a counter in a way that loses counts if anyone else does so, too. */

import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { takeLock } from '../../setup/lock.mjs';

const [file, counter, times] = process.argv.slice(2);

for (let i = 0; i < Number(times); i++) {
  const lock = await takeLock(file, () => {}, 1);
  const count = Number(readFileSync(counter, 'utf8'));
  await turn();
  writeFileSync(counter, String(count + 1));
  lock.release();
}
process.disconnect?.();
