/** Namespace: the labels that a namespace has in its cluster, where no cluster is asked. `metadata.name` is its name. */

import Type from 'typebox';
import type { LabelSet } from '../alert/alert.ts';

export const namespaceSpec = Type.Object(
  { labels: Type.Record(Type.String(), Type.String(), { description: 'the labels of the namespace' }) },
  { additionalProperties: false },
);

export function namespaceLabels(spec: unknown): LabelSet {
  return (spec as Type.Static<typeof namespaceSpec>).labels;
}
