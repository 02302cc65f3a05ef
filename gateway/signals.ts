/**
 * What a process is asked from outside. SIGTERM and SIGINT: to stop.
 *
 * SIGHUP has two senders. Where there is a terminal, it was closed: stop. Elsewhere it is how operators ask an Alertmanager or a
 * Prometheus to read its configuration again, and the default, to die at once and leave the nats-server behind, is what nobody means.
 */

/** What is asked of this process from outside, from now on; nothing that comes early is lost. */
export interface Signals {
  /** The first signal that asks it to stop. */
  readonly stop: Promise<NodeJS.Signals>;
  onLookAgain(listener: () => void): void;
}

/** `hasTerminal`: somebody sits before it. */
export function takeSignals(hasTerminal: boolean): Signals {
  const stopping: NodeJS.Signals[] = hasTerminal ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
  let lookAgain = () => {};
  if (!hasTerminal) process.on('SIGHUP', () => lookAgain());
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    const take = (signal: NodeJS.Signals) => {
      // Another of these is for who stops it. A terminal that is closed says so more than once.
      process.off('SIGINT', take).off('SIGTERM', take);
      resolve(signal);
    };
    for (const one of stopping) process.on(one, take);
  });
  return {
    stop,
    onLookAgain(listener) {
      lookAgain = listener;
    },
  };
}
