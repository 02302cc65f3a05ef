/** Correlations under way: handed to the pool after the commit that says so; what is found comes back as a command. */

import type { Finding } from '../alert/correlation.ts';
import type { CorrelationTask } from '../alert/correlation-run.ts';
import type { CorrelatorCommand } from '../alert/correlator.ts';
import type { Log } from '../telemetry/log.ts';
import { type AskKeys, withKeys } from './correlation-keys.ts';

export interface CorrelationsDeps {
  readonly log: Log;
  /** Rejects when the task throws, takes longer than its limit, or its thread ends. */
  correlate(task: CorrelationTask): Promise<readonly Finding[]>;
  /** Of the correlator plug-ins that rules name. */
  readonly askKeys: AskKeys;
}

export class Correlations {
  readonly #deps: CorrelationsDeps;
  readonly #concluded: (tenant: string, command: CorrelatorCommand) => void;
  #closed = false;

  constructor(deps: CorrelationsDeps, concluded: (tenant: string, command: CorrelatorCommand) => void) {
    this.#deps = deps;
    this.#concluded = concluded;
  }

  start(task: CorrelationTask): void {
    void this.#run(task).then((command) => {
      if (!this.#closed) this.#concluded(task.tenant, command);
    });
  }

  /** No outcome is told any more; the next owner asks again. */
  close(): void {
    this.#closed = true;
  }

  /** What fails leaves its reason in the journal (correlation.failed), and the alerts go on uncorrelated. */
  async #run(task: CorrelationTask): Promise<CorrelatorCommand> {
    const { tenant, run } = task;
    try {
      const keyed = await withKeys(task, this.#deps.askKeys);
      const findings = await this.#deps.correlate(keyed.task);
      return { kind: 'found', run, findings, problems: keyed.problems };
    } catch (error) {
      this.#deps.log.warn({ event: 'correlation.failed', tenant, error }, 'alerts go on uncorrelated for now');
      return { kind: 'failed', run, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
