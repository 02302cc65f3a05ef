/** Which extension attributes of CloudEvents are labels of their alerts: those that say what it is about, the same in every event of it. */

import Type from 'typebox';
import { fieldOf } from './resource.ts';
import type { Fault } from './validate.ts';

const ALLOWED = 'the name of an extension attribute, in small letters and digits';

/** They are labels already, or would make each event another alert. */
const CORE = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'data',
  'severity',
  'alertname',
];

export const eventLabelsSchema = Type.Array(
  Type.Refine(
    Type.String({ pattern: '^[a-z0-9]{1,64}$', description: ALLOWED }),
    (name) => !CORE.includes(name),
    (name) => `is ${JSON.stringify(name)}, which has a meaning of its own; allowed: ${ALLOWED}`,
  ),
  { minItems: 1, maxItems: 32, description: 'a list of extension attributes' },
);

export function eventLabelFaults(spec: unknown): Fault[] {
  const format = fieldOf(spec, 'format');
  if (fieldOf(spec, 'eventLabels') === undefined || format === 'cloudevents') return [];
  const message = `does not belong to the format ${String(format)}; allowed with cloudevents`;
  return [{ path: ['spec', 'eventLabels'], message, target: 'key' }];
}
