/** What a rule asks of a person before anybody is told of an alert, and what an alert remembers of that while it waits. */

export type ApprovalDefault = 'approve' | 'reject';

export interface ApprovalDemand {
  /** As reasons name it. */
  readonly rule: string;
  /** How long a person has. Milliseconds. */
  readonly deadline: number;
  /** What happens when nobody decides until then. */
  readonly default: ApprovalDefault;
  /** Who may decide; empty: anybody. */
  readonly approvers: readonly string[];
  /** Channels that hear that something waits. Left out: those of the alert's routes. Empty: none. */
  readonly receivers?: readonly string[];
}

export interface Approval extends Omit<ApprovalDemand, 'deadline'> {
  /** Unix time in milliseconds. */
  readonly until: number;
}

export function describeApproval({ rule, until, default: otherwise }: Approval): string {
  return `${rule}: until ${new Date(until).toISOString()}, then ${otherwise}`;
}
