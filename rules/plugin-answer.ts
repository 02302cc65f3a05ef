/** What came out of a plug-in's thread, as an opinion; or what is wrong with it. A plug-in may answer anything. */

import type { PluginOpinion } from '../alert/advice.ts';
import { PRIORITIES, type Priority } from '../alert/alert.ts';
import { ADDED_LABELS } from './alert-facts.ts';

export type ReadAnswer<Opinion> =
  | { readonly ok: true; readonly opinion: Opinion | null }
  | { readonly ok: false; readonly problem: string };

const FIELDS: ReadonlySet<string> = new Set(['verdict', 'priority', 'labels', 'because']);
const FORBIDDEN: ReadonlySet<string> = new Set(['', '__proto__', ...ADDED_LABELS]);
const MOST_LABELS = 64;
const LONGEST_LABEL = 1024;
const LONGEST_BECAUSE = 200;

/** `answer`: out of JSON. */
export function readAnswer(answer: unknown): ReadAnswer<PluginOpinion> {
  if (answer === null) return { ok: true, opinion: null };
  if (typeof answer !== 'object' || Array.isArray(answer))
    return wrong(`it answers ${nameOf(answer)}`, 'an object or null');
  const fields = answer as Readonly<Record<string, unknown>>;
  const foreign = Object.keys(fields).find((name) => !FIELDS.has(name));
  if (foreign !== undefined) return wrong(`it answers with ${JSON.stringify(foreign)}`, [...FIELDS].join(', '));
  const { verdict = null, priority = null, labels = null, because = '' } = fields;
  if (verdict !== null && verdict !== 'drop' && verdict !== 'keep')
    return wrong(`verdict is ${shown(verdict)}`, 'drop, keep');
  if (priority !== null && !isPriority(priority)) return wrong(`priority is ${shown(priority)}`, PRIORITIES.join(', '));
  if (labels !== null && !isLabels(labels)) return wrong(`labels are ${shown(labels)}`, ALLOWED_LABELS);
  if (typeof because !== 'string') return wrong(`because is ${shown(because)}`, 'text');
  return { ok: true, opinion: { verdict, priority, labels, because: oneLine(because) } };
}

const LONGEST_KEY = 200;

/** Of a correlator. An empty key is none. */
export function readKey(answer: unknown): ReadAnswer<string> {
  if (answer === null || answer === '') return { ok: true, opinion: null };
  if (typeof answer !== 'string') return wrong(`it answers ${nameOf(answer)}`, 'text or null');
  if (answer.length > LONGEST_KEY) return wrong(`its key has ${answer.length} characters`, `at most ${LONGEST_KEY}`);
  return { ok: true, opinion: oneLine(answer) || null };
}

const ALLOWED_LABELS = `at most ${MOST_LABELS} texts by name, none of them ${ADDED_LABELS.join(', ')}`;

function isPriority(value: unknown): value is Priority {
  return PRIORITIES.some((known) => known === value);
}

function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: [string, unknown][] = Object.entries(value);
  return entries.length <= MOST_LABELS && entries.every(([name, text]) => isLabel(name, text));
}

function isLabel(name: string, text: unknown): boolean {
  return (
    !FORBIDDEN.has(name) && name.length <= LONGEST_LABEL && typeof text === 'string' && text.length <= LONGEST_LABEL
  );
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, LONGEST_BECAUSE);
}

function wrong(problem: string, allowed: string): ReadAnswer<never> {
  return { ok: false, problem: `${problem}; allowed: ${allowed}` };
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}
