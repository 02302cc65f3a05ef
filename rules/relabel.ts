/**
 * Relabelling as Prometheus does it: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config,
 * model/relabel/relabel.go. A label with an empty value is no label.
 */

import { createHash } from 'node:crypto';
import type { LabelSet } from '../alert/alert.ts';
import { labelValue } from '../alert/label-order.ts';
import { expandTemplate } from './expand-template.ts';
import { compileCapture } from './pattern-set.ts';

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: string;
  readonly modulus: number;
  readonly targetLabel: string;
  readonly replacement: string;
}

export const RELABEL_DEFAULTS = { action: 'replace', separator: ';', regex: '(.*)', replacement: '$1' } as const;

/** What one step does to labels; null: it drops the alert. The same object where nothing changes. */
export type Relabel = (labels: LabelSet) => LabelSet | null;

export type CompiledRelabel =
  | { readonly ok: true; readonly relabel: Relabel }
  | { readonly ok: false; readonly message: string };

/** Fails only for a regular expression that RE2 refuses. What belongs to which action is for the schema to check. */
export function compileRelabel(rule: RelabelRule): CompiledRelabel {
  const compiled = compileCapture(rule.regex);
  if (!compiled.ok) return { ok: false, message: compiled.message };
  return { ok: true, relabel: stepOf(rule, compiled) };
}

type Capture = Extract<ReturnType<typeof compileCapture>, { ok: true }>;

function stepOf(rule: RelabelRule, regex: Capture): Relabel {
  const { action, targetLabel, sourceLabels, separator } = rule;
  const source = (labels: LabelSet) => sourceLabels.map((name) => labelValue(labels, name)).join(separator);
  switch (action) {
    case 'keep':
      return (labels) => (regex.test(source(labels)) ? labels : null);
    case 'drop':
      return (labels) => (regex.test(source(labels)) ? null : labels);
    case 'keepequal':
      return (labels) => (labelValue(labels, targetLabel) === source(labels) ? labels : null);
    case 'dropequal':
      return (labels) => (labelValue(labels, targetLabel) === source(labels) ? null : labels);
    case 'replace':
      return (labels) => replace(rule, regex, labels, source(labels));
    case 'lowercase':
      return (labels) => withLabel(labels, targetLabel, mapCase(source(labels), 'toLowerCase'));
    case 'uppercase':
      return (labels) => withLabel(labels, targetLabel, mapCase(source(labels), 'toUpperCase'));
    case 'hashmod':
      return (labels) => withLabel(labels, targetLabel, hashmod(source(labels), rule.modulus));
    case 'labelmap':
      return (labels) => mapNames(rule, regex, labels);
    case 'labeldrop':
      return (labels) => namesWhere(labels, (name) => !regex.test(name));
    case 'labelkeep':
      return (labels) => namesWhere(labels, (name) => regex.test(name));
    default:
      return action satisfies never;
  }
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function replace(
  { targetLabel, replacement }: RelabelRule,
  regex: Capture,
  labels: LabelSet,
  source: string,
): LabelSet {
  const match = regex.exec(source);
  if (match === null) return labels;
  const target = expandTemplate(targetLabel, match);
  return LABEL_NAME.test(target) ? withLabel(labels, target, expandTemplate(replacement, match)) : labels;
}

/** The last eight bytes of the MD5, as in Prometheus, so that shards made there and here agree. */
function hashmod(source: string, modulus: number): string {
  const digest = createHash('md5').update(source).digest();
  return String(digest.readBigUInt64BE(8) % BigInt(modulus));
}

/** What was copied does not take part again: the names are those from before. */
function mapNames({ replacement }: RelabelRule, regex: Capture, labels: LabelSet): LabelSet {
  let mapped: Record<string, string> | null = null;
  for (const name in labels) {
    const match = regex.exec(name);
    if (match === null) continue;
    const target = expandTemplate(replacement, match);
    const value = labels[name]!;
    if (labelValue(mapped ?? labels, target) === value || target === '__proto__') continue;
    // Copied once: a copy for each of a thousand labels is a million of them.
    mapped ??= { ...labels };
    if (value === '') delete mapped[target];
    else mapped[target] = value;
  }
  return mapped ?? labels;
}

function namesWhere(labels: LabelSet, stays: (name: string) => boolean): LabelSet {
  const names = Object.keys(labels);
  const kept = names.filter(stays);
  return kept.length === names.length ? labels : Object.fromEntries(kept.map((name) => [name, labels[name]!]));
}

/** `__proto__` would be no label but the object's own prototype. */
export function withLabel(labels: LabelSet, name: string, value: string): LabelSet {
  if (labelValue(labels, name) === value || name === '__proto__') return labels;
  if (value !== '') return { ...labels, [name]: value };
  const { [name]: _removed, ...others } = labels;
  return others;
}

/** Each character by itself, as Go does: no final sigma, no character that becomes two. */
function mapCase(text: string, to: 'toLowerCase' | 'toUpperCase'): string {
  let mapped = '';
  for (const character of text) {
    const other = character[to]();
    mapped += [...other].length === 1 ? other : character;
  }
  return mapped;
}
