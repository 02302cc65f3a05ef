/** Randomness is a port, so that tests can repeat it. */

/** An unsigned 32-bit integer. */
export type RandomWord = () => number;

const POOL = 1024;

/** From the operating system, drawn in blocks: a draw per request would cost more than the rest of its receipt. */
export function systemRandom(): RandomWord {
  const pool = new Uint32Array(POOL);
  let next = POOL;
  return () => {
    if (next === POOL) {
      crypto.getRandomValues(pool);
      next = 0;
    }
    return pool[next++] ?? 0;
  };
}
