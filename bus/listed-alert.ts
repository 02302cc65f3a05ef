/**
 * A stored alert as it is written: a list of the fields that all have, and those that few have by their names. Names would be looked up and
 * written for each alert, and take longer than the rest.
 */

import type { Environment, Priority } from '../alert/alert.ts';
import { alertOfFields, type KeepText, kept } from '../alert/new-alert-entry.ts';
import type { StoredAlert } from '../alert/stored-alert.ts';
import { othersOf } from './others.ts';

/** In the order in which they are written: new ones come at the end. null: it has none. */
export type ListedAlert = readonly [
  labelsText: string,
  annotationsText: string,
  tenant: string,
  fingerprint: string,
  status: StoredAlert['status'],
  startsAt: number,
  endsAt: number | null,
  generatorURL: string,
  source: string,
  environment: Environment | null,
  priority: Priority | null,
  others: Readonly<Record<string, unknown>> | null,
];

/** Of an alert that was decided on. */
interface Decided {
  readonly environment?: Environment;
  readonly priority?: Priority;
}

const LISTED = new Set([
  'labelsText',
  'annotationsText',
  'tenant',
  'fingerprint',
  'status',
  'startsAt',
  'endsAt',
  'generatorURL',
  'source',
  'environment',
  'priority',
]);

export function listAlert(alert: StoredAlert & Decided): ListedAlert {
  return [
    alert.labelsText,
    alert.annotationsText,
    alert.tenant,
    alert.fingerprint,
    alert.status,
    alert.startsAt,
    alert.endsAt,
    alert.generatorURL,
    alert.source,
    alert.environment ?? null,
    alert.priority ?? null,
    othersOf(alert, LISTED),
  ];
}

/** `own`: for texts that are this alert's only; `common`: for those that come again. */
export function alertOfList(list: ListedAlert, own: KeepText, common: KeepText): StoredAlert {
  const [labels, annotations, tenant, fingerprint, status, startsAt, endsAt, link, source, environment, priority] =
    list;
  const others = list[11];
  const ofAll = [labels, annotations, tenant, fingerprint, status, startsAt, endsAt, link, source] as const;
  const stored = alertOfFields(ofAll, own, common);
  const alert = stored as unknown as Writable;
  if (environment !== null) alert.environment = kept(environment, common);
  if (priority !== null) alert.priority = kept(priority, common);
  for (const name in others) alert[name] = kept(others[name], common);
  return stored;
}

type Writable = Record<string, unknown>;
