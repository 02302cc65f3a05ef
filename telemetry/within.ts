/** Waiting for something no longer than it is worth. */

import type { Clock } from './clock.ts';

/** True: `work` was done within so many milliseconds; false: it was not, and goes on. Rejects as it does, if it does so in time. */
export async function within(clock: Pick<Clock, 'after'>, ms: number, work: Promise<unknown>): Promise<boolean> {
  let cancel = () => {};
  const over = new Promise<false>((resolve) => {
    cancel = clock.after(ms, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    cancel();
  }
}
