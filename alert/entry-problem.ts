/**
 * Whether something out of an inbox is an entry at all: what is needed to find its entity and to record what became of it.
 * Only a damaged or foreign frame holds anything else. What is wrong deeper inside makes a decision throw, and that is one
 * dead letter; without this check it could stop a whole partition.
 */

import { StoredAlert } from './stored-alert.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with it, in one line; null when nothing is. */
export function entryProblem(value: unknown): string | null {
  if (!isObject(value)) return `an entry is ${describe(value)}, not an object`;
  switch (value.kind) {
    case 'alert':
      return lacking(value, ['receipt'], ['index']) ?? alertProblem(value.alert);
    case 'command':
      return lacking(value, ['id', 'tenant', 'fingerprint', 'action', 'by', 'replyTo']);
    case 'silence':
      return lacking(value, ['id', 'tenant', 'silence', 'by', 'replyTo']);
    case 'silence-copy':
      return lacking(value, ['tenant', 'id']);
    case 'promotion':
      return lacking(value, ['id', 'tenant', 'namespace', 'promotion', 'action', 'by', 'replyTo']);
    case 'placement':
      return isObject(value.placement)
        ? (lacking(value, ['tenant', 'namespace']) ?? lacking(value.placement, ['id', 'environment', 'because']))
        : 'a placement entry has no placement';
    case 'inhibitor':
    case 'correlation':
      return lacking(value, ['tenant', 'fingerprint']);
    case 'incident-hold':
      return lacking(value, ['tenant', 'incident']);
    case 'group':
      return isObject(value.group) && isObject(value.group.timing)
        ? (lacking(value.group, ['id', 'tenant', 'key']) ?? alertProblem(value.alert))
        : 'a group entry has no group';
    case 'notification':
      return notificationProblem(value.notification);
    case 'undelivered':
      return lacking(value, ['tenant', 'group', 'channel', 'notificationId', 'detail']);
    case 'submit':
      return lacking(value, ['id', 'because', 'by', 'replyTo']) ?? notificationProblem(value.notification);
    case 'receipt':
      return lacking(value, ['tenant', 'channel', 'step', 'detail']);
    case 'probe':
      return lacking(value, ['tenant', 'channel', 'health', 'detail']);
    case 'unreadable':
      return lacking(value, ['id', 'tenant', 'source', 'problem', 'raw'], ['receivedAt']);
    case 'replay':
      if (isObject(value.entry) && value.entry.kind === 'replay') return 'a replay of a replay';
      return lacking(value, ['deadLetterId', 'by', 'replyTo']) ?? entryProblem(value.entry);
    default:
      return `an entry of the kind ${describe(value.kind)}`;
  }
}

function alertProblem(alert: unknown): string | null {
  if (!isObject(alert)) return 'an entry has no alert';
  if (alert.status !== 'firing' && alert.status !== 'resolved') return `an alert's status is ${describe(alert.status)}`;
  if (alert instanceof StoredAlert) {
    // Their texts are read when it opens; one that is no JSON makes a dead letter then.
    const { labelsText, annotationsText } = alert;
    if (typeof labelsText !== 'string' || typeof annotationsText !== 'string') return 'an alert has no texts';
  } else if (!isObject(alert.labels) || !isObject(alert.annotations)) {
    return 'an alert has no labels or no annotations';
  }
  return lacking(alert, ['tenant', 'fingerprint', 'generatorURL', 'source'], ['startsAt']);
}

function notificationProblem(notification: unknown): string | null {
  if (!isObject(notification)) return 'a notification entry has no notification';
  if (!Array.isArray(notification.alerts)) return 'a notification has no alerts';
  return lacking(notification, ['id', 'tenant', 'channel', 'groupId', 'groupKey', 'priority'], ['createdAt']);
}

function lacking(fields: Fields, texts: readonly string[], numbers: readonly string[] = []): string | null {
  for (const name of texts)
    if (typeof fields[name] !== 'string') return `${name} is ${describe(fields[name])}, not text`;
  for (const name of numbers) {
    if (typeof fields[name] !== 'number') return `${name} is ${describe(fields[name])}, not a number`;
  }
  return null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 50));
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
