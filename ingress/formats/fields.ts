/**
 * Reading the fields that all formats share. Written by hand: these run for every alert of every request.
 *
 * Each function takes the raw value and the path of its owner, reports what is wrong to `problems`, and returns what can be
 * used. Paths are put together only when there is a problem.
 */

import type { Alert, AlertStatus, LabelSet } from '../../alert/alert.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { type Problems, pointer, typeName } from '../problem.ts';
import type { EventTexts, FormatContext } from './format.ts';
import { maskedLink, maskFields } from './secret-fields.ts';
import { readTimestamp } from './timestamp.ts';

export type RawObject = Readonly<Record<string, unknown>>;

const NO_LABELS: LabelSet = Object.freeze({});

export function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The list of alerts at `path`, or null. */
export function readList(value: unknown, path: string, problems: Problems): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  problems.add(path, value, `an array of alerts, not ${typeName(value)}`);
  return null;
}

/** null when nothing can identify the alert. */
export function readLabels(raw: RawObject, path: string, problems: Problems): LabelSet | null {
  const value = raw.labels;
  if (!isObject(value)) {
    problems.add(`${path}/labels`, value, `an object of at least one label, not ${typeName(value)}`);
    return null;
  }
  const labels = readTexts(value, `${path}/labels`, problems, LONGEST_LABEL);
  let size = 0;
  for (const name in labels) size += labels[name]!.length;
  if (size > LONGEST_TOGETHER) {
    problems.add(`${path}/labels`, size, `labels of at most ${LONGEST_TOGETHER} characters together`);
    return null;
  }
  if (size > 0) return labels;
  problems.add(`${path}/labels`, value, 'at least one label with a value that is not empty');
  return null;
}

export function readAnnotations(raw: RawObject, path: string, problems: Problems): LabelSet {
  const value = raw.annotations;
  if (value === undefined || value === null) return NO_LABELS;
  if (isObject(value)) return readTexts(value, `${path}/annotations`, problems);
  problems.add(`${path}/annotations`, value, `an object, not ${typeName(value)}`);
  return NO_LABELS;
}

/** A sender that means well has a few dozen; each one is kept, compared and shown with every alert. */
const MOST_ENTRIES = 512;
const LONGEST_NAME = 1024;
const LONGEST_LABEL = 64 * 1024;
/** An alert with more could not be stored; the fingerprint of 30 MB takes a third of a second. */
const LONGEST_TOGETHER = 512 * 1024;

/** Without those that are empty. The object itself where nothing has to be left out: copying it would be most of the work. */
export function readTexts(
  value: RawObject,
  path: string,
  problems: Problems,
  longest = Number.POSITIVE_INFINITY,
): LabelSet {
  let isClean = true;
  let count = 0;
  for (const name in value) {
    const text = value[name];
    count += 1;
    if (
      typeof text === 'string' &&
      text !== '' &&
      text.length <= longest &&
      name !== '' &&
      name.length <= LONGEST_NAME &&
      name !== '__proto__'
    )
      continue;
    isClean = false;
    const problem = faultOf(name, text, longest);
    if (problem !== null) problems.add(path + pointer(name), text, problem);
  }
  if (count > MOST_ENTRIES) problems.add(path, value, `at most ${MOST_ENTRIES} names, not ${count}`);
  return isClean ? (value as LabelSet) : tidied(value);
}

/** null: it is left out. */
function faultOf(name: string, text: unknown, longest: number): string | null {
  if (typeof text !== 'string') return `a string, not ${typeName(text)}`;
  if (name === '') return 'a name that is not empty';
  if (name === '__proto__') return 'another name: this one is reserved';
  if (name.length > LONGEST_NAME) return `a name of at most ${LONGEST_NAME} characters`;
  return text.length > longest ? `a value of at most ${longest} characters` : null;
}

/** Alertmanager drops empty labels before it takes the fingerprint: a missing label equals an empty one. */
function tidied(value: RawObject): LabelSet {
  const kept: Record<string, string> = {};
  for (const name in value) {
    const text = value[name];
    if (typeof text !== 'string' || text === '' || name === '' || name === '__proto__') continue;
    kept[name] = text;
  }
  return kept;
}

/** Unix time in milliseconds, or null for none. */
export function readTime(raw: RawObject, field: string, path: string, problems: Problems): number | null {
  const value = raw[field];
  if (value === undefined || value === null || value === '') return null;
  const at = typeof value === 'string' ? readTimestamp(value) : null;
  if (at === 'none') return null;
  if (at === null) problems.add(`${path}/${field}`, value, 'an RFC 3339 time such as 2026-11-23T08:57:22.338Z');
  return at;
}

/** null for none. */
export function readStatus(raw: RawObject, path: string, problems: Problems, required: boolean): AlertStatus | null {
  const value = raw.status;
  if (value === 'firing' || value === 'resolved') return value;
  if ((value === undefined || value === null) && !required) return null;
  problems.add(`${path}/status`, value, '"firing" or "resolved"');
  return null;
}

export function readText(raw: RawObject, field: string, path: string, problems: Problems): string {
  const value = raw[field];
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  problems.add(`${path}/${field}`, value, `a string, not ${typeName(value)}`);
  return '';
}

/** When it ends, told by its status: a firing alert keeps only an end that is still to come. */
export function endOf(status: AlertStatus, endsAt: number | null, now: number): number | null {
  if (status === 'resolved') return endsAt ?? now;
  return endsAt !== null && endsAt > now ? endsAt : null;
}

export interface AlertFields {
  readonly status: AlertStatus;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly generatorURL: string;
}

/**
 * The fingerprint is always our own: a sender could otherwise speak for another's alert. It is that of the labels as they came: alerts
 * that differ in what is masked stay apart (docs/decisions/76-masking.md).
 */
export function alertOf(fields: AlertFields, context: FormatContext): Alert {
  const { labels, annotations } = context.around === undefined ? fields : within(context.around, fields);
  return {
    tenant: context.tenant,
    fingerprint: fingerprint(labels),
    status: fields.status,
    labels: maskFields(labels),
    annotations: maskFields(annotations),
    startsAt: fields.startsAt,
    endsAt: fields.endsAt,
    generatorURL: maskedLink(fields.generatorURL),
    source: context.source,
  };
}

/** What an alert says of itself counts more than what the event around it does. */
function within(event: EventTexts, { labels, annotations }: EventTexts): EventTexts {
  return { labels: { ...event.labels, ...labels }, annotations: { ...event.annotations, ...annotations } };
}
