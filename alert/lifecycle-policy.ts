/** What a tenant's Lifecycle resource says of how its alerts age, and of those that open and end all the time. */

import type { Priority } from './alert.ts';

/** Durations in milliseconds. */
export interface LifecyclePolicy {
  /** An alert not heard of for this long is aged. */
  readonly ageAfter: number;
  /** An ended alert is remembered for this long. */
  readonly forgetAfter: number;
  /** null: none is called flapping. */
  readonly flapping: FlappingRule | null;
}

export interface FlappingRule {
  /** More than so many within the time are flapping. */
  readonly openings: number;
  readonly within: number;
  /** null: of any priority. */
  readonly priorities: readonly Priority[] | null;
}

export const DEFAULT_LIFECYCLE: LifecyclePolicy = Object.freeze({
  // Six times the repeat interval at which an Alertmanager reports by default.
  ageAfter: 24 * 3_600_000,
  // Prometheus sends a resolved alert for as long.
  forgetAfter: 15 * 60_000,
  flapping: null,
});
