/** Relabel steps in specs: prometheus-operator's RelabelConfig, checked as Prometheus checks a relabel_config. */

import Type from 'typebox';
import { ADDED_LABELS } from '../rules/alert-facts.ts';
import { compileCapture } from '../rules/pattern-set.ts';
import {
  compileRelabel,
  RELABEL_ACTIONS,
  RELABEL_DEFAULTS,
  type Relabel,
  type RelabelAction,
} from '../rules/relabel.ts';
import type { Path } from './problem.ts';
import { fieldOf } from './resource.ts';
import type { Fault } from './validate.ts';

const regex = Type.Refine(
  Type.String({ maxLength: 1000, description: 'an RE2 regular expression that matches the whole text' }),
  (text) => compileCapture(text).ok,
  (text) => {
    const compiled = compileCapture(text);
    const why = compiled.ok ? '' : `: ${compiled.message}`;
    return `is ${JSON.stringify(text)}, which RE2 refuses${why}; allowed: an RE2 regular expression (no look-around, no back-references)`;
  },
);

export const relabelStep = Type.Object(
  {
    action: Type.Optional(Type.Enum([...RELABEL_ACTIONS])),
    sourceLabels: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    separator: Type.Optional(Type.String({ maxLength: 100 })),
    regex: Type.Optional(regex),
    modulus: Type.Optional(Type.Integer({ minimum: 1 })),
    targetLabel: Type.Optional(Type.String({ maxLength: 1000 })),
    replacement: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);

export type RelabelStep = Type.Static<typeof relabelStep>;

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** A label name in which groups may stand. */
const TARGET = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w))(?:\w|\$(?:\{\w+\}|\w))*$/;

const WITH_TARGET: readonly string[] = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'];

const WRITING: readonly string[] = ['replace', 'hashmod', 'lowercase', 'uppercase'];

/** Fields that mean something to an action, where not all do. */
const FIELDS: Readonly<Partial<Record<RelabelAction, readonly string[]>>> = {
  keepequal: ['sourceLabels', 'targetLabel'],
  dropequal: ['sourceLabels', 'targetLabel'],
  labeldrop: ['regex'],
  labelkeep: ['regex'],
};

export function relabelFaults(step: unknown, path: Path): Fault[] {
  const action = RELABEL_ACTIONS.find((known) => known === (fieldOf(step, 'action') ?? 'replace'));
  if (action === undefined) return [];
  const fault = (field: string, message: string, target: Fault['target'] = 'value'): Fault[] => [
    { path: [...path, field], message, target },
  ];
  const allowed = FIELDS[action];
  const foreign = Object.keys(step ?? {}).filter((field) => field !== 'action' && allowed?.includes(field) === false);
  return [
    ...targetFaults(step, action, fault),
    ...(action === 'hashmod' && fieldOf(step, 'modulus') === undefined
      ? fault('modulus', 'is missing; the action hashmod needs a whole number of at least 1')
      : []),
    ...replacementFaults(step, action, fault),
    ...foreign.flatMap((field) =>
      fault(field, `does not belong to the action ${action}; allowed: ${allowed?.join(', ')}`, 'key'),
    ),
  ];
}

type MakeFault = (field: string, message: string, target?: Fault['target']) => Fault[];

function targetFaults(step: unknown, action: RelabelAction, fault: MakeFault): Fault[] {
  const target = fieldOf(step, 'targetLabel');
  if (!WITH_TARGET.includes(action)) return [];
  if (target === undefined) return fault('targetLabel', `is missing; the action ${action} needs it`);
  if (ADDED_LABELS.some((added) => added === target) && WRITING.includes(action)) {
    const instead = target === 'priority' ? '; use the action setPriority' : '';
    return fault('targetLabel', `is ${JSON.stringify(target)}: Herald says itself what it is${instead}`);
  }
  const good = action === 'replace' && String(target).includes('$') ? TARGET : LABEL_NAME;
  if (typeof target !== 'string' || (good.test(target) && target !== '__proto__')) return [];
  return fault('targetLabel', `is ${JSON.stringify(target)}; allowed: a label name`);
}

function replacementFaults(step: unknown, action: RelabelAction, fault: MakeFault): Fault[] {
  const replacement = fieldOf(step, 'replacement');
  if (replacement === undefined) return [];
  if (action === 'lowercase' || action === 'uppercase') {
    return fault('replacement', `does not belong to the action ${action}`, 'key');
  }
  if (action !== 'labelmap' || typeof replacement !== 'string' || TARGET.test(replacement)) return [];
  return fault(
    'replacement',
    `is ${JSON.stringify(replacement)}; allowed: a label name, or one with groups such as $1`,
  );
}

/** `step`: checked. */
export function relabelOf(step: RelabelStep): Relabel {
  const compiled = compileRelabel({
    ...RELABEL_DEFAULTS,
    sourceLabels: [],
    targetLabel: '',
    modulus: 1,
    ...step,
  });
  if (!compiled.ok) throw new TypeError(`unchecked relabel step: ${compiled.message}`);
  return compiled.relabel;
}
