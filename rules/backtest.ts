/** What a candidate policy would do to names that are known: how many its patterns cover, what changes, which production is lost. */

import { ENVIRONMENTS, type Environment } from '../alert/alert.ts';
import { NAMESPACE_ATTRIBUTES, type NamespaceAttribute, type NamespaceAttributes } from '../alert/namespace.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { BulkClassification } from './pool.ts';

/** A namespace as it is now. */
export interface KnownNamespace {
  readonly tenant: string;
  readonly namespace: string;
  /** null: nobody knows; then nothing can change. */
  readonly environment: Environment | null;
  /** Left out: not compared. */
  readonly attributes?: NamespaceAttributes;
  /** Where people put it by a promotion; no policy undoes that. */
  readonly placed?: Placement;
}

export interface EnvironmentChange {
  readonly tenant: string;
  readonly namespace: string;
  readonly from: Environment;
  readonly to: Environment;
  /** Why the candidate decides so. */
  readonly because: string;
}

export interface AttributeChange {
  readonly tenant: string;
  readonly namespace: string;
  readonly attribute: NamespaceAttribute;
  readonly from: unknown;
  readonly to: unknown;
}

export interface Backtest {
  readonly names: number;
  /** Named by a pattern or a label, and not by the default. */
  readonly covered: number;
  readonly byEnvironment: Readonly<Record<Environment, number>>;
  readonly changes: readonly EnvironmentChange[];
  /** Of the changes, those out of production. */
  readonly losses: readonly EnvironmentChange[];
  readonly attributeChanges: readonly AttributeChange[];
  /** Names that break the candidate's NamingStandard. */
  readonly violations: number;
  /** Names that only the default decides, the first of them. */
  readonly uncovered: readonly string[];
}

const MOST_UNCOVERED = 100;

/** `after`: what the candidate says, in the order of `known`. */
export function compareBacktest(known: readonly KnownNamespace[], after: readonly BulkClassification[]): Backtest {
  const pairs = known.map((before, i) => ({ before, after: after[i]! }));
  const changes = pairs.flatMap((pair) => environmentChange(pair));
  const uncovered = pairs.filter((pair) => pair.after.reason === 'environment.default');
  const count = (environment: Environment) => after.filter((one) => one.environment === environment).length;
  return {
    names: known.length,
    covered: known.length - uncovered.length,
    byEnvironment: Object.fromEntries(ENVIRONMENTS.map((name) => [name, count(name)])) as Backtest['byEnvironment'],
    changes,
    losses: changes.filter(({ from }) => from === 'production'),
    attributeChanges: pairs.flatMap((pair) => attributeChanges(pair)),
    violations: after.filter((one) => one.violations > 0).length,
    uncovered: uncovered.slice(0, MOST_UNCOVERED).map(({ before }) => `${before.tenant}/${before.namespace}`),
  };
}

interface Pair {
  readonly before: KnownNamespace;
  readonly after: BulkClassification;
}

function environmentChange({ before: { tenant, namespace, environment }, after }: Pair): EnvironmentChange[] {
  if (environment === null || environment === after.environment) return [];
  return [{ tenant, namespace, from: environment, to: after.environment, because: after.detail }];
}

function attributeChanges({ before: { tenant, namespace, attributes }, after }: Pair): AttributeChange[] {
  if (attributes === undefined) return [];
  return NAMESPACE_ATTRIBUTES.filter(
    (name) => JSON.stringify(attributes[name]) !== JSON.stringify(after.attributes[name]),
  ).map((attribute) => {
    return { tenant, namespace, attribute, from: attributes[attribute], to: after.attributes[attribute] };
  });
}
