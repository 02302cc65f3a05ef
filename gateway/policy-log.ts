/** Writes every activation of a policy in this process to the log that all processes share (bus/policy-log.ts). */

import type { AuditEvent } from '../access/audit-chain.ts';
import type { Bus } from '../bus/connection.ts';
import { type PolicyActivation, recordActivation } from '../bus/policy-log.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { pause } from '../telemetry/pause.ts';
import type { AuditTrail } from './audit-trail.ts';
import { PROCESS } from './process-name.ts';
import type { LiveRunTime } from './run-time.ts';

/** A configuration of thousands of files is known by its first ones. */
const MOST_FILES = 100;
const TRY_AGAIN = 1000;

export interface PolicyLogOptions {
  readonly bus: Bus;
  readonly resources: Pick<LiveRunTime, 'current' | 'onPolicy'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly audit: Pick<AuditTrail, 'post'>;
}

/** From now on, what is in force included. One after the other, and until it is done: an activation must not be forgotten. */
export function keepPolicyLog({ bus, resources, clock, log, signal, audit }: PolicyLogOptions): void {
  let writing = Promise.resolve();
  const write = async (activation: PolicyActivation) => {
    while (!signal.aborted) {
      try {
        const isNew = await recordActivation(bus, activation);
        if (isNew) audit.post(audited(activation));
        log.debug({ event: 'policy.activated', hash: activation.hash, recorded: isNew }, 'a policy is in force');
        return;
      } catch (error) {
        if (signal.aborted || bus.nc.isClosed()) return;
        log.warn({ event: 'policy.unrecorded', hash: activation.hash, error }, 'an activation could not be recorded');
        await pause(clock, TRY_AGAIN, signal);
      }
    }
  };
  const activate = (set: ResourceSet) => {
    const activation = activationOf(set, clock.now());
    writing = writing.then(() => write(activation));
  };
  activate(resources.current());
  resources.onPolicy(activate);
}

function audited({ hash, count, files, process }: PolicyActivation): AuditEvent {
  const detail = `${count} resources from ${files.join(', ')}`;
  return { event: 'policy.activated', what: hash, subject: '', by: process, detail };
}

function activationOf({ policy, hash, count, files }: ResourceSet, at: number): PolicyActivation {
  const shown = files.slice(0, MOST_FILES);
  return { hash: policy.hash, resources: hash, count, files: shown, fileCount: files.length, at, process: PROCESS };
}
