/** Who was told that a command is done, and looks, finds what it did: the answer waits until the archive shows the commit. */

import type { Query } from '../archive/ask.ts';
import type { CommitPlace } from '../bus/ask-partition.ts';
import { type Clock, systemClock } from '../telemetry/clock.ts';
import { pause } from '../telemetry/pause.ts';

type Cursors = Readonly<Record<string, { readonly projected: number }>>;

const LOOK_EVERY = 20;
/** The archive follows within a few tenths of a second, unless it is down or far behind. Milliseconds. */
const PATIENCE = 1000;

/** Resolves in any case: the command is done whatever the archive knows of it, and a late one fails nothing. */
export async function shown(place: CommitPlace, query: Query, clock: Clock = systemClock): Promise<void> {
  const over = new AbortController();
  const looked = (async () => {
    while (!over.signal.aborted && !(await isThere(place, query))) await pause(clock, LOOK_EVERY, over.signal);
  })();
  // An archive that answers nothing would hold the look itself up for longer.
  await Promise.race([looked, pause(clock, PATIENCE, over.signal)]);
  over.abort();
}

/** Also where the archive cannot tell: there is nothing to wait for. */
async function isThere({ partition, seq }: CommitPlace, query: Query): Promise<boolean> {
  try {
    const cursors = (await query('cursors', {})) as Cursors;
    return (cursors[partition]?.projected ?? 0) >= seq;
  } catch {
    return true;
  }
}
