/** The resources in force with what people changed at run time laid over them, as the rest of this process is handed them. */

import type { OverridePorts } from '../api/overrides.ts';
import type { Bus } from '../bus/connection.ts';
import { SHIFTS_BUCKET } from '../bus/subjects.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { shiftKey, withRunTime } from '../resources/run-time.ts';
import { remembered, type ShiftChange } from '../rules/shift-change.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuditTrail } from './audit-trail.ts';
import { auditedShift } from './audited-shift.ts';
import type { LiveResources } from './live-resources.ts';
import { RecordStore, RecordUnavailable } from './record-store.ts';

export interface RunTimeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Pick<AuditTrail, 'command'>;
}

/** Milliseconds. */
const TIDY_EVERY = 3_600_000;

type Shifts = readonly ShiftChange[];

export class RunTime {
  readonly #clock: Clock;
  readonly #shifts: RecordStore<Shifts>;
  #cancel = () => {};

  constructor(options: RunTimeOptions) {
    this.#clock = options.clock;
    this.#shifts = new RecordStore({ ...options, bucket: SHIFTS_BUCKET, read: readShifts });
  }

  /** Known when it resolves: who decides must not do so before. */
  async useBus(bus: Bus): Promise<void> {
    await this.#shifts.useBus(bus);
    this.#tidy();
  }

  /** `current` is the same set as long as nothing changes. */
  over(resources: LiveResources): LiveResources {
    let last: { readonly set: ResourceSet; readonly shifts: unknown; readonly result: ResourceSet } | null = null;
    const current = () => {
      const set = resources.current();
      const shifts = this.#shifts.records;
      if (last === null || last.set !== set || last.shifts !== shifts)
        last = { set, shifts, result: shifts === null ? set : withRunTime(set, { shifts }) };
      return last.result;
    };
    return { ...resources, current, onChange: (listener) => resources.onChange(() => listener(current())) };
  }

  /** Throws RecordUnavailable: who is on call must not be said without what people changed. */
  mustBeKnown(): ReadonlyMap<string, Shifts> {
    const records = this.#shifts.records;
    if (records === null) throw new RecordUnavailable('NATS, which keeps what people change, has not been reached yet');
    return records;
  }

  readonly overrides: OverridePorts = {
    of: (tenant, schedule) => this.mustBeKnown().get(shiftKey(tenant, schedule)) ?? [],
    change: ({ tenant, schedule, by }, decide) =>
      this.#shifts.change(shiftKey(tenant, schedule), (known) => {
        const answer = decide(known ?? []);
        if (answer.code !== 'shift.changed' && answer.code !== 'shift.ended') return { answer };
        return { answer, next: { content: answer.all, audit: auditedShift(answer, { tenant, schedule, by }) } };
      }),
  };

  close(): void {
    this.#cancel();
    this.#shifts.close();
  }

  #tidy(): void {
    this.#cancel = this.#clock.after(TIDY_EVERY, () => {
      void this.#shifts.tidy((all) => remembered(all, this.#clock.now()));
      this.#tidy();
    });
  }
}

function readShifts(value: unknown): Shifts {
  if (!Array.isArray(value)) throw new Error('the changes of a schedule are no list');
  return value as Shifts;
}
