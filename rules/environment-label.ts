/** The strongest evidence for an environment: what the cluster itself says of the namespace, in a label. */

import { ENVIRONMENTS, type Environment, type LabelSet } from '../alert/alert.ts';
import { labelValue } from '../alert/label-order.ts';
import { DEFAULT_LABELS, type EnvironmentLabels } from './environment-rules.ts';
import { readingOf } from './look-alike.ts';

export interface LabelEvidence {
  readonly environment: Environment;
  /** The label, `env=prod`; several where they disagree. */
  readonly text: string;
}

/** null: no label names an environment. Of labels that disagree the most dangerous wins. */
export function evidenceIn(labels: LabelSet, declared: EnvironmentLabels = DEFAULT_LABELS): LabelEvidence | null {
  const found = declared.keys.flatMap((key) => {
    const value = labelValue(labels, key);
    const environment = environmentNamed(value, declared);
    return environment === null ? [] : [{ environment, text: `${key}=${value}` }];
  });
  const worst = ENVIRONMENTS.find((environment) => found.some((one) => one.environment === environment));
  if (worst === undefined) return null;
  const agree = found.every((one) => one.environment === worst);
  return { environment: worst, text: agree ? found[0]!.text : found.map((one) => one.text).join(' and ') };
}

function environmentNamed(value: string, { values }: EnvironmentLabels): Environment | null {
  const written = value.trim().toLowerCase();
  if (written === '') return null;
  const read = (readingOf(written) ?? written).toLowerCase();
  // A value that only reads like an environment may name production, and nothing less.
  return nameOf(written, values) ?? (nameOf(read, values) === 'production' ? 'production' : null);
}

function nameOf(text: string, values: EnvironmentLabels['values']): Environment | null {
  return ENVIRONMENTS.find((name) => name === text || (values[name]?.includes(text) ?? false)) ?? null;
}
