/** What an EnvironmentPolicy says, ready to be compiled. */

import type { Environment, Priority } from '../alert/alert.ts';

export interface EnvironmentRule {
  readonly name: Environment;
  readonly patterns: readonly string[];
  /** A name that one of these matches does not belong to this environment, whatever `patterns` say. */
  readonly exclude: readonly string[];
  readonly priority: Priority | null;
}

export interface EnvironmentRules {
  /** Names the policy in reasons, as `tenant/name`; null where the tenant declares none. */
  readonly policy: string | null;
  readonly default: Environment;
  readonly caseSensitive: boolean;
  readonly environments: readonly EnvironmentRule[];
}

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
