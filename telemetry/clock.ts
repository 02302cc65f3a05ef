/** The clock is a port: decisions get a time, shells get a Clock, tests move it by hand. */

export interface Clock {
  /** Unix time in milliseconds. May jump; only for what people and senders see. */
  now(): number;
  /** Milliseconds since some start, never going back. For leases, deadlines and latencies. */
  monotonic(): number;
  /** Calls back once after `ms` of monotonic time; the returned function cancels it. Never keeps the process alive. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), 0x7fffffff));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
