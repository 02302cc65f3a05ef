/** The resources in force with what people changed at run time laid over them, as the rest of this process is handed them. */

import type { OverridePorts } from '../api/overrides.ts';
import type { SubscriptionPorts } from '../api/subscriptions.ts';
import type { Bus } from '../bus/connection.ts';
import { SHIFTS_BUCKET, SUBSCRIPTIONS_BUCKET } from '../bus/subjects.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { isOwnSubscription, type OwnSubscription } from '../resources/own-subscription.ts';
import { shiftKey, withShifts, withSubscriptions } from '../resources/run-time.ts';
import { isShiftChange, remembered, type ShiftChange } from '../rules/shift-change.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuditTrail } from './audit-trail.ts';
import { auditedShift, auditedSubscription } from './audited-people.ts';
import type { LiveResources } from './live-resources.ts';
import { RecordStore, RecordUnavailable } from './record-store.ts';

export interface RunTimeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Pick<AuditTrail, 'command'>;
}

export interface LiveRunTime extends LiveResources {
  /** After each change of the resources, and after those of people that make another policy. */
  onPolicy(listener: (set: ResourceSet) => void): void;
}

/** Milliseconds. */
const TIDY_EVERY = 3_600_000;

type Shifts = readonly ShiftChange[];
type Subscriptions = readonly OwnSubscription[];

export class RunTime {
  readonly #clock: Clock;
  readonly #shifts: RecordStore<Shifts>;
  readonly #subscriptions: RecordStore<Subscriptions>;
  #cancel = () => {};

  constructor(options: RunTimeOptions) {
    this.#clock = options.clock;
    this.#shifts = new RecordStore({ ...options, bucket: SHIFTS_BUCKET, read: listOf(isShiftChange) });
    this.#subscriptions = new RecordStore({
      ...options,
      bucket: SUBSCRIPTIONS_BUCKET,
      read: listOf(isOwnSubscription),
    });
  }

  /** Known when it resolves: who decides must not do so before. */
  async useBus(bus: Bus): Promise<void> {
    await Promise.all([this.#shifts.useBus(bus), this.#subscriptions.useBus(bus)]);
    this.#tidy();
  }

  /** `current` is the same set as long as nothing changes. */
  over(resources: LiveResources): LiveRunTime {
    const subscribed = lastOf(withSubscriptions);
    const all = lastOf(withShifts);
    const current = () => {
      const set = subscribed(resources.current(), this.#subscriptions.records);
      return all(set, this.#shifts.records);
    };
    return {
      ...resources,
      current,
      onChange: (listener) => resources.onChange(() => listener(current())),
      onPolicy: (listener) => {
        let hash = current().policy.hash;
        const look = () => {
          const set = current();
          if (set.policy.hash !== hash) listener(set);
          hash = set.policy.hash;
        };
        resources.onChange(look);
        this.#subscriptions.onChange(look);
      },
    };
  }

  /** Throws RecordUnavailable: who is on call must not be said without what people changed. */
  mustBeKnown(): void {
    known(this.#shifts);
  }

  readonly overrides: OverridePorts = {
    of: (tenant, schedule) => known(this.#shifts).get(shiftKey(tenant, schedule)) ?? [],
    change: ({ tenant, schedule, by }, decide) =>
      this.#shifts.change(shiftKey(tenant, schedule), (before) => {
        const answer = decide(before ?? []);
        if (answer.code !== 'shift.changed' && answer.code !== 'shift.ended') return { answer };
        return { answer, next: { content: answer.all, audit: auditedShift(answer, { tenant, schedule, by }) } };
      }),
  };

  readonly subscriptions: SubscriptionPorts = {
    all: () => known(this.#subscriptions),
    change: ({ tenant, by }, decide) =>
      this.#subscriptions.change(tenant, (before) => {
        const answer = decide(before ?? []);
        if (answer.code !== 'subscription.made' && answer.code !== 'subscription.ended') return { answer };
        return { answer, next: { content: answer.all, audit: auditedSubscription(answer, { tenant, by }) } };
      }),
  };

  close(): void {
    this.#cancel();
    this.#shifts.close();
    this.#subscriptions.close();
  }

  #tidy(): void {
    this.#cancel = this.#clock.after(TIDY_EVERY, () => {
      void this.#shifts.tidy((all) => remembered(all, this.#clock.now()));
      this.#tidy();
    });
  }
}

function known<Content>({ records }: RecordStore<Content>): ReadonlyMap<string, Content> {
  if (records === null) throw new RecordUnavailable('NATS, which keeps what people change, has not been reached yet');
  return records;
}

/** The same result for the same set and records. `records` null: not known yet, so that nothing is laid over. */
function lastOf<Records>(
  lay: (set: ResourceSet, records: Records) => ResourceSet,
): (set: ResourceSet, records: Records | null) => ResourceSet {
  let last: { readonly set: ResourceSet; readonly records: Records | null; readonly result: ResourceSet } | null = null;
  return (set, records) => {
    if (last === null || last.set !== set || last.records !== records)
      last = { set, records, result: records === null ? set : lay(set, records) };
    return last.result;
  };
}

/** A record that holds anything else is unreadable as a whole: what is laid over the resources, at every decision, takes it as it is. */
function listOf<Item>(isItem: (value: unknown) => value is Item): (value: unknown) => readonly Item[] {
  return (value) => {
    if (!Array.isArray(value)) throw new Error('what people set is no list');
    const wrong = value.findIndex((item) => !isItem(item));
    if (wrong >= 0) throw new Error(`item ${wrong} of what people set is not as it was written`);
    return value as Item[];
  };
}
