/** Asked to stop: in order, within a bound. A second signal ends at once. */

import type { Log } from '../telemetry/log.ts';

/** For all steps; INTERFACE promises 10 s. Milliseconds. */
const BOUND = 9000;
/** After that for what is open still, so that the two are less than what was promised. Milliseconds. */
const LINGER = 500;
/** Milliseconds; a longer one would be taken for 1. */
const LONGEST_INTERVAL = 0x7fffffff;

export interface Step {
  readonly name: string;
  run(): Promise<void> | void;
}

/**
 * Resolves when `asked` to stop and every step has run, in order; a step that fails does not keep the others from running. Until it is asked,
 * the process runs.
 * When `running` rejects, the steps run as well, and its error is thrown.
 */
export async function untilStopped(
  asked: Promise<NodeJS.Signals>,
  running: Promise<void>,
  steps: () => readonly Step[],
  log: Log,
): Promise<void> {
  const failure = running.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => ({ error }),
  );
  // Waiting for NATS, a role without HTTP has nothing open, and a process with nothing open ends, whatever it is waiting for.
  const alive = setInterval(() => {}, LONGEST_INTERVAL);
  const ended = await Promise.race([asked, failure]);
  clearInterval(alive);
  if (typeof ended === 'string') log.info({ event: 'stopping', signal: ended }, 'stopping');
  await runAll(steps(), log);
  if (typeof ended !== 'string') throw ended.error;
}

async function runAll(steps: readonly Step[], log: Log): Promise<void> {
  let at = '';
  const insist = setTimeout(() => {
    log.error({ event: 'stop.overdue', step: at }, 'stopping took too long; what is left is in the journal');
    process.exit(1);
  }, BOUND);
  insist.unref();
  const impatient = () => process.exit(1);
  process.on('SIGINT', impatient).on('SIGTERM', impatient);
  for (const step of steps) {
    at = step.name;
    try {
      await step.run();
    } catch (error) {
      log.error({ event: 'stop.failed', step: step.name, error }, 'a step of stopping failed');
    }
  }
  clearTimeout(insist);
  // By itself it ends once nothing is open any more; a NATS that takes connections and never answers one keeps them for ever.
  setTimeout(() => process.exit(), LINGER).unref();
  process.off('SIGINT', impatient).off('SIGTERM', impatient);
}
