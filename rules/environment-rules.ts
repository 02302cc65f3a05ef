/** What an EnvironmentPolicy says, ready to be compiled. */

import type { Environment, Priority } from '../alert/alert.ts';
import type { NamespaceAttributes } from '../alert/namespace.ts';

/** What a rule says of the namespaces that it is for; what it leaves out is left to others. */
export type DeclaredAttributes = Partial<NamespaceAttributes & { readonly priority: Priority }>;

export interface EnvironmentRule {
  readonly name: Environment;
  readonly patterns: readonly string[];
  /** A name that one of these matches does not belong to this environment, whatever `patterns` say. */
  readonly exclude: readonly string[];
  readonly priority: Priority | null;
  /** Where no NamespaceClass says more. */
  readonly attributes?: DeclaredAttributes;
}

/** How a namespace's own labels name its environment. */
export interface EnvironmentLabels {
  readonly keys: readonly string[];
  /** Lower-case, beside the names of the environments themselves. */
  readonly values: Readonly<Partial<Record<Environment, readonly string[]>>>;
  /** May a label take a namespace out of production that a production pattern puts into it? */
  readonly lowerProduction: boolean;
}

export interface EnvironmentRules {
  /** Names the policy in reasons, as `tenant/name`; null where the tenant declares none. */
  readonly policy: string | null;
  readonly default: Environment;
  readonly caseSensitive: boolean;
  readonly environments: readonly EnvironmentRule[];
  /** DEFAULT_LABELS where it is left out. */
  readonly labels?: EnvironmentLabels;
  /** Patterns of namespaces that a change may take out of production; left out: none. Decides about changes only. */
  readonly leavesProduction?: readonly string[];
}

export const DEFAULT_LABELS: EnvironmentLabels = {
  keys: ['environment', 'env'],
  values: {
    production: ['prod', 'prd', 'live'],
    staging: ['stage', 'stg', 'preprod', 'pre-production', 'uat', 'acceptance'],
    testing: ['test', 'tst', 'qa', 'ci', 'e2e'],
    development: ['dev', 'develop', 'sandbox'],
  },
  lowerProduction: false,
};

export const DEFAULT_PRIORITIES: Readonly<Record<Environment, Priority>> = {
  production: 'P1',
  staging: 'P3',
  testing: 'P4',
  development: 'P5',
};

/** What holds for a tenant without an EnvironmentPolicy. */
export const NO_POLICY: EnvironmentRules = {
  policy: null,
  default: 'production',
  caseSensitive: false,
  environments: [],
};
