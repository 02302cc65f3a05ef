/** Alerts by NATS are read by one worker at a time: by whoever holds the first partition. */

import type { Worker } from '../actors/worker.ts';
import { type NatsInletOptions, runNatsInlet } from '../ingress/nats-inlet.ts';

/** Milliseconds. */
const LOOK_EVERY = 500;

export function keepInlet(worker: Worker, options: Omit<NatsInletOptions, 'signal'>): { stop(): Promise<void> } {
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null;
  let cancel = () => {};
  const end = async () => {
    running?.stop.abort();
    await running?.ended;
    running = null;
  };
  const look = () => {
    const holds = worker.status().some(({ partition }) => partition === 'a0');
    if (holds && running === null) running = launchInlet(options);
    else if (!holds && running !== null) void end();
    cancel = options.clock.after(LOOK_EVERY, look);
  };
  look();
  return {
    async stop() {
      cancel();
      await end();
    },
  };
}

function launchInlet(options: Omit<NatsInletOptions, 'signal'>) {
  const stop = new AbortController();
  const { clock, log } = options;
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        await runNatsInlet({ ...options, signal: stop.signal });
      } catch (error) {
        log.error({ event: 'inlet.failed', error }, 'alerts by NATS could not be read; trying again');
        await new Promise<void>((resolve) => clock.after(LOOK_EVERY, resolve));
      }
    }
  };
  return { stop, ended: run() };
}
