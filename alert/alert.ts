/**
 * What an alert is, once its sender's format is behind us. Every format decodes to this normal form, and everything after
 * ingress speaks only of it.
 */

export type LabelSet = Readonly<Record<string, string>>;

export type AlertStatus = 'firing' | 'resolved';

export interface Alert {
  readonly tenant: string;
  /** Alertmanager's fingerprint of `labels`: 16 lower-case hex digits (see fingerprint.ts). */
  readonly fingerprint: string;
  readonly status: AlertStatus;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  /** Unix time in milliseconds. */
  readonly startsAt: number;
  /**
   * Unix time in milliseconds. Resolved: when it ended. Firing: when it counts as resolved unless reported again
   * (Prometheus sends such a time), or null where the sender itself will tell.
   */
  readonly endsAt: number | null;
  readonly generatorURL: string;
  /** Name of the Source resource that it came through. */
  readonly source: string;
}

/** The identity of an alert in all of Herald: its tenant and its fingerprint. */
export function alertKey(tenant: string, fingerprint: string): string {
  return `${tenant}/${fingerprint}`;
}

export type Environment = 'production' | 'staging' | 'testing' | 'development';

/** Most dangerous first: of several matches the first of these wins. */
export const ENVIRONMENTS: readonly Environment[] = ['production', 'staging', 'testing', 'development'];

export type Priority = 'P1' | 'P2' | 'P3' | 'P4' | 'P5';

export const PRIORITIES: readonly Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];
