/**
 * What Filters do to an alert, as a decision sees it. Compiling and evaluating their rules stands in rules/; here are the shape
 * and the two rules that no operator's file can change: what is production or critical is not dropped by accident, and an
 * alert's identity is that of the labels it came with.
 */

import type { Alert, LabelSet, Priority } from './alert.ts';
import type { ApprovalDemand } from './approval-demand.ts';
import type { NamespaceProfile } from './namespace.ts';
import type { Reason } from './reason.ts';

export type FilteredAlert = Pick<
  Alert,
  'tenant' | 'labels' | 'annotations' | 'startsAt' | 'endsAt' | 'generatorURL' | 'source'
>;

export interface FilterFacts {
  readonly alert: FilteredAlert;
  readonly profile: NamespaceProfile;
}

export interface FilterOutcome {
  /** Why it is dropped; null: it stays. */
  readonly dropped: Reason | null;
  /** As the rules left them: for routing, and to be shown. The alert's own object where nothing changed. */
  readonly labels: LabelSet;
  /** null: no rule set one. */
  readonly priority: Priority | null;
  /** Left out where no rule asks for one. */
  readonly approval?: ApprovalDemand;
  readonly reasons: readonly Reason[];
}

/** Without filters, or where none applies. */
export function unfiltered(labels: LabelSet): FilterOutcome {
  return { dropped: null, labels, priority: null, reasons: NO_REASONS };
}

const NO_REASONS: readonly Reason[] = Object.freeze([]);

/** Only a rule that says dropProduction may drop it. By what it came with and by what rules made of it: neither can lower it. */
export function isProtected({ alert, profile }: FilterFacts, labels: LabelSet): boolean {
  return profile.environment === 'production' || isCritical(alert.labels) || isCritical(labels);
}

function isCritical({ severity }: LabelSet): boolean {
  return typeof severity === 'string' && severity.trim().toLowerCase() === 'critical';
}
