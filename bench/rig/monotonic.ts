/** CLOCK_MONOTONIC in microseconds: the same in every process of the machine. */
export function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
