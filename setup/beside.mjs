/** Two pieces of the set-up at the same time. */

import { endPrograms } from './progress.mjs';

/**
 * The quick one may fail for good, for want of a program that only a person can install: then the other is broken off, since nobody shall wait a
 * minute to be told. When the other fails the quick one is let finish: an installation of packages that is ended half-way is left
 * for a person to mend.
 *
 * @param {() => Promise<void>} quick
 * @param {() => Promise<void>} slow
 */
export async function beside(quick, slow) {
  let failedFirst = null;
  const note = (error) => {
    failedFirst ??= { error };
  };
  const first = quick().catch((error) => {
    note(error);
    endPrograms();
  });
  await Promise.all([first, slow().catch(note)]);
  if (failedFirst !== null) throw failedFirst.error;
}
